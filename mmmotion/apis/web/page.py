"""The page itself, by Gradio."""

import os
from collections.abc import Callable
from importlib import import_module
from threading import Event
from types import ModuleType
from typing import Any

from .layout import build_page
from .settings import PageSettings
from .visits import Visits

_CSS = """
.gradio-container { max-width: 1160px !important; margin: 0 auto; }
#report { padding: 0; }
#report iframe { width: 100%; height: 1180px; border: 0; border-radius: 12px; }
#status { min-height: 76px; }
"""


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
            # Open tabs may hold up the server, but not the files.
            visits.close()
            page.close(verbose=False)
    finally:
        visits.close()


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
