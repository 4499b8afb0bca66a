import pytest

from mmmotion.flow.extraction_progress import ExtractionProgress


@pytest.fixture
def messages(monkeypatch):
    messages = []
    monkeypatch.setattr(
        'mmmotion.flow.extraction_progress.print_log',
        lambda message, *args: messages.append(message),
    )
    return messages


def test_a_log_gets_ten_lines(messages):
    with ExtractionProgress(200) as progress:
        for _ in range(200):
            progress.advance(1)
    assert len(messages) == 10
    assert messages[0] == 'flow: 20 of 200'
    assert messages[-1] == 'flow: 200 of 200'


def test_large_steps_are_not_repeated(messages):
    with ExtractionProgress(10) as progress:
        progress.advance(7)
        progress.advance(0)
        progress.advance(3)
    assert messages == ['flow: 7 of 10', 'flow: 10 of 10']


def test_nothing_to_do(messages):
    with ExtractionProgress(0) as progress:
        progress.advance(0)
    assert messages == []


def test_silence_if_asked_for(messages, capfd):
    with ExtractionProgress(2, enabled=False) as progress:
        progress.advance(2)
    assert messages == []
    assert capfd.readouterr() == ('', '')
