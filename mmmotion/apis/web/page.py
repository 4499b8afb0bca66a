"""The page itself, by Gradio."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from threading import Event
from types import ModuleType
from typing import Any

from ..sources import InputError
from .upload import Stopped, segment_upload
from .visits import Visits

METHODS = (
    ('Preview, in seconds', 'robust-background'),
    ('GWM, learns from this video', 'gwm'),
    ('MG, learns from this video', 'mg'),
    ('IMAS, learns from this video', 'imas'),
    ('AMD, learns from this video', 'amd'),
)
_OBJECTS = (
    ('All as one', 'one'), ('As many as there are', 'auto'), ('Up to 2', '2'),
    ('Up to 3', '3'), ('Up to 5', '5')
)  # yapf: disable
_OBJECT_NUMBERS: dict[str, int | str | None] = {
    'one': None, 'auto': 'auto', '2': 2, '3': 3, '5': 5
}  # yapf: disable
_SUFFIXES = [
    '.mp4', '.mov', '.mkv', '.webm', '.avi', '.m4v', '.mpg', '.mpeg', '.gif'
]
_INTRO = """# What moves in your video?
Drop a video. No labels and no weights are needed, and nothing leaves this
machine: files lie in a private temporary folder until you close the page."""
_CSS = """
.gradio-container { max-width: 1160px !important; margin: 0 auto; }
#report { padding: 0; }
#report iframe { width: 100%; height: 1180px; border: 0; border-radius: 12px; }
#status { min-height: 76px; }
"""


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
        ValueError: If a bound is below 1.
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


def serve(
    settings: PageSettings,
    stop: Event,
    on_ready: Callable[[str], None],
) -> None:
    """Serve the page until it is told to stop; then remove all files.

    Args:
        settings: How.
        stop: Ends the page when it is set.
        on_ready: Called with the address once the page answers.

    Raises:
        ImportError: If Gradio is not installed.
        OSError: If the port is taken.
    """
    visits = Visits()
    # Gradio reads these when it is imported: uploads go where they are
    # removed, and neither statistics nor past runs are kept anywhere.
    os.environ['GRADIO_TEMP_DIR'] = str(visits.root)
    os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'
    os.environ['GRADIO_RUN_HISTORY'] = 'False'
    try:
        gradio = _import_gradio()
        page = build_page(gradio, settings, visits)
        page.queue(max_size=8, api_open=False)
        try:
            _, address, _ = page.launch(
                server_name=settings.host,
                server_port=settings.port,
                max_file_size=f'{settings.max_megabytes}mb',
                theme=_theme(gradio),
                css=_CSS,
                footer_links=[],
                prevent_thread_lock=True,
                quiet=True,
                share=False,
                ssr_mode=False,
            )
            on_ready(address)
            stop.wait()
        finally:
            page.close(verbose=False)
    finally:
        visits.close()


def build_page(
    gradio: ModuleType, settings: PageSettings, visits: Visits
) -> Any:  # gradio.Blocks, which is not installed everywhere
    """Put the page together.

    Args:
        gradio: The library.
        settings: What the page accepts.
        visits: Where files of visitors lie.

    Returns:
        The page, not served yet.
    """
    # Uploads of visitors who never pressed the button go after an hour.
    page = gradio.Blocks(
        title='What moves?', analytics_enabled=False, delete_cache=(600, 3600)
    )
    with page:
        gradio.Markdown(_INTRO)
        with gradio.Row(equal_height=True):
            upload = gradio.File(
                label=f'Video: up to {settings.max_megabytes} MB, of which the '
                f'first {settings.max_frames} frames are used',
                file_types=_SUFFIXES,
                elem_id='upload',
                scale=3,
            )
            with gradio.Column(scale=2):
                method = gradio.Dropdown(
                    list(METHODS), value='robust-background', label='Method'
                )
                objects = gradio.Dropdown(
                    list(_OBJECTS), value='auto', label='Objects'
                )
                moving_only = gradio.Checkbox(
                    False, label='Drop objects that stand still'
                )
        with gradio.Row():
            start = gradio.Button(
                'Find what moves', variant='primary', elem_id='start'
            )
            stop = gradio.Button('Stop', elem_id='stop', scale=0)
        status = gradio.HTML(elem_id='status', visible=False)
        report = gradio.HTML(elem_id='report', visible=False)
        files = gradio.File(
            label='Download',
            file_count='multiple',
            interactive=False,
            visible=False,
            elem_id='files',
        )
        shown = [status, report, files]
        waiting = start.click(
            lambda: _update(gradio, '<p>Starting.</p>', None, None),
            outputs=shown,
            show_progress='hidden',
            api_visibility='private',
        )
        waiting.then(
            _make_handler(gradio, settings, visits),
            [upload, method, objects, moving_only],
            shown,
            show_progress_on=status,
            concurrency_limit=1,
            api_visibility='private',
        )
        stop.click(
            _make_stop(gradio, visits), queue=False, api_visibility='private'
        )
        page.unload(_make_leave(gradio, visits))
    return page


def _make_handler(
    gradio: ModuleType, settings: PageSettings, visits: Visits
) -> Callable:
    default_progress = gradio.Progress()

    def run(
        upload: str | None,
        method: str,
        objects: str,
        moving_only: bool,
        request: Any,  # gradio.Request, see below
        progress: Any = default_progress,  # gradio.Progress
    ) -> list:
        if upload is None:
            return _update(gradio, '<p>Drop a video first.</p>', None, None)
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
            return _update(gradio, '<p>Stopped.</p>', None, None)
        except InputError as error:
            text = f'<p>This does not work: {escape(str(error))}</p>'
            return _update(gradio, text, None, None)
        notes = ''.join(f'<p>{escape(note)}</p>' for note in outcome.notes)
        # Without an origin of its own the report reaches nothing of the page.
        frame = (
            '<iframe title="Report" sandbox="allow-scripts" '
            f'srcdoc="{escape(outcome.report)}"></iframe>'
        )
        files = [str(path) for path in outcome.files]
        text = f'<h2>{outcome.summary}</h2>{notes}'
        return _update(gradio, text, frame, files)

    return _with_request(gradio, run)


def _make_stop(gradio: ModuleType, visits: Visits) -> Callable:

    def stop(request: Any) -> None:
        visits.stop(request.session_hash)

    return _with_request(gradio, stop)


def _make_leave(gradio: ModuleType, visits: Visits) -> Callable:

    def leave(request: Any) -> None:
        visits.end(request.session_hash)

    return _with_request(gradio, leave)


def _with_request(gradio: ModuleType, handler: Callable) -> Callable:
    """Gradio hands over its request to arguments of this very type."""
    handler.__annotations__['request'] = gradio.Request
    return handler


def _update(
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


def _theme(gradio: ModuleType) -> Any:  # gradio.themes.Base
    return gradio.themes.Default(
        primary_hue='orange',
        neutral_hue='stone',
        font=['system-ui', 'sans-serif'],
        font_mono=['ui-monospace', 'monospace'],
    )


def _import_gradio() -> ModuleType:
    try:
        return import_module('gradio')
    except ImportError as error:
        raise ImportError(
            f'the page needs Gradio ({error}); install it with '
            "pip install 'mmmotion[demo]'"
        ) from error
