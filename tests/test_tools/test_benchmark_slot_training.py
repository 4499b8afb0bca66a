import pytest
import torch

SMALL = [
    '--size', '16', '24', '--widths', '16', '16', '16', '--num-pairs', '1',
    '--repeats', '1'
]


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_slot_training.py')


def test_both_implementations_agree(tool):
    options = tool.parse_args([*SMALL, '--num-slots', '2'])
    plain, ours = (model.double() for model in tool.make_models(options))
    flows = tool.make_flows(options)
    images = ours.flow_encoding(flows).flatten(0, 1).double()
    ours.flow_encoding = torch.nn.Identity()
    batch = dict(flows=images.unflatten(0, (1, 2)))
    expected, grads = tool.run(plain, tool.plain_objective(plain, images))
    found, our_grads = tool.run(ours, lambda: ours.loss(batch, []))
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=0)
    assert tool.gradient_error(our_grads, grads) < 1e-5


def test_one_line_per_implementation(tool, capsys):
    threads = torch.get_num_threads()
    tool.main(SMALL)
    torch.set_num_threads(threads)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines
            ] == ['1', 'loss', 'implementation', 'plain', 'toolbox', 'faster']
