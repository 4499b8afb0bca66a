import os
import signal
import threading
import time

import pytest

from mmmotion.flow.process_pool import is_stopping, run_in_processes


def double(number):
    return 2 * number, os.getpid()


def fail_at_once(number):
    raise ValueError(f'{number} is not liked')


def wait_for_the_end(path):
    """Leave a file when it begins and another when it was told to stop."""
    path.with_suffix('.begun').touch()
    for _ in range(600):
        if is_stopping():
            path.with_suffix('.left').touch()
            return
        time.sleep(0.05)


def die(number):
    os._exit(3)


def test_every_item_is_worked_on_in_other_processes():
    found = list(run_in_processes(double, range(6), num_workers=2))
    assert sorted(number for number, _ in found) == [0, 2, 4, 6, 8, 10]
    assert os.getpid() not in {process for _, process in found}


def test_without_items_no_process_is_started():
    assert list(run_in_processes(double, [], num_workers=2)) == []


def test_an_error_of_the_function_is_handed_on():
    with pytest.raises(ValueError, match='is not liked'):
        list(run_in_processes(fail_at_once, range(50), num_workers=1))


def test_a_process_that_dies_is_told_as_that():
    with pytest.raises(RuntimeError, match='a worker process died'):
        list(run_in_processes(die, [1], num_workers=1))


@pytest.fixture
def ctrl_c():
    """Let Ctrl-C interrupt, also where a background shell ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(
    not hasattr(signal, 'pthread_sigmask'), reason='signals of Unix'
)
@pytest.mark.usefixtures('ctrl_c')
def test_ctrl_c_ends_what_takes_long_and_begins_nothing_new(tmp_path, capfd):
    paths = [tmp_path / str(number) for number in range(4)]

    def interrupt():
        for _ in range(12000):
            if list(tmp_path.glob('*.begun')):
                break
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        list(run_in_processes(wait_for_the_end, paths, num_workers=1))
    thread.join()
    begun = {path.stem for path in tmp_path.glob('*.begun')}
    left = {path.stem for path in tmp_path.glob('*.left')}
    assert begun == left
    assert len(begun) == 1
    assert capfd.readouterr().err == ''


def held_signals(_):
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


@pytest.mark.skipif(
    not hasattr(signal, 'pthread_sigmask'), reason='signals of Unix'
)
def test_processes_never_see_ctrl_c_and_the_parent_does_again():
    assert list(run_in_processes(held_signals, [0], num_workers=1)) == [True]
    assert not held_signals(0)
