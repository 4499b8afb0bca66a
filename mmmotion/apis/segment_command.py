r"""Find the moving objects of a video, without labels and without weights.

Examples::

    mmmotion-segment clip.mp4
    mmmotion-segment clip.mp4 --method robust-background
    mmmotion-segment 'frames/*.jpg' --objects auto --out-dir results
    mmmotion-segment a.mp4 b.mp4 --method imas --weights imas.pth

Each video gets a folder: masks/*.png (DAVIS palette), overlay.mp4,
objects.json (COCO run lengths), result.json and report.html. After Ctrl-C the
same command goes on where it stopped.

Exit codes: 0 done, 1 unexpected error, 2 wrong arguments, 3 an input is no
video or cannot be worked on (the others are), 4 done, but an input was broken
and only what could be decoded was used, 5 cannot write (no space, no
permission or another run in the folder), 130 stopped by Ctrl-C.
"""

import argparse
import errno
import math
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .motion_inferencer import MotionInferencer
    from .run_settings import RunSettings
    from .sources import FrameSource

_CANNOT_WRITE = (
    errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS,
    errno.ENOTDIR, errno.EEXIST, errno.EFBIG, errno.EISDIR,
    errno.ENAMETOOLONG, errno.EBUSY
)  # yapf: disable


class ExitCode(IntEnum):
    """What scripts learn from the end of the command."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    INPUT = 3
    PARTIAL = 4
    OUTPUT = 5
    INTERRUPTED = 130


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line.

    Args:
        argv: Arguments; those of the process if None.
    """
    parser = argparse.ArgumentParser(
        prog='mmmotion-segment',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'inputs',
        nargs='+',
        metavar='INPUT',
        help='video file, folder of frames, glob pattern or image',
    )
    parser.add_argument(
        '--method',
        default='gwm',
        help='amd, gwm, imas, mg, oclr (with --weights), robust-background, a '
        'model of the index or a config (gwm)',
    )
    _add_method_arguments(parser)
    _add_output_arguments(parser)
    return parser.parse_args(argv)


def _add_method_arguments(parser: argparse.ArgumentParser) -> None:
    """How the video is worked on."""
    parser.add_argument(
        '--weights',
        help='checkpoint; without, the method learns from the '
        'video itself'
    )
    parser.add_argument(
        '--out-dir', default='segmented', help='where results go (segmented)'
    )
    parser.add_argument(
        '--adapt-iters',
        type=int,
        metavar='N',
        help='iterations of learning on the video (those of the config; none '
        'with --weights)',
    )
    parser.add_argument(
        '--objects',
        type=_objects,
        metavar='N|auto',
        help='tell objects apart: this many at most, or as many as there are',
    )
    parser.add_argument(
        '--moving-only',
        action='store_true',
        help='drop objects that stand still',
    )
    parser.add_argument('--device', help='cpu, cuda or cuda:N')
    parser.add_argument('--fps', type=_rate, help='frames per second')
    parser.add_argument(
        '--max-frames', type=int, metavar='N', help='use the first N frames'
    )
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument(
        '--workers', type=int, help='processes that compute flow'
    )


def _add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """What is written and shown, and the rest."""
    parser.add_argument(
        '--soft-masks', action='store_true', help='write soft_masks.npz too'
    )
    parser.add_argument(
        '--no-overlay', action='store_true', help='do not write overlay.mp4'
    )
    parser.add_argument(
        '--no-report', action='store_true', help='do not write report.html'
    )
    parser.add_argument(
        '--quiet', action='store_true', help='show no progress'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        metavar='KEY=VALUE',
        help='change values of the config',
    )


