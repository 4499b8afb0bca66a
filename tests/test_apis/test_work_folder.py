"""A stage is done again exactly if what made it has changed."""

import pytest

from mmmotion.apis.work_folder import WorkFolder

STAGES = ('a', 'b', 'c')


def do_all(path, **settings):
    """Begin all stages, and do those that are not finished."""
    work = WorkFolder(path, STAGES)
    done = []
    for stage in STAGES:
        work.begin(stage, dict(value=settings.get(stage, 0)))
        if work.facts(stage) is None:
            done.append(stage)
            work.folder(stage).mkdir(exist_ok=True)
            (work.folder(stage) / 'file').write_text(stage)
            work.finish(stage, dict(length=3))
        assert work.facts(stage) == dict(length=3)
    return ''.join(done)


@pytest.mark.parametrize(
    'change, again', [('a', 'abc'), ('b', 'bc'), ('c', 'c')]
)
def test_a_changed_stage_and_those_after_it(tmp_path, change, again):
    assert do_all(tmp_path) == 'abc'
    assert do_all(tmp_path) == ''
    assert do_all(tmp_path, **{change: 1}) == again
    assert do_all(tmp_path, **{change: 1}) == ''


def test_files_of_an_interrupted_stage_stay_if_nothing_has_changed(tmp_path):
    for value, is_there in ((0, True), (1, False)):
        work = WorkFolder(tmp_path, STAGES)
        work.begin('a', dict(value=0))
        work.folder('a').mkdir(exist_ok=True)
        (work.folder('a') / 'half').write_text('')
        work = WorkFolder(tmp_path, STAGES)
        work.begin('a', dict(value=value))
        assert (work.folder('a') / 'half').is_file() == is_there


def test_a_damaged_note_counts_as_none(tmp_path):
    do_all(tmp_path)
    (tmp_path / 'b.json').write_text('{"wan')
    assert do_all(tmp_path) == 'bc'
