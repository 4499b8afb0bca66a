"""Progress of the stages of a run."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Item = TypeVar('Item')


class Advance(Protocol):
    """Counts steps."""

    def __call__(self, steps: int = 1) -> None:
        """Count some more."""


class StageProgress:
    """A bar with the time left for each stage.

    Args:
        enabled: Whether to show anything.
        listener: Called with name of the stage, steps done and steps in all
            (None if unknown), for programs that show it in their own way.

    Attributes:
        seconds: How long each stage took.
    """

    def __init__(
        self,
        enabled: bool = True,
        listener: Callable[[str, int, int | None], None] | None = None,
    ) -> None:
        self.enabled = enabled
        self.listener = listener
        self.seconds: dict[str, float] = {}
        self.console = Console(stderr=True, highlight=False)

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Advance]:
        """Show a stage while it works.

        Args:
            name: Name of the stage.
            total: Number of its steps; None if nobody knows.
        """
        begin = time.perf_counter()
        done = 0
        with_bar = self.enabled and self.console.is_terminal
        bar = Progress(
            TextColumn(f'{name:12}'),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn('left'),
            TimeRemainingColumn(),
            console=self.console,
            disable=not with_bar,
        )

        def advance(steps: int = 1) -> None:
            """Count steps, on the console and for who listens."""
            nonlocal done
            done += steps
            bar.advance(task, steps)
            if self.listener is not None:
                self.listener(name, done, total)

        with bar:
            task = bar.add_task(name, total=total)
            advance(0)
            yield advance
            bar.update(task, total=done if total is None else total)
        took = time.perf_counter() - begin
        self.seconds[name] = self.seconds.get(name, 0.0) + took
        if self.enabled and not with_bar:
            self.say(f'{name}: {done} in {took:.1f} s')

    def track(self, name: str, items: Iterable[Item],
              total: int | None) -> Iterator[Item]:
        """Yield items and count them.

        Args:
            name: Name of the stage.
            items: What is worked on.
            total: How many there are; None if nobody knows.
        """
        with self.stage(name, total) as advance:
            for item in items:
                yield item
                advance()

    def say(self, text: str) -> None:
        """Show a line."""
        if self.enabled:
            self.console.print(text, markup=False, soft_wrap=True)
