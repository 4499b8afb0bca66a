"""The page as text: data and pictures put into the template."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from mmmotion.flow.atomic import write_atomically
from mmmotion.structures import VideoResult

from ..palette import palette
from . import parts
from .pictures import Picture, take_pictures
from .wheel import draw_flow_wheel

_PLACE = re.compile(r'\{\{(\w+)\}\}')
# What could end the script element that holds the data.
_MARKUP = re.compile('[<>&]')


def write_report(
    path: str | Path,
    result: VideoResult,
    frames: Callable[[int], np.ndarray],
    command: str,
) -> None:
    """Write one HTML file that shows a video and its moving objects.

    The page needs no network and no other file: it holds a player whose
    overlay can be dimmed, the flow and two curves over time, the objects, the
    warnings and settings, and the command. Its size is bounded: at most 200
    pictures of at most 640 pixels, of a longer video at equal distances, and
    fewer if they pass 12 MB; curves have at most 1,000 points, of a longer
    video means of neighbouring frames.

    Args:
        path: The file; its folder is made if it is not there.
        result: What is known about the video.
        frames: Gives the (H, W, 3) uint8 RGB frame of an index.
        command: Command that makes the result again, shown as it is.

    Raises:
        ValueError: If the video has no frame.
        OSError: If the file cannot be written.
    """
    if not len(result):
        raise ValueError(f'{path}: a report needs at least one frame')
    pictures = take_pictures(result, frames)
    text = _page(result, pictures, command)
    # Names of files need not be Unicode.
    write_atomically(path, text.encode(errors='replace'))


def _page(
    result: VideoResult, pictures: Sequence[Picture], command: str
) -> str:
    kinds = [
        'clip' if len(result) > 1 else 'image',
        'flow' if any(picture.flow for picture in pictures) else 'no-flow',
        'found' if result.objects else 'nothing',
    ]
    values = dict(
        name=escape(result.name),
        kinds=' '.join(kinds),
        facts=parts.facts(result),
        verdict=parts.verdict(result),
        warnings=parts.warnings(result.warnings),
        chips=parts.chips(result),
        wheel=draw_flow_wheel(),
        area_chart=parts.area_chart(result),
        confidence_chart=parts.confidence_chart(result),
        ticks=parts.ticks(result),
        bounds=parts.bounds(result, [picture.index for picture in pictures]),
        objects=parts.object_rows(result),
        command=escape(command),
        settings=parts.settings_rows(result.settings),
        data=_json(_data(result, pictures)),
        style=_asset('report.css'),
        script=_asset('report.js'),
    )
    # One pass, so that no text of the user is taken for a place.
    return _PLACE.sub(lambda match: values[match[1]], _asset('report.html'))


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding='utf-8')


def _data(result: VideoResult, pictures: Sequence[Picture]) -> dict[str, Any]:
    """What the script of the page reads (any JSON type)."""
    height, width = result.size
    indices = [picture.index for picture in pictures]
    objects = [
        dict(
            id=track.object_id,
            color=palette(track.object_id + 1)[-1].tolist(),
            areas=[
                round(track.areas[index] * 100 / (height * width), 2)
                for index in indices
            ],
            scores=[round(track.scores[index], 3) for index in indices],
        ) for track in result.objects
    ]
    return dict(
        fps=result.fps,
        numFrames=len(result),
        indices=indices,
        names=[result.frame_names[index] for index in indices],
        frames=[picture.frame for picture in pictures],
        labels=[picture.labels for picture in pictures],
        flows=[picture.flow for picture in pictures],
        objects=objects,
    )


def _json(data: Mapping[str, Any]) -> str:
    """JSON that can stand inside a script element."""
    text = json.dumps(data, allow_nan=False, separators=(',', ':'))
    return _MARKUP.sub(lambda match: f'\\u{ord(match[0]):04x}', text)
