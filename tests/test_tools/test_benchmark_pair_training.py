import re


def test_both_implementations_compute_one_loss(load_tool, capsys):
    tool = load_tool('analysis_tools/benchmark_pair_training.py')
    tool.main('--size 48 64 --depth 18 --repeats 1'.split())
    lines = capsys.readouterr().out.splitlines()
    plain, ours = (
        float(re.search(r'\d+\.\d+', line).group()) for line in lines[-3:-1]
    )
    assert abs(ours / plain - 1) < 1e-4
    assert lines[-1].startswith('ratio')
