"""Pieces of the page, as HTML whose texts are escaped."""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from mmmotion.structures import VideoResult

from ..palette import palette
from .charts import MAX_POINTS, bin_means, draw_lines, round_up


def facts(result: VideoResult) -> str:
    """List items: size, number of frames, rate and length."""
    height, width = result.size
    texts = [f'{width} &times; {height}']
    if len(result) == 1:
        texts.append('1 frame')
    else:
        texts.append(f'{len(result):,} frames')
        if result.fps > 0:
            rate = f'{result.fps:.3f}'.rstrip('0').rstrip('.')
            texts.append(f'{rate} frames/s')
            texts.append(f'{len(result) / result.fps:.1f} s')
    return ''.join(f'<li>{text}</li>' for text in texts)


def verdict(result: VideoResult) -> str:
    """Say in words what was found."""
    note = ''
    if result.verdict == 'nothing moves':
        note = (
            'No part of the picture moves against its background, so there '
            'is nothing to mask.'
        )
    elif result.objects and not result.is_counted:
        note = 'Objects were not told apart (--objects auto does that).'
    if note:
        note = f'<p class="note">{note}</p>'
    return f'<p>{escape(result.answer.capitalize())}.</p>{note}'


def warnings(texts: Sequence[str]) -> str:
    """Section with the warnings; nothing if there are none."""
    if not texts:
        return ''
    items = ''.join(f'<li>{escape(text)}</li>' for text in texts)
    return (
        '<section class="warnings" aria-labelledby="warnings">'
        f'<h2 id="warnings">Please note</h2><ul>{items}</ul></section>'
    )


def chips(result: VideoResult) -> str:
    """One switch per object."""
    return ''.join(
        f'<label><input type="checkbox" checked data-show="{number}" '
        f'style="--color:{_color(number)}">Object {number}</label>'
        for number in (track.object_id for track in result.objects)
    )


def object_rows(result: VideoResult) -> str:
    """Table rows: one per object."""
    scores = [track.motion_score for track in result.objects]
    strongest = max([one for one in scores if one > 0], default=math.inf)
    height, width = result.size
    rows = []
    for track in result.objects:
        areas = np.array(track.areas)
        seen = areas[areas > 0]
        share = seen.mean() / (height * width) if seen.size else 0
        bar, motion = track.motion_score / strongest, track.motion_score
        score = f'{motion:.2f}'
        if math.isnan(motion):  # there is no flow
            bar, score = 0, '&ndash;'
        color = f'--color:{_color(track.object_id)}'
        rows.append(
            f'<tr data-object="{track.object_id}"><th scope="row">'
            f'<span class="swatch" style="{color}"></span>'
            f'Object {track.object_id}</th><td><span class="bar" '
            f'style="--share:{bar:.3f};{color}"></span>'
            f'{score}</td><td>{seen.size:,} of '
            f'{len(result):,}</td><td>{share:.1%}</td><td data-now="area">'
            '&ndash;</td><td data-now="confidence">&ndash;</td></tr>'
        )
    return ''.join(rows)


def area_chart(result: VideoResult) -> str:
    """Share of the picture that each object covers, over time."""
    height, width = result.size
    lines = [
        bin_means(np.array(track.areas) * 100 / (height * width), MAX_POINTS)
        for track in result.objects
    ]
    top = round_up(max((line.max() for line in lines), default=0.0))
    return _chart(result, lines, min(top, 100.0), '%')


def confidence_chart(result: VideoResult) -> str:
    """Mean soft mask inside each object, over the time that it is seen."""
    lines = [
        bin_means(
            np.where(np.array(track.areas) > 0, track.scores, np.nan),
            MAX_POINTS,
        ) for track in result.objects
    ]
    return _chart(result, lines, 1.0)


def ticks(result: VideoResult) -> str:
    """Begin, middle and end of the time axis."""
    frames = (share * len(result) for share in (0, 0.5, 1))
    return ''.join(
        f'<span>{frame / result.fps:.1f} s</span>' if result.fps >
        0 else f'<span>{frame:.0f}</span>' for frame in frames
    )


def settings_rows(settings: Mapping[str, Any]) -> str:
    """Table rows: key and value of every setting, nested ones with dots."""
    return ''.join(
        f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>'
        for key, value in _flatten(settings)
    )


def bounds(result: VideoResult, indices: Sequence[int]) -> str:
    """Say what the page leaves out of a long video."""
    texts = []
    if len(indices) == 1 < len(result):
        texts.append(f'Of {len(result):,} frames the first one is shown.')
    elif len(indices) < len(result):
        texts.append(
            f'Of {len(result):,} frames one in {indices[1]} is shown.'
        )
    if len(result) > MAX_POINTS:
        texts.append(
            f'Curves are means of {len(result) / MAX_POINTS:.1f} frames.'
        )
    return ' '.join(texts)


def _chart(
    result: VideoResult,
    lines: Sequence[np.ndarray],
    top: float,
    unit: str = '',
) -> str:
    numbers = [track.object_id for track in result.objects]
    svg = draw_lines(
        lines, [_color(number) for number in numbers],
        [f'object-{number}' for number in numbers], top
    )
    labels = ''.join(
        f'<span>{value:g}{unit}</span>' for value in (top, top / 2, 0)
    )
    return f'<div class="axis" aria-hidden="true">{labels}</div>{svg}'


def _flatten(settings: Mapping[str, Any],
             prefix: str = '') -> Iterator[tuple[str, str]]:
    words = {None: 'none', True: 'yes', False: 'no'}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f'{prefix}{key}.')
        elif value is None or isinstance(value, bool):
            yield f'{prefix}{key}', words[value]
        elif isinstance(value, (list, tuple)):
            yield f'{prefix}{key}', ', '.join(map(str, value))
        else:
            yield f'{prefix}{key}', str(value)


def _color(number: int) -> str:
    red, green, blue = palette(number + 1)[-1]
    return f'#{red:02x}{green:02x}{blue:02x}'
