"""The benchmark of J and F."""


def test_both_implementations_agree(load_tool, capsys):
    tool = load_tool('analysis_tools/benchmark_metrics.py')
    options = '--size 61 97 --pairs 3 --repeats 1 --area 0.2'
    assert tool.main(options.split()) == 0
    output = capsys.readouterr().out
    assert '3 pairs of 61x97' in output
    assert 'J 0.0e+00, F 0.0e+00' in output


def test_a_wrong_value_fails(load_tool, monkeypatch):
    tool = load_tool('analysis_tools/benchmark_metrics.py')
    monkeypatch.setattr(tool, 'jaccard', lambda *_: 0.5)
    assert tool.main('--size 61 97 --pairs 1 --repeats 1'.split()) == 1
