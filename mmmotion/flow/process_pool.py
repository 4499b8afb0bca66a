"""Work that is shared among processes and stops soon when it has to."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    CancelledError,
    ProcessPoolExecutor,
    as_completed,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from typing import Any, TypeVar

Item = TypeVar('Item')
Result = TypeVar('Result')

_stop: Event | None = None


class WorkerError(RuntimeError):
    """A process has died; the message says what to do."""


def run_in_processes(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    num_workers: int,
    initializer: Callable[..., object] | None = None,
    initargs: tuple[Any, ...] = (),  # those of the initializer
) -> Iterator[Result]:
    """Call a function on every item, in new processes.

    After an error, or an interrupt from the keyboard, nothing new is begun;
    a function that takes long asks :func:`is_stopping` now and then.

    Args:
        function: Of a module, so that it can be found by its name; what it
            writes has to be whole at any moment.
        items: What to call it on.
        num_workers: Number of processes, at least 1.
        initializer: Called once in every process.
        initargs: Its arguments.

    Yields:
        What the function returned, as it comes.

    Raises:
        WorkerError: If a process dies.
    """
    if not items:
        return
    context = get_context('spawn')
    stop = context.Event()
    executor = ProcessPoolExecutor(
        min(num_workers, len(items)),
        mp_context=context,
        initializer=_start,
        initargs=(stop, initializer, initargs),
    )
    try:
        with _hold_interrupts():
            futures = [
                executor.submit(_call, function, item)  # starts a process
                for item in items
            ]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        raise WorkerError(
            'a worker process died, perhaps for want of memory; the files '
            'written so far are whole, run again to go on'
        ) from error
    finally:
        stop.set()
        executor.shutdown(cancel_futures=True)


def is_stopping() -> bool:
    """Tell a process of :func:`run_in_processes` whether to leave off.

    What the function returns is not used then. Always False elsewhere.
    """
    return _stop is not None and _stop.is_set()


@contextmanager
def _hold_interrupts() -> Iterator[None]:
    """Let processes that are started here never see Ctrl-C.

    A terminal sends it to all of them, and while one still imports its
    modules it would end with a traceback. They inherit what is held back.
    """
    if not hasattr(signal, 'pthread_sigmask'):  # Windows
        yield
        return
    held = {signal.SIGINT}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(
    stop: Event,
    initializer: Callable[..., object] | None,
    initargs: tuple[Any, ...],
) -> None:
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it is not held back
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if initializer is not None:
        initializer(*initargs)


def _call(function: Callable[[Item], Result], item: Item) -> Result:
    if is_stopping():
        raise CancelledError('nobody waits for this any more')
    return function(item)


def _end_with_parent() -> None:
    """Leave when the parent was killed, which a pool does not notice."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
