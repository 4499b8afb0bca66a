"""Tables of boxes as MoCA and the VGG Image Annotator write them."""

import ast
import csv
import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from mmmotion.flow.atomic import write_atomically
from mmmotion.flow.file_names import encode_name
from mmmotion.structures import MOTIONS

_COLUMNS = ('file_list', 'spatial_coordinates')
_HEADER_MARK = '# CSV_HEADER = '
_RECTANGLE = 2


class BoxEntry(NamedTuple):
    """Annotation of one frame.

    Attributes:
        box: (x, y, w, h) in pixels, x and y of the upper left corner.
        motion: Position in :data:`mmmotion.structures.MOTIONS`, None if it
            is not known.
    """

    box: tuple[float, float, float, float]
    motion: int | None = None

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom), the upper left one inside the image.

        A box that begins outside keeps its size, as in the evaluation of
        Motion Grouping.
        """
        x, y = max(self.box[0], 0.0), max(self.box[1], 0.0)
        return x, y, x + self.box[2], y + self.box[3]


BoxTable = dict[str, dict[str, BoxEntry]]


def read_box_table(path: str | Path) -> BoxTable:
    """Read boxes from a table of MoCA, the original or the filtered one.

    Notes may precede the header (nine lines in the original). The columns
    ``file_list`` (``/<video>/<frame>.jpg``, also in a list),
    ``spatial_coordinates`` (``[2, x, y, w, h]``) and, if there is one,
    ``metadata`` (``{'1': '<motion label>'}``) are read. Rows without
    coordinates are left out.

    Args:
        path: The file.

    Returns:
        The entry by name of the video and name of the frame, in the order of
        the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If there is no header or no box, or a row is not as
            described or repeats a frame.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'table of boxes not found: {path.absolute()}')
    lines = path.read_text(encoding='utf-8').splitlines()
    start, header = _find_header(path, lines)
    table: BoxTable = {}
    for number, cells in enumerate(csv.reader(lines[start:]), start + 1):
        if not cells:
            continue
        row = dict(zip(header, cells))
        try:
            entry = _parse_entry(row)
            file = _parse_file(row['file_list'])
        except (KeyError, SyntaxError, TypeError, ValueError) as error:
            raise ValueError(
                'expected a file name and [2, x, y, w, h] in line '
                f'{number} of {path}, got {row} ({error})'
            ) from error
        if entry is None:
            continue
        frames = table.setdefault(file.parent.name, {})
        if frames.setdefault(file.stem, entry) != entry:
            raise ValueError(
                f'two boxes for {file.parent.name}/{file.stem}, the second '
                f'in line {number} of {path}'
            )
    if not table:
        raise ValueError(f'no box in {path}')
    return table


def write_box_table(
    path: str | Path, table: Mapping[str, Mapping[str, BoxEntry]]
) -> None:
    """Write a table in the form of the filtered annotations of MoCA.

    Args:
        path: File to write; it appears only when it is whole.
        table: The entry by name of the video and name of the frame. Boxes
            are rounded to whole pixels.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator='\n')
    writer.writerow(['', *_COLUMNS, 'metadata'])
    number = 0
    for video, frames in table.items():
        for frame, entry in frames.items():
            box = [_RECTANGLE, *(round(value) for value in entry.box)]
            label = {} if entry.motion is None else {'1': str(entry.motion)}
            writer.writerow([number, f'/{video}/{frame}.jpg', box, label])
            number += 1
    write_atomically(path, encode_name(stream.getvalue()))


def _find_header(path: Path, lines: list[str]) -> tuple[int, list[str]]:
    """Position of the first row, and the names of its columns."""
    for position, line in enumerate(lines):
        names = next(csv.reader([line.removeprefix(_HEADER_MARK)]), [])
        if set(_COLUMNS) <= set(names):
            return position + 1, names
    raise ValueError(
        f'expected a header with the columns {_COLUMNS} in {path}'
    )


def _parse_entry(row: Mapping[str, str]) -> BoxEntry | None:
    values = ast.literal_eval(row['spatial_coordinates'])
    if not values:
        return None
    shape, x, y, width, height = map(float, values)
    if shape != _RECTANGLE or width <= 0 or height <= 0:
        raise ValueError('not a rectangle')
    label = _parse(row.get('metadata') or '{}').get('1')
    motion = None if label is None else int(label)
    if motion is not None and not 0 <= motion < len(MOTIONS):
        raise ValueError(f'unknown motion label {motion}')
    return BoxEntry((x, y, width, height), motion)


def _parse_file(text: str) -> PurePosixPath:
    name = _parse(text)[0] if text.startswith('[') else text
    file = PurePosixPath(name)
    if not file.parent.name or not file.suffix:
        raise ValueError('no <video>/<frame>.<suffix>')
    return file


def _parse(text: str) -> Any:  # a literal of any kind
    return ast.literal_eval(text)
