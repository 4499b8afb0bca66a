import stat

import pytest

from mmmotion.apis.web import Visits


@pytest.fixture
def visits(tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    visits = Visits()
    yield visits
    visits.close()


@pytest.fixture
def upload(tmp_path):
    path = tmp_path / 'clip.mp4'
    path.write_text('video')
    return path


def test_files_of_visitors_are_private(visits, upload):
    one, two = visits.begin('anna', upload), visits.begin('otto', upload)
    assert one.folder != two.folder
    for folder in (visits.root, one.folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_new_run_replaces_the_older_one_of_its_visitor(visits, upload):
    old = visits.begin('anna', upload)
    (old.folder / 'masks').mkdir()
    new = visits.begin('anna', upload)
    assert old.stopped.is_set() and not old.folder.exists()
    assert not new.stopped.is_set() and new.folder.is_dir()
    assert upload.exists()


def test_who_leaves_takes_all_files_along(visits, upload):
    visit, other = visits.begin('anna', upload), visits.begin('otto', upload)
    visits.end('anna')
    assert visit.stopped.is_set() and not visit.folder.exists()
    assert not upload.exists()
    assert other.folder.is_dir() and not other.stopped.is_set()


def test_files_that_were_sent_but_never_used_go_too(visits, upload, tmp_path):
    other = tmp_path / 'other.mp4'
    other.write_text('video')
    visits.receive('anna', other)
    visits.begin('anna', upload)
    visits.end('anna')
    assert not other.exists() and not upload.exists()


def test_stopping_keeps_the_files(visits, upload):
    visit = visits.begin('anna', upload)
    visits.stop('anna')
    assert visit.stopped.is_set() and visit.folder.is_dir()


def test_nobody_can_be_stopped_and_can_leave(visits):
    visits.stop('nobody')
    visits.end('nobody')


def test_closing_removes_everything(visits, upload):
    visit = visits.begin('anna', upload)
    visits.close()
    assert visit.stopped.is_set() and not visits.root.exists()


def test_a_run_that_is_stopped_while_it_waits_does_not_begin(visits, upload):
    visits.queue('anna')
    visits.stop('anna')
    assert visits.begin('anna', upload).stopped.is_set()
    visits.queue('anna')
    assert not visits.begin('anna', upload).stopped.is_set()
