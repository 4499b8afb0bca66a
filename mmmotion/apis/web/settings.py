"""How the page is served, and what it accepts."""

from dataclasses import dataclass

from ..method import check_device

_MAX_PORT = 65535


@dataclass(frozen=True)
class PageSettings:
    """How the page is served, and what it accepts.

    Attributes:
        host: Address that the page is bound to.
        port: Port; None takes the first free one from 7860 on.
        max_megabytes: Largest upload.
        max_frames: How many frames of a video are used at most.
        device: Where methods run; None takes the fastest.

    Raises:
        ValueError: If a bound is below 1, the port no port, or there is no
            such device.
    """

    host: str = '127.0.0.1'
    port: int | None = None
    max_megabytes: int = 200
    max_frames: int = 600
    device: str | None = None

    def __post_init__(self) -> None:
        for name in ('max_megabytes', 'max_frames'):
            if getattr(self, name) < 1:
                raise ValueError(
                    f'expected {name} to be 1 or more, got '
                    f'{getattr(self, name)}'
                )
        if self.port is not None and not 0 < self.port <= _MAX_PORT:
            raise ValueError(
                f'expected port to be 1 to {_MAX_PORT}, got {self.port}'
            )
        if self.device is not None:
            check_device(self.device)