def _objects(text: str) -> int | str:
    if text == 'auto':
        return text
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"expected a number or 'auto', got {text!r}"
        ) from error


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if rate > 0 and math.isfinite(rate):
        return rate
    raise argparse.ArgumentTypeError(
        f'expected a number above 0, got {text!r}'
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Segment what the command line names.

    Args:
        argv: Arguments; those of the process if None.

    Returns:
        An :class:`ExitCode`.
    """
    args = parse_args(argv)
    command = shlex.join([
        'mmmotion-segment', *(sys.argv[1:] if argv is None else argv)
    ])
    try:
        return _segment(args, command)
    except KeyboardInterrupt:
        return _fail(
            ExitCode.INTERRUPTED,
            f'stopped; what is finished is in {Path(args.out_dir)}, the same '
            'command goes on from there',
        )
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        return _fail(
            ExitCode.OUTPUT,
            f'cannot write: {error}; what is finished stays, and once that '
            'is mended the same command goes on from there',
        )


def _segment(args: argparse.Namespace, command: str) -> ExitCode:
    # Not before the arguments are known to be right: this takes seconds.
    from mmmotion.structures import VideoResult

    from .motion_inferencer import make_names_unique
    from .sources import InputError
    sources = _open_sources(args)
    ends = [ExitCode.INPUT] * (len(args.inputs) - len(sources))
    if not sources:
        return ExitCode.INPUT
    sources = make_names_unique(sources)
    method = _open_method(args)
    if method is None:
        return ExitCode.USAGE
    inferencer, settings = method
    try:
        Path(args.out_dir).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _fail(ExitCode.OUTPUT, f'cannot write: {error}')
    for source in sources:
        try:
            result = inferencer(
                source,
                args.out_dir,
                **asdict(settings),
                overlay=not args.no_overlay,
                report=not args.no_report,
                soft_masks=args.soft_masks,
                command=command,
            )
        except InputError as error:
            ends.append(_fail(ExitCode.INPUT, f'{source.name}: {error}'))
            continue
        assert isinstance(result, VideoResult), 'one source was given'
        if args.quiet:  # else they are among what is shown
            for warning in result.warnings:
                _tell(f'{source.name}: {warning}')
        is_whole = result.settings['complete']
        ends.append(ExitCode.DONE if is_whole else ExitCode.PARTIAL)
    return next(
        code for code in (ExitCode.INPUT, ExitCode.PARTIAL, ExitCode.DONE)
        if code in ends
    )


def _open_method(
    args: argparse.Namespace
) -> 'tuple[MotionInferencer, RunSettings] | None':
    """The method and how it is used; None, after it is told why not."""
    from mmmotion.engine import CheckpointError

    from .motion_inferencer import MotionInferencer
    from .run_settings import RunSettings
    try:
        inferencer = MotionInferencer(
            args.method,
            args.weights,
            args.device,
            show_progress=not args.quiet,
            cfg_options=_parse_options(args.cfg_options),
        )
        settings = RunSettings(
            adapt_iters=args.adapt_iters,
            num_objects=args.objects,
            moving_only=args.moving_only,
            max_frames=args.max_frames,
            seed=args.seed,
            num_workers=args.workers,
        )
        inferencer.method.adapts(settings.adapt_iters)
    except (ValueError, FileNotFoundError, CheckpointError) as error:
        _tell(str(error))
        return None
    except (ImportError, SyntaxError) as error:  # of the config or a plugin
        _tell(f'cannot load {args.method}: {error}')
        return None
    return inferencer, settings


def _open_sources(args: argparse.Namespace) -> 'list[FrameSource]':
    """Those inputs that can be read; of the others it is told why not."""
    from .sources import InputError, open_source
    sources = []
    for text in args.inputs:
        try:
            sources.append(open_source(text, fps=args.fps))
        except (InputError, OSError) as error:
            _fail(ExitCode.INPUT, str(error))
    return sources


def _parse_options(pairs: Sequence[str] | None) -> dict:
    from mmengine.config import DictAction
    for pair in pairs or ():
        if '=' not in pair:
            raise ValueError(f'--cfg-options: expected KEY=VALUE, got {pair}')
    parser = argparse.ArgumentParser()
    parser.add_argument('--options', nargs='+', action=DictAction, default={})
    return parser.parse_args(['--options', *pairs] if pairs else []).options


def _fail(code: ExitCode, message: str) -> ExitCode:
    _tell(message)
    return code


def _tell(message: str) -> None:
    print(f'mmmotion-segment: {message}', file=sys.stderr)  # noqa: T201


if __name__ == '__main__':
    sys.exit(main())
