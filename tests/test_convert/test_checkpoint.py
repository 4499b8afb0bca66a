import pytest
import torch

from mmmotion.convert import convert_checkpoint
from mmmotion.engine import CheckpointError


class Opaque:
    """Something that only running code can bring back."""


@pytest.fixture
def small_unet():
    """A bilinear U-Net of one level in the original's names."""
    state = {}
    for name, channels in (
        ('inc.double_conv', 2),
        ('down1.maxpool_conv.1.double_conv', 2),
        ('up1.conv.double_conv', 2),
    ):
        for conv, norm in ((0, 1), (3, 4)):
            state[f'{name}.{conv}.weight'] = torch.rand(channels, 2, 3, 3)
            for entry in ('weight', 'bias', 'running_mean', 'running_var'):
                state[f'{name}.{norm}.{entry}'] = torch.rand(channels)
            state[f'{name}.{norm}.num_batches_tracked'] = torch.tensor(0)
    state['outc.conv.weight'] = torch.rand(3, 2, 1, 1)
    state['outc.conv.bias'] = torch.rand(3)
    return state


def test_result_is_read_without_code(tmp_path, small_unet):
    torch.save({'model': small_unet}, tmp_path / 'in.pth')
    count = convert_checkpoint(
        'gwm-unet', tmp_path / 'in.pth', tmp_path / 'new' / 'out.pth'
    )
    written = torch.load(tmp_path / 'new' / 'out.pth', weights_only=True)
    assert count == len(written['state_dict']) == len(small_unet)
    torch.testing.assert_close(
        written['state_dict']['head.conv.bias'], small_unet['outc.conv.bias']
    )
    assert [p.name for p in (tmp_path / 'new').iterdir()] == ['out.pth']


def test_file_that_needs_code_is_refused_unless_trusted(tmp_path, small_unet):
    path = tmp_path / 'in.pth'
    torch.save({'model': small_unet, 'random_state': Opaque()}, path)
    with pytest.raises(CheckpointError, match='--trust-pickle'):
        convert_checkpoint('gwm-unet', path, tmp_path / 'out.pth')
    assert not (tmp_path / 'out.pth').exists()


def test_trusted_file_is_converted(tmp_path, small_unet):
    path = tmp_path / 'in.pth'
    # The safe reader refuses a range, which every process can build.
    torch.save({'model': small_unet, 'done': range(3)}, path)
    with pytest.raises(CheckpointError, match='executing code'):
        convert_checkpoint('gwm-unet', path, tmp_path / 'out.pth')
    convert_checkpoint(
        'gwm-unet', path, tmp_path / 'out.pth', trust_pickle=True
    )
    torch.load(tmp_path / 'out.pth', weights_only=True)


@pytest.mark.parametrize('trust', [False, True])
def test_missing_and_damaged_files_are_named(tmp_path, trust):
    with pytest.raises(FileNotFoundError, match=r'absent\.pth'):
        convert_checkpoint('gwm-unet', tmp_path / 'absent.pth', 'o', trust)
    (tmp_path / 'half.pth').write_bytes(b'PK\x03\x04 no more')
    with pytest.raises(CheckpointError, match=r'half\.pth'):
        convert_checkpoint('gwm-unet', tmp_path / 'half.pth', 'o', trust)


def test_files_of_another_model_are_named(tmp_path, small_unet):
    path, encoder = tmp_path / 'a.pth', tmp_path / 'encoder.pth'
    torch.save(small_unet, path)
    torch.save(dict(layer=torch.zeros(1)), encoder)
    with pytest.raises(ValueError, match=rf'^{path}: this is not .* arflow'):
        convert_checkpoint('arflow', path, tmp_path / 'o.pth')
    message = rf'^{path} with the encoder of {encoder}: .*unexpected \(layer'
    with pytest.raises(ValueError, match=message):
        convert_checkpoint(
            'gwm-unet', path, tmp_path / 'o.pth', encoder_path=encoder
        )


def test_tool_ends_with_one_line_on_an_error(load_tool, tmp_path):
    tool = load_tool('convert_checkpoint.py')
    arguments = ['gwm-unet', str(tmp_path / 'a.pth'), str(tmp_path / 'b.pth')]
    with pytest.raises(SystemExit, match=r'convert_checkpoint: .*a\.pth'):
        tool.main(arguments)


def test_tool_says_what_it_wrote(load_tool, tmp_path, small_unet, capsys):
    torch.save(small_unet, tmp_path / 'a.pth')
    tool = load_tool('convert_checkpoint.py')
    tool.main(['gwm-unet', str(tmp_path / 'a.pth'), str(tmp_path / 'b.pth')])
    assert f'{len(small_unet)} entries' in capsys.readouterr().out
