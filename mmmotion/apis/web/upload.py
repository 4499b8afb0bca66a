"""From a file that somebody sent to files that they take home."""

import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mmmotion.structures import VideoResult

from ..motion_inferencer import MotionInferencer
from ..sources import InputError, open_source
from .visits import Visit

STAGE_TEXTS = {
    'frames': 'Reading the video',
    'flow': 'Measuring motion',
    'adapt': 'Learning from this video',
    'predict': 'Segmenting',
    'objects': 'Following objects',
    'flow-masks': 'Looking at the motion alone',
    'flow-objects': 'Following what moves',
    'write': 'Writing masks',
    'overlay': 'Drawing the overlay',
    'report': 'Writing the report',
}
"""What each stage of a run is called on the page."""

_FILES = ('overlay.mp4', 'masks.zip', 'objects.json', 'report.html')


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """A run that nobody waits for any more."""


@dataclass(frozen=True)
class UploadOutcome:
    """What a visitor gets.

    Attributes:
        summary: What was found, in words.
        notes: What the visitor should know about it.
        report: Text of the HTML report.
        files: Files to take home.
    """

    summary: str
    notes: tuple[str, ...]
    report: str
    files: tuple[Path, ...]


def segment_upload(
    visit: Visit,
    method: str,
    num_objects: int | str | None,
    moving_only: bool,
    max_frames: int,
    device: str | None,
    on_progress: Callable[[str, int, int | None], None],
) -> UploadOutcome:
    """Find the moving objects of the file of a visit.

    Args:
        visit: File, folder for the results, and whether anybody waits.
        method: See :class:`MotionInferencer`.
        num_objects: See :class:`~mmmotion.apis.run_settings.RunSettings`.
        moving_only: See there.
        max_frames: How many frames are used at most.
        device: Where the method runs; None takes the fastest.
        on_progress: Called with a text, steps done and steps in all (None if
            unknown).

    Returns:
        What the visitor gets; its files lie in the folder of the visit.

    Raises:
        InputError: If the file cannot be worked on; the message names the
            file as the visitor knows it.
        Stopped: If nobody waits any more.
    """

    def listen(stage: str, done: int, total: int | None) -> None:
        """Pass progress on, or end the work if the tab wants no more."""
        if visit.stopped.is_set():
            raise Stopped
        on_progress(STAGE_TEXTS.get(stage, stage), done, total)

    inferencer = MotionInferencer(
        method, device=device, show_progress=False, on_progress=listen
    )
    try:
        source = open_source(visit.upload)
        # The page of the results says what was given, but not where it lay.
        source.origin = visit.upload.name
        results = inferencer(
            [source],
            visit.folder,
            num_objects=num_objects,
            moving_only=moving_only,
            max_frames=max_frames,
            command=_command(
                visit.upload, method, num_objects, moving_only, max_frames
            ),
        )
        assert isinstance(results, list), 'a list of sources was given'
        is_cut = len(results[0]) == max_frames != source.num_expected
        return _pack(results[0], visit.folder, max_frames if is_cut else None)
    except BaseException as error:
        # The visitor may be gone, and nobody else would remove it.
        shutil.rmtree(visit.folder, ignore_errors=True)
        if isinstance(error, InputError | FileNotFoundError):
            text = str(error).replace(str(visit.upload), visit.upload.name)
            raise InputError(text) from error
        raise


def _pack(
    result: VideoResult, root: Path, cut_at: int | None
) -> UploadOutcome:
    """Keep what is taken home, and nothing else."""
    notes = list(result.warnings)
    if cut_at is not None:
        notes.append(f'Only the first {cut_at} frames are used here.')
    folder = root / result.name
    shutil.make_archive(str(folder / 'masks'), 'zip', folder / 'masks')
    outcome = UploadOutcome(
        f'{result.answer.capitalize()}.',
        tuple(notes),
        (folder / 'report.html').read_text(encoding='utf-8'),
        tuple(folder / name for name in _FILES),
    )
    # What the stages left for a rerun, several times as much as the results.
    shutil.rmtree(folder / '.work')
    return outcome


def _command(
    upload: Path,
    method: str,
    num_objects: int | str | None,
    moving_only: bool,
    max_frames: int,
) -> str:
    command = ['mmmotion-segment', upload.name, '--method', method]
    if num_objects is not None:
        command += ['--objects', str(num_objects)]
    if moving_only:
        command.append('--moving-only')
    command += ['--max-frames', str(max_frames)]
    return shlex.join(command)
