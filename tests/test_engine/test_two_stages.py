"""Two stages in one run: killed and resumed, on several processes."""

import shutil
import signal

import pytest
import torch

REFINE = [dict(type='DenseCRF', size='network', scale=0.4, num_iters=2)]
TEACHER = [
    dict(type='ObjectChannelHook', num_frames=5),
    dict(type='TeacherLabelHook', begin=2, end=5, momentum=0.1, refine=REFINE),
    dict(
        type='PseudoLabelHook',
        begin=5,
        averaged=True,
        refine=REFINE,
        constraint=[dict(type='SemanticExtent', max_extent=(2, 2))],
    ),
    dict(type='OptimizerRestartHook', begin=5, lr_factor=0.2),
]


@pytest.fixture(scope='module')
def run(toy):

    def run(work_dir, ranks=1, hooks=(), resume=False, **options):
        cfg = toy.toy_config(work_dir, 'two_stage_config.py', **options)
        cfg.custom_hooks = [*cfg.custom_hooks, *hooks]
        cfg.resume = resume
        return toy.run_in_processes(cfg, 'train', ranks)

    return run


@pytest.fixture(scope='module')
def whole(run, tmp_path_factory):
    """A run that nothing interrupts."""
    folder = tmp_path_factory.mktemp('whole')
    assert run(folder, default_hooks__checkpoint__max_keep_ckpts=-1) == [0]
    return folder


def read_labels(work_dir):
    return {
        str(path.relative_to(work_dir)): path.read_bytes()
        for path in sorted(work_dir.glob('pseudo_labels/*/*'))
    }


def read_log(work_dir):
    return max(work_dir.glob('*/*.log')).read_text()


def assert_same(toy, first, second):
    """Compare the losses of every iteration, the weights and the labels."""
    expected = toy.read_losses(first)[0]
    assert sorted(expected) == list(range(1, 9))
    seen = {}
    for losses in toy.read_losses(second):
        seen |= losses
    assert seen == expected
    ours, theirs = (
        torch.load(path / 'iter_8.pth', weights_only=True)
        for path in (first, second)
    )
    for part in ('state_dict', 'optimizer'):
        assert repr(ours[part]) == repr(theirs[part])
    assert read_labels(first) == read_labels(second)


@pytest.mark.parametrize(
    'kill, reused',
    [
        (dict(at=3), 0),
        (dict(at=4), 3),
        (dict(at=6), None),
        # In the fourth label of the second video.
        (dict(at=3, during_save=True, spared=2 + 5 + 3), 1),
    ],
    ids=['first stage', 'boundary', 'second stage', 'labels']
)
def test_a_killed_run_goes_on_exactly(toy, run, whole, tmp_path, kill, reused):
    codes = run(tmp_path, hooks=[dict(type='KillHook', **kill)])
    assert codes == [-signal.SIGKILL]
    assert run(tmp_path, resume=True) == [0]
    assert_same(toy, whole, tmp_path)
    # Both runs may begin in one second and then share a file.
    log = read_log(tmp_path).rpartition('resumed epoch')[2]
    if reused is None:
        assert 'frames are labelled' not in log
    else:
        assert f'of {reused} were there' in log
    assert not list(tmp_path.glob('pseudo_labels/**/.*'))


def test_workers_see_the_labels_at_once(toy, run, whole, tmp_path):
    options = dict(
        train_dataloader__num_workers=1,
        train_dataloader__persistent_workers=True,
    )
    assert run(tmp_path, **options) == [0]
    assert_same(toy, whole, tmp_path)


def test_processes_share_the_videos(run, whole, tmp_path):
    options = dict(
        load_from=str(whole / 'iter_4.pth'),
        custom_hooks=[
            dict(type='ObjectChannelHook', num_frames=5),
            dict(type='PseudoLabelHook', begin=0, refine=REFINE),
        ],
        train_cfg__max_iters=1,
    )
    assert run(tmp_path, 2, **options) == [0, 0]
    assert read_labels(tmp_path) == read_labels(whole)
    assert 'labels of 3 videos were made' in read_log(tmp_path)


def test_a_teacher_is_resumed_exactly(toy, run, tmp_path):
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    options = dict(custom_hooks=TEACHER)
    assert run(whole, **options) == [0]
    # With a checkpoint of iteration 4, in the teacher's stage.
    kill = [dict(type='KillHook', at=5)]
    assert run(killed, hooks=kill, **options) == [-signal.SIGKILL]
    shutil.rmtree(killed / 'pseudo_labels')
    assert run(killed, resume=True, **options) == [0]
    assert_same(toy, whole, killed)
