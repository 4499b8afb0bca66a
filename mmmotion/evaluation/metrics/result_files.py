"""Results as a table, as JSON and as CSV."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmengine.logging import MMLogger, print_log
from rich import box
from rich.console import Console
from rich.table import Table

from mmmotion.flow.atomic import write_atomically
from mmmotion.flow.file_names import encode_name


def format_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    summary: Sequence[str] | None = None,
) -> str:
    """Draw a table for the log.

    Args:
        header: Names of the columns; the first one is aligned to the left.
        rows: Cells of each row.
        summary: Cells of the last row, below a line, if there is one.

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
    if summary is not None:
        table.add_row(*summary)
    stream = io.StringIO()
    console = Console(file=stream, width=10_000, markup=False, emoji=False)
    console.print(table)
    return stream.getvalue().rstrip('\n')


def write_results(
    output_dir: str | None,
    name: str,
    content: Mapping,
    parts: Mapping[str, Mapping],
    kind: str = 'sequence',
) -> None:
    """Write ``<name>.json`` and ``<name>.csv``, one row per part.

    Args:
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        name: Name of the files without suffix.
        content: What the JSON file holds besides the parts.
        parts: Results by sequence or data set, all with the same keys.
        kind: What a part is: the name of the first column, and, with an s,
            the key of all of them in the JSON file.
    """
    if output_dir is None:
        log_file = MMLogger.get_current_instance().log_file
        if log_file is None:
            return
        output_dir = str(Path(log_file).parent)
    path = Path(output_dir, name)
    columns = list(next(iter(parts.values())))
    rows = [[part, *(row[key] for key in columns)]
            for part, row in parts.items()]
    write_json(
        path.with_name(f'{path.name}.json'), {
            **content, f'{kind}s': parts
        }
    )
    write_csv(path.with_name(f'{path.name}.csv'), [kind, *columns], rows)
    print_log(f'results written to {path}.json and .csv', logger='current')


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
    write_atomically(path, encode_name(stream.getvalue()))
