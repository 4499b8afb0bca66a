"""Progress of a long extraction, on a terminal or in a log."""

from types import TracebackType

from mmengine.logging import print_log
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_LOG_STEPS = 10


class ExtractionProgress:
    """A bar with the time left; ten lines in the log without a terminal.

    Args:
        total: Number of things to make.
        enabled: Whether to show anything.
        name: What is made.
    """

    def __init__(
        self, total: int, enabled: bool = True, name: str = 'flow'
    ) -> None:
        self.total = total
        self.name = name
        self.done = 0
        console = Console(stderr=True)
        self._with_bar = enabled and console.is_terminal and total > 0
        self._with_log = enabled and not self._with_bar
        self._bar = Progress(
            TextColumn(name),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn('left'),
            TimeRemainingColumn(),
            console=console,
            disable=not self._with_bar,
        )
        self._task = self._bar.add_task(name, total=total)

    def __enter__(self) -> 'ExtractionProgress':
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def advance(self, num: int) -> None:
        """Count what is finished.

        Args:
            num: How many more.
        """
        step = self._step()
        self.done += num
        self._bar.advance(self._task, num)
        if self._with_log and self._step() > step:
            print_log(f'{self.name}: {self.done} of {self.total}', 'current')

    def _step(self) -> int:
        return _LOG_STEPS * self.done // max(self.total, 1)
