import json

import pytest

from mmmotion.engine.search import Outcome, format_report, write_report


def outcome(groups, msa=None, label=None, error=None):
    metrics = {'msa': msa, 'msa/cut': msa} if msa is not None else {}
    if label is not None:
        metrics['seg/J'] = label
    return Outcome(
        f'k-{groups}', {'model.k': groups},
        'hash',
        checkpoint='iter_8.pth',
        metrics=metrics,
        error=error
    )


OUTCOMES = [
    outcome(2, -0.9, 0.6),
    outcome(3, -0.7, 0.5),
    outcome(4, -0.8, 0.55),
    outcome(5, error='training ended with status 1'),
]


def test_the_table_is_sorted_and_says_what_labels_are_for():
    lines = format_report(OUTCOMES).splitlines()
    assert 'seg/J (labels, not used)' in lines[0]
    assert [line.split('|')[2].strip()
            for line in lines[2:6]] == ['`3`', '`4`', '`2`', '`5`']
    assert lines[5].startswith('| - |') and 'status 1' in lines[5]
    assert 'Chosen without labels: model.k=3.' in lines[-1]
    assert 'over these variants: -1.00' in lines[-1]


def test_the_file_holds_everything(tmp_path):
    write_report(OUTCOMES, tmp_path)
    content = json.loads((tmp_path / 'results.json').read_text())
    assert content['chosen_by'] == 'msa'
    assert content['rank_correlation'] == pytest.approx(-1)
    assert [v['values']['model.k']
            for v in content['variants']] == [3, 4, 2, 5]
    assert (tmp_path / 'results.md').read_text() == format_report(OUTCOMES)


def test_without_labels_there_is_no_such_column():
    text = format_report([outcome(2, -0.9), outcome(3, -0.7)])
    assert 'labels, not used' not in text and 'Rank correlation' not in text
    assert 'No variant' in format_report([outcome(2, error='x')])
