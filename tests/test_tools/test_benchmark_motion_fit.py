import torch


def test_moments_and_qr_agree(load_tool):
    tool = load_tool('analysis_tools/benchmark_motion_fit.py')
    options = tool.parse_args(['--size', '20', '30', '--num-groups', '3'])
    masks, flow = (tensor.double() for tensor in tool.make_inputs(options))
    ours = tool.run(tool.moments_objective, masks, flow)
    reference = tool.run(tool.qr_objective, masks, flow)
    for value, expected in zip(ours, reference):
        torch.testing.assert_close(value, expected)


def test_one_line_per_solver(load_tool, capsys):
    tool = load_tool('analysis_tools/benchmark_motion_fit.py')
    tool.main(['--size', '20', '30', '--repeats', '1'])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0]
            for line in lines[2:4]] == ['moments', 'per-region']
