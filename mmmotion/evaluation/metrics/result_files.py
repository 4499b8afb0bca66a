"""Results as a table, as JSON and as CSV."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from mmmotion.flow.atomic import write_atomically


def format_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    summary: Sequence[str],
) -> str:
    """Draw a table for the log.

    Args:
        header: Names of the columns; the first one is aligned to the left.
        rows: Cells of each row.
        summary: Cells of the last row, below a line.

    Returns:
        The table in plain ASCII, without a trailing line break.
    """
    table = Table(box=box.ASCII2)
    for position, name in enumerate(header):
        table.add_column(
            name, justify='right' if position else 'left', no_wrap=True
        )
    for position, row in enumerate(rows):
        table.add_row(*row, end_section=position == len(rows) - 1)
    table.add_row(*summary)
    stream = io.StringIO()
    console = Console(file=stream, width=10_000, markup=False, emoji=False)
    console.print(table)
    return stream.getvalue().rstrip('\n')


def write_json(path: Path, content: Mapping) -> None:
    """Write a JSON file that appears only when it is whole.

    Args:
        path: The file; its folder is made if it is not there.
        content: Anything that JSON can hold; NaN is refused.
    """
    text = json.dumps(content, indent=2, allow_nan=False)
    write_atomically(path, f'{text}\n'.encode())


def write_csv(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Write a CSV file that appears only when it is whole.

    Args:
        path: The file; its folder is made if it is not there.
        header: Names of the columns.
        rows: Cells of each row.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator='\n')
    writer.writerow(header)
    writer.writerows(rows)
    write_atomically(path, stream.getvalue().encode())
