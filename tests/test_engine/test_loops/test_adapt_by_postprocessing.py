"""The loop of the adaptation, where a step of post-processing adapts."""

import copy
import io
import shutil
import zipfile

import numpy as np
import pytest

from mmmotion.engine import build_runner
from mmmotion.postprocessing import propagation_refinement

REFINEMENT = dict(
    type='PropagationRefinement',
    encoder=dict(
        type='ViTEncoder', embed_dims=8, num_heads=2, depth=2, img_size=32
    ),
    short_side=32,
    side_multiple=8,
    num_blocks=1,
    num_steps=2,
)
NO_TRAINING = dict(
    train_dataloader=None,
    train_cfg=None,
    optim_wrapper=None,
    param_scheduler=None,
    test_cfg=dict(_delete_=True, type='AdaptLoop', num_steps=0),
)


def run_test(toy, work_dir, **options):
    postprocess = [
        dict(type='BorderForeground', vote=True),
        REFINEMENT | options.pop('refinement', {})
    ]
    runner = build_runner(
        toy.toy_config(
            work_dir,
            'adapt_config.py',
            **NO_TRAINING,
            model__postprocess=postprocess,
            **options
        )
    )
    return runner.test()


@pytest.fixture(scope='module')
def first_run(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp('first')
    return folder, run_test(toy, folder)


@pytest.fixture
def tuned(monkeypatch):
    """How many frames the videos had to which features were tuned."""
    seen = []
    original = propagation_refinement.tune_features

    def tune(video, *args, **kwargs):
        seen.append(len(video))
        return original(video, *args, **kwargs)

    monkeypatch.setattr(propagation_refinement, 'tune_features', tune)
    return seen


def arrays(path):
    """The content of a file without its settings."""
    archive = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    names = [name for name in archive.namelist() if 'settings' not in name]
    return {name: archive.read(name) for name in names}


def test_it_needs_no_training_data_and_stores_every_video(first_run):
    folder, metrics = first_run
    assert 0 <= metrics['seg/J'] <= 1
    paths = sorted(folder.glob('adapted/*.npz'))
    assert [path.stem for path in paths
            ] == [f'scene_0000{number}' for number in range(3)]
    with np.load(paths[0]) as file:
        assert len(file['losses']) == 2
        assert file['masks_0'].shape == (2, 32, 48)


def test_finished_videos_are_taken_over(toy, tmp_path, first_run, tuned):
    folder, metrics = first_run
    shutil.copytree(folder / 'adapted', tmp_path / 'adapted')
    lost = tmp_path / 'adapted/scene_00001.npz'
    lost.unlink()
    assert run_test(toy, tmp_path) == metrics
    assert tuned == [4]
    assert arrays(lost) == arrays(folder / 'adapted/scene_00001.npz')


def test_other_settings_of_the_step_are_done_again(
    toy, tmp_path, first_run, tuned
):
    shutil.copytree(first_run[0] / 'adapted', tmp_path / 'adapted')
    run_test(toy, tmp_path, refinement=dict(num_steps=1))
    assert tuned == [4, 4, 4]


def test_a_video_does_not_see_those_before_it(toy, tmp_path, first_run):
    run_test(toy, tmp_path, test_dataloader__dataset__indices=[8, 9, 10, 11])
    name = 'adapted/scene_00002.npz'
    assert arrays(tmp_path / name) == arrays(first_run[0] / name)


def test_a_method_that_learns_nothing_can_be_refined(toy, tmp_path, tuned):
    pipeline = [
        dict(type='RenderScene', gaps=(1, ), missing='opposite'),
        dict(type='PackMotionInputs'),
    ]
    options = dict(
        NO_TRAINING,
        model=dict(
            _delete_=True,
            type='RobustBackground',
            postprocess=[REFINEMENT],
        ),
        test_dataloader__dataset__pipeline=pipeline,
    )
    metrics = []
    for _ in range(2):
        cfg = toy.toy_config(
            tmp_path, 'adapt_config.py', **copy.deepcopy(options)
        )
        metrics.append(build_runner(cfg).test())
    assert metrics[0] == metrics[1]
    assert 0 <= metrics[0]['seg/J'] <= 1
    assert tuned == [4, 4, 4]
