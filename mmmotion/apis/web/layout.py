"""What stands on the page, and what it does."""

from types import ModuleType, SimpleNamespace
from typing import Any

from .handlers import (
    make_announce,
    make_handler,
    make_leave,
    make_receive,
    make_stop,
)
from .settings import PageSettings
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
_SUFFIXES = [
    '.mp4', '.mov', '.mkv', '.webm', '.avi', '.m4v', '.mpg', '.mpeg', '.gif'
]
_INTRO = """# What moves in your video?
Drop a video. No labels and no weights are needed, and nothing leaves this
machine: files lie in a private temporary folder until you close the page."""


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
    # A day later goes what a visitor has left whose end nobody noticed.
    page = gradio.Blocks(
        title='What moves?',
        analytics_enabled=False,
        delete_cache=(3600, 86400)
    )
    with page:
        parts = _place(gradio, settings)
        _connect(gradio, parts, settings, visits)
        page.unload(make_leave(gradio, visits))
    return page


def _place(gradio: ModuleType, settings: PageSettings) -> SimpleNamespace:
    """Put the parts where they belong."""
    parts = SimpleNamespace()
    gradio.Markdown(_INTRO)
    with gradio.Row(equal_height=True):
        parts.upload = gradio.File(
            label=f'Video: up to {settings.max_megabytes} MB, its first '
            f'{settings.max_frames} frames are used',
            file_types=_SUFFIXES,
            elem_id='upload',
            scale=3,
        )
        with gradio.Column(scale=2):
            parts.method = gradio.Dropdown(
                list(METHODS), value='robust-background', label='Method'
            )
            parts.objects = gradio.Dropdown(
                list(_OBJECTS), value='auto', label='Objects'
            )
            parts.moving_only = gradio.Checkbox(
                False, label='Drop objects that stand still'
            )
    with gradio.Row():
        parts.start = gradio.Button(
            'Find what moves', variant='primary', elem_id='start'
        )
        parts.stop = gradio.Button('Stop', elem_id='stop', scale=0)
    parts.status = gradio.HTML(elem_id='status', visible=False)
    parts.report = gradio.HTML(elem_id='report', visible=False)
    parts.files = gradio.File(
        label='Download',
        file_count='multiple',
        interactive=False,
        visible=False,
        elem_id='files',
    )
    return parts


def _connect(
    gradio: ModuleType,
    parts: SimpleNamespace,
    settings: PageSettings,
    visits: Visits,
) -> None:
    """Say what each part does."""
    silent = dict(show_progress='hidden', api_visibility='private')
    shown = [parts.status, parts.report, parts.files]
    parts.upload.upload(make_receive(gradio, visits), parts.upload, **silent)
    parts.start.click(
        make_announce(gradio, visits),
        outputs=[parts.start, *shown],
        **silent,
    ).then(
        make_handler(gradio, settings, visits),
        [parts.upload, parts.method, parts.objects, parts.moving_only],
        shown,
        show_progress_on=parts.status,
        concurrency_limit=1,
        api_visibility='private',
    ).then(
        lambda: gradio.update(interactive=True),
        outputs=parts.start,
        **silent,
    )
    parts.stop.click(make_stop(gradio, visits), queue=False, **silent)
