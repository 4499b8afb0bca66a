"""What happens when something on the page is pressed."""

from collections.abc import Callable
from html import escape
from types import ModuleType
from typing import Any

from ..sources import InputError
from .settings import PageSettings
from .upload import Stopped, segment_upload
from .visits import Visits

_OBJECT_NUMBERS: dict[str, int | str | None] = {
    'one': None, 'auto': 'auto', '2': 2, '3': 3, '5': 5
}  # yapf: disable


def make_handler(
    gradio: ModuleType, settings: PageSettings, visits: Visits
) -> Callable:
    """Make what segments a video.

    Args:
        gradio: The library.
        settings: What the page accepts.
        visits: Where files of visitors lie.
    """
    default_progress = gradio.Progress()

    def run(
        upload: str | None,
        method: str,
        objects: str,
        moving_only: bool,
        request: Any,  # gradio.Request, see below
        progress: Any = default_progress,  # gradio.Progress
    ) -> list:
        """Segment the file of a tab; new values of what it shows."""
        if upload is None:
            return update(gradio, '<p>Drop a video first.</p>', None, None)
        visit = visits.begin(request.session_hash, upload)
        try:
            outcome = segment_upload(
                visit,
                method,
                _OBJECT_NUMBERS[objects],
                moving_only,
                settings.max_frames,
                settings.device,
                lambda text, done, total: progress((done, total), text),
            )
        except Stopped:
            return update(gradio, '<p>Stopped.</p>', None, None)
        except InputError as error:
            text = f'<p>This does not work: {escape(str(error))}</p>'
            return update(gradio, text, None, None)
        notes = ''.join(f'<p>{escape(note)}</p>' for note in outcome.notes)
        # Without an origin of its own the report reaches nothing of the page.
        frame = (
            '<iframe title="Report" sandbox="allow-scripts" '
            f'srcdoc="{escape(outcome.report)}"></iframe>'
        )
        files = [str(path) for path in outcome.files]
        text = f'<h2>{outcome.summary}</h2>{notes}'
        return update(gradio, text, frame, files)

    return _with_request(gradio, run)


def make_receive(gradio: ModuleType, visits: Visits) -> Callable:
    """Make what takes note of a file that was sent."""

    def receive(upload: str, request: Any) -> None:
        """Remember the file that a tab has sent."""
        visits.receive(request.session_hash, upload)

    return _with_request(gradio, receive)


def make_announce(gradio: ModuleType, visits: Visits) -> Callable:
    """Make what happens at once when a run is asked for."""

    def announce(request: Any) -> list:
        """Say that it starts; new values of the button and what is shown."""
        visits.queue(request.session_hash)
        return [
            gradio.update(interactive=False),
            *update(gradio, '<p>Starting.</p>', None, None)
        ]

    return _with_request(gradio, announce)


def make_stop(gradio: ModuleType, visits: Visits) -> Callable:
    """Make what stops the run of a visitor."""

    def stop(request: Any) -> None:
        """Stop the work for a tab."""
        visits.stop(request.session_hash)

    return _with_request(gradio, stop)


def make_leave(gradio: ModuleType, visits: Visits) -> Callable:
    """Make what removes what belongs to a visitor."""

    def leave(request: Any) -> None:
        """Forget a tab that is closed."""
        visits.end(request.session_hash)

    return _with_request(gradio, leave)


def _with_request(gradio: ModuleType, handler: Callable) -> Callable:
    """Gradio hands over its request to arguments of this very type."""
    handler.__annotations__['request'] = gradio.Request
    return handler


def update(
    gradio: ModuleType,
    status: str,
    report: str | None,
    files: list[str] | None,
) -> list:
    """New values of status, report and files; what is None is hidden."""
    return [
        gradio.update(value=value, visible=value is not None)
        for value in (status, report, files)
    ]
