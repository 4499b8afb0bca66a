"""Results as a table, as JSON and as CSV."""

import json

import pytest

from mmmotion.evaluation.metrics.result_files import (
    format_table,
    write_csv,
    write_json,
)


def test_table_is_aligned_and_ends_with_the_summary():
    table = format_table(['sequence', 'J'],
                         [['a-long-name', '0.5'], ['b', '0.25']],
                         ['mean', '0.375'])
    lines = table.splitlines()
    assert len({len(line) for line in lines}) == 1
    cells = [line.strip('|').split('|') for line in lines if '|' in line]
    assert cells[0][0].strip() == 'sequence'
    assert cells[1] == [' a-long-name ', '   0.5 ']
    assert [cell.strip() for cell in cells[-1]] == ['mean', '0.375']
    assert table.isascii()


def test_names_in_square_brackets_are_no_markup():
    table = format_table(['sequence'], [['[red]car[/red]']], ['mean'])
    assert '[red]car[/red]' in table


def test_files_are_whole_and_alone(tmp_path):
    folder = tmp_path / 'new'
    write_json(folder / 'x.json', dict(J=0.1))
    write_csv(folder / 'x.csv', ['sequence', 'J'], [['a,b', 0.1]])
    assert json.loads((folder / 'x.json').read_text()) == dict(J=0.1)
    assert (folder / 'x.csv').read_text() == 'sequence,J\n"a,b",0.1\n'
    assert len(list(folder.iterdir())) == 2


def test_rows_may_be_named_after_folders_of_any_name(tmp_path):
    # What Python makes of a name that is not UTF-8.
    write_csv(tmp_path / 'x.csv', ['sequence'], [['caf\udce9']])
    assert (tmp_path / 'x.csv').read_bytes() == b'sequence\ncaf\xe9\n'


def test_a_failed_write_keeps_the_old_file(tmp_path):
    path = tmp_path / 'x.json'
    write_json(path, dict(J=0.1))
    with pytest.raises(ValueError, match='not JSON compliant'):
        write_json(path, dict(J=float('nan')))
    assert json.loads(path.read_text()) == dict(J=0.1)
