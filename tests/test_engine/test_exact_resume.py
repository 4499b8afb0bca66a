"""A run that was killed goes on as if nothing had happened."""

import shutil
import signal

import pytest
import torch

KILLED = -signal.SIGKILL
BF16 = dict(optim_wrapper__type='AutocastOptimWrapper')
KILL = 'custom_hooks'


def kill_at(iteration, **kwargs):
    return {KILL: [dict(type='KillHook', at=iteration, **kwargs)]}


def assert_same_run(toy, first, second):
    """Compare every logged loss and the last checkpoint bit by bit."""
    expected = toy.read_losses(first)[0]
    assert sorted(expected) == list(range(1, 9))
    seen = set()
    for losses in toy.read_losses(second):
        assert losses == {step: expected[step] for step in losses}
        seen |= set(losses)
    assert seen == set(expected)
    ours, theirs = (
        torch.load(path / 'iter_8.pth', weights_only=True)
        for path in (first, second)
    )
    for part in ('state_dict', 'optimizer', 'param_schedulers'):
        assert repr(ours[part]) == repr(theirs[part])
    for key, value in ours['state_dict'].items():
        assert torch.equal(value, theirs['state_dict'][key])


@pytest.fixture(scope='module')
def whole_run(toy, tmp_path_factory):
    """Runs that nothing interrupts, each made once, without workers."""
    made = {}

    def make(ranks=1, **options):
        key = repr((ranks, options))
        if key not in made:
            made[key] = tmp_path_factory.mktemp('whole')
            codes = toy.train_in_processes(made[key], ranks, **options)
            assert codes == [0] * ranks
        return made[key]

    return make


def combination(options, workers, ranks, slow=False):
    name = f'{"bf16" if options else "fp32"}-{workers}workers-{ranks}ranks'
    marks = pytest.mark.slow if slow else ()
    return pytest.param(options, workers, ranks, id=name, marks=marks)


@pytest.mark.parametrize(
    'options, workers, ranks', [
        combination({}, 2, 1),
        combination({}, 0, 2),
        combination(BF16, 0, 1),
        combination({}, 2, 2, slow=True),
        combination(BF16, 2, 1, slow=True),
        combination(BF16, 0, 2, slow=True),
        combination(BF16, 2, 2, slow=True),
    ]
)
def test_killed_and_resumed_run_logs_equal_losses(
    toy, tmp_path, whole_run, options, workers, ranks
):
    whole = whole_run(ranks, **options)
    options = dict(options, train_dataloader__num_workers=workers)
    run = toy.train_in_processes
    assert run(tmp_path, ranks, **options, **kill_at(5)) == [KILLED] * ranks
    assert not (tmp_path / 'iter_6.pth').exists()
    assert run(tmp_path, ranks, resume=True, **options) == [0] * ranks
    assert_same_run(toy, whole, tmp_path)


def test_processes_draw_different_noise(whole_run):
    content = torch.load(whole_run(2) / 'iter_8.pth')
    first, second = content['meta']['random_state']
    assert not torch.equal(first['torch'], second['torch'])


@pytest.mark.parametrize('iteration', [1, 4, 5])
def test_the_iteration_of_the_kill_does_not_matter(
    toy, tmp_path, whole_run, iteration
):
    run = toy.train_in_processes
    assert run(tmp_path, **kill_at(iteration)) == [KILLED]
    assert run(tmp_path, resume=True) == [0]
    assert_same_run(toy, whole_run(), tmp_path)


def test_kill_during_a_save_leaves_no_broken_file(toy, tmp_path, whole_run):
    run = toy.train_in_processes
    assert run(tmp_path, **kill_at(5, during_save=True)) == [KILLED]
    names = sorted(path.name for path in tmp_path.glob('*.pth'))
    assert names == ['iter_2.pth', 'iter_4.pth']
    assert len(list(tmp_path.glob('.iter_6.pth~*.tmp'))) == 1
    assert run(tmp_path, resume=True) == [0]
    assert not list(tmp_path.glob('.*.tmp'))
    assert_same_run(toy, whole_run(), tmp_path)


def test_moved_folder_with_a_damaged_last_file_resumes_from_the_one_before(
    toy, tmp_path, whole_run
):
    run = toy.train_in_processes
    assert run(tmp_path / 'here', **kill_at(7)) == [KILLED]
    there = tmp_path / 'there'
    shutil.move(tmp_path / 'here', there)
    newest = there / 'iter_6.pth'
    newest.write_bytes(newest.read_bytes()[:-500])
    assert run(there, resume=True) == [0]
    assert_same_run(toy, whole_run(), there)
    log = next(iter(sorted(there.glob('*/*.log'))[-1:])).read_text()
    assert f'{newest} is damaged' in log
    assert f'resuming from {there / "iter_4.pth"}' in log


def test_validation_does_not_change_the_training(toy, tmp_path, whole_run):
    options = dict(train_cfg__val_interval=1)
    assert toy.train_in_processes(tmp_path, **options) == [0]
    assert_same_run(toy, whole_run(), tmp_path)


def test_two_processes_learn_like_one_with_the_same_total_batch(toy, tmp_path):
    options = dict(model__dropout=0.0)
    one, two = tmp_path / 'one', tmp_path / 'two'
    run = toy.train_in_processes
    assert run(one, train_dataloader__batch_size=4, **options) == [0]
    assert run(two, 2, train_dataloader__batch_size=2, **options) == [0, 0]
    expected = toy.read_losses(one)[0]
    losses = toy.read_losses(two)[0]
    assert sorted(losses) == list(range(1, 9))
    assert losses == pytest.approx(expected, rel=1e-5)
    assert losses[8] < 0.8 * losses[1]
