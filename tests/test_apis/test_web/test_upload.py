import zipfile
from threading import Event

import pytest

from mmmotion.apis.sources import InputError
from mmmotion.apis.video_run import STAGES
from mmmotion.apis.web import Stopped, Visit, segment_upload
from mmmotion.apis.web.upload import STAGE_TEXTS
from mmmotion.visualization import write_video


@pytest.fixture
def send(tmp_path):
    """Segment a file by the classical baseline; keeps what was told."""

    def send(path, max_frames=5, stopped=False):
        folder = tmp_path / 'results'
        folder.mkdir(exist_ok=True)
        visit = Visit(folder, path, Event())
        if stopped:
            visit.stopped.set()
        told = []
        outcome = segment_upload(
            visit, 'robust-background', 'auto', True, max_frames, 'cpu',
            lambda *step: told.append(step)
        )
        return outcome, told

    return send


def test_a_visitor_gets_summary_report_and_files(send, clip, tmp_path):
    path = tmp_path / "it's.mp4"
    write_video(path, clip, 12)
    outcome, told = send(path)
    assert outcome.summary == '1 moving object.'
    assert outcome.notes == ('Only the first 5 frames are used here.', )
    again = 'mmmotion-segment &#x27;it&#x27;&quot;&#x27;&quot;&#x27;s.mp4'
    assert f'{again}&#x27; --method robust-background' in outcome.report
    assert '--max-frames 5' in outcome.report
    assert str(tmp_path) not in outcome.report
    names = [file.name for file in outcome.files]
    assert names == ['overlay.mp4', 'masks.zip', 'objects.json', 'report.html']
    with zipfile.ZipFile(outcome.files[1]) as archive:
        assert sum(name.endswith('.png') for name in archive.namelist()) == 5
    assert ('Reading the video', 5, 5) in told
    assert told[-1][0] == 'Writing the report'
    # Only what is taken home is left on disk.
    folder = outcome.files[0].parent
    assert not (folder / '.work').exists()


def test_a_clip_of_full_length_is_not_called_cut(send, clip, tmp_path):
    write_video(tmp_path / 'a.mp4', clip, 12)
    assert send(tmp_path / 'a.mp4', max_frames=6)[0].notes == ()


def test_what_is_no_video_is_named_as_the_visitor_knows_it(send, tmp_path):
    path = tmp_path / 'letter.mp4'
    path.write_text('Dear all')
    with pytest.raises(InputError, match=r'letter\.mp4') as caught:
        send(path)
    assert str(tmp_path) not in str(caught.value)
    assert not (tmp_path / 'results').exists()


def test_a_run_ends_when_nobody_waits(send, clip, tmp_path):
    write_video(tmp_path / 'a.mp4', clip, 12)
    with pytest.raises(Stopped):
        send(tmp_path / 'a.mp4', stopped=True)
    assert not (tmp_path / 'results').exists()


def test_every_stage_has_a_name_on_the_page():
    assert tuple(STAGE_TEXTS) == STAGES
