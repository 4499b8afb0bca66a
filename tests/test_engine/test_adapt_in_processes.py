"""Adaptation on several processes, and after a kill."""

import json
import signal

import pytest


@pytest.fixture
def run(toy):

    def run(work_dir, ranks=1, **options):
        cfg = toy.toy_config(work_dir, 'adapt_config.py', **options)
        return toy.run_in_processes(cfg, 'test', ranks)

    return run


def stored(work_dir):
    paths = sorted((work_dir / 'adapted').iterdir())
    return {path.name: path.read_bytes() for path in paths}


def scores(work_dir):
    path = max(work_dir.glob('*/video_segmentation.json'))
    return json.loads(path.read_text())['overall']


def test_the_number_of_processes_does_not_matter(run, tmp_path):
    one, two = tmp_path / 'one', tmp_path / 'two'
    assert run(one) == [0]
    assert run(two, 2) == [0, 0]
    assert len(stored(one)) == 3
    assert stored(one) == stored(two)
    assert scores(one) == scores(two)
    log = max(two.glob('*/*.log')).read_text()
    assert 'video 1 of 1, scene_00000: 3 steps' in log
    for number in range(3):
        assert f'| scene_0000{number} | ' in log.partition('adaptation')[2]
    # What two processes have made is good for one.
    assert run(two) == [0]
    assert max(two.glob('*/*.log')).read_text().count('are reused') == 3


def test_videos_that_post_processing_adapts_to_are_shared(run, tmp_path):
    encoder = dict(
        type='ViTEncoder', embed_dims=8, num_heads=2, depth=2, img_size=32
    )
    step = dict(
        type='PropagationRefinement',
        encoder=encoder,
        short_side=32,
        side_multiple=8,
        num_steps=2,
    )
    options = dict(
        model__postprocess=[dict(type='BorderForeground', vote=True), step],
        test_cfg__num_steps=0,
    )
    one, two = tmp_path / 'one', tmp_path / 'two'
    assert run(one, **options) == [0]
    assert run(two, 2, **options) == [0, 0]
    assert len(stored(one)) == 3
    assert stored(one) == stored(two)
    assert scores(one) == scores(two)
    log = max(two.glob('*/*.log')).read_text()
    assert 'video 1 of 1, scene_00000: 2 steps' in log


def test_a_kill_in_the_middle_of_a_file_loses_one_video(run, tmp_path):
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    hook = dict(type='KillHook', at=3, during_save=True)
    assert run(killed, custom_hooks=[hook]) == [-signal.SIGKILL]
    names = [name for name in stored(killed) if name[0] != '.']
    assert names == ['scene_00000.npz']
    assert len(stored(killed)) == 2  # and what was being written
    assert run(killed) == [0]
    assert run(whole) == [0]
    assert stored(killed) == stored(whole)
    assert scores(killed) == scores(whole)
