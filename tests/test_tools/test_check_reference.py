import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

COLUMNS = dict(constant=1, affine=3, quadratic=6)


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('analysis_tools/check_reference.py')


@pytest.fixture(scope='module')
def seeded(load_tool):
    return load_tool('analysis_tools/seeded_state.py')


def released_flow(masks, flow, num_columns):
    """Blended flow by QR over all pixels, coordinates from the corner."""
    h, w = flow.shape[-2:]
    r = (torch.arange(h, dtype=flow.dtype) / h)[:, None].expand(h, w)
    c = (torch.arange(w, dtype=flow.dtype) / w).expand(h, w)
    basis = torch.stack([r**0, r, c, r * r, c * c, r * c], dim=-1)
    basis = basis.reshape(h * w, 6)[:, :num_columns]
    blended = torch.zeros_like(flow)
    for b in range(len(flow)):
        for mask in masks[b].flatten(1):
            design = mask[:, None] * basis
            q, upper = torch.linalg.qr(design)
            moment = q.T @ (mask[:, None] * flow[b].flatten(1).T)
            theta = torch.linalg.solve_triangular(upper, moment, upper=True)
            blended[b] = blended[b] + (design @ theta).T.view(2, h, w)
    return blended


def expected_loss(masks, flow, num_columns):
    """Energy of hard choices, with the masks as weights."""
    total = 0
    for k in range(masks.shape[1]):
        one = masks[:, k:k + 1]
        root = one.sqrt()
        fitted = released_flow(root, flow, num_columns) / root
        total = total + (one * (fitted - flow)**2).sum()
    return total / flow.numel()


def motion_file(path, num_groups=3, size=(24, 31), seed=11):
    generator = torch.Generator().manual_seed(seed)
    flow = 3 * torch.randn(1, 2, *size, generator=generator)
    low = torch.randn(1, num_groups, 9, 10, generator=generator)
    logits = torch.randn(1, num_groups, *size, generator=generator)
    arrays = dict(flow=flow, logits=logits, logits_low=low)
    flow = flow.double()
    for prefix, values in (('', logits), ('low_', low)):
        for name, count in COLUMNS.items():
            values = values.detach().double().requires_grad_()
            masks = F.interpolate(values.softmax(1), size, mode='bilinear')
            rec = released_flow(masks, flow, count)
            loss = ((rec - flow)**2).mean()
            loss.backward()
            arrays[f'{prefix}{name}_rec'] = rec
            arrays[f'{prefix}{name}_loss'] = loss
            arrays[f'{prefix}{name}_loss_scaled'] = 0.03 * loss
            arrays[f'{prefix}{name}_grad'] = values.grad
    for name, count in COLUMNS.items():
        arrays[f'paper_{name}_loss'] = expected_loss(
            logits.double().softmax(1), flow, count
        )
    np.savez(path, **{k: v.detach().numpy() for k, v in arrays.items()})


class DoubleConv(nn.Module):

    def __init__(self, a, b, mid):
        super().__init__()
        layers = []
        for i, o in ((a, mid), (mid, b)):
            conv = nn.Conv2d(i, o, 3, padding=1, bias=False)
            layers += [conv, nn.BatchNorm2d(o), nn.ReLU()]
        self.double_conv = nn.Sequential(*layers)


class TinyUNet(nn.Module):
    """The original's names and computation, one level."""

    def __init__(self, width, num_groups):
        super().__init__()
        self.inc = DoubleConv(3, width, width)
        self.down1 = nn.Module()
        self.down1.maxpool_conv = nn.Sequential(
            nn.MaxPool2d(2), DoubleConv(width, 2 * width, 2 * width)
        )
        self.up1 = nn.Module()
        self.up1.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.up1.conv = DoubleConv(2 * width, width, width)
        self.outc = nn.Module()
        self.outc.conv = nn.Conv2d(width, num_groups, 1)

    def forward(self, image):
        skip = self.inc.double_conv(image)
        deep = F.max_pool2d(skip, 2)
        deep = self.up1.up(self.down1.maxpool_conv[1].double_conv(deep))
        right, bottom = (skip.shape[i] - deep.shape[i] for i in (-1, -2))
        deep = F.pad(deep, (0, right, 0, bottom))
        return self.outc.conv(
            self.up1.conv.double_conv(torch.cat([skip, deep], dim=1))
        )


@pytest.fixture
def unet_file(tmp_path, seeded):
    model = TinyUNet(width=6, num_groups=5).eval()
    spec = seeded.state_spec(model.state_dict())
    state = seeded.seeded_state({
        key: (value.shape, str(value.dtype).split('.')[1])
        for key, value in model.state_dict().items()
    })
    model.load_state_dict(state)
    image = torch.randn(1, 3, 21, 35)
    with torch.no_grad():
        logits = model(image)

    def save(error=0.0, **extra):
        path = tmp_path / 'unet.npz'
        np.savez(
            path,
            state_spec=spec,
            input=image.numpy(),
            logits=logits.numpy() + error,
            **extra,
        )
        return str(path)

    return save


@pytest.mark.parametrize('num_groups, size', [(3, (24, 31)), (2, (40, 18))])
def test_motion_file_of_other_sizes(tool, tmp_path, num_groups, size, capsys):
    path = tmp_path / 'motion.npz'
    motion_file(path, num_groups, size)
    code = tool.main(['gwm-motion', str(path)])
    output = capsys.readouterr().out
    assert code == 0, output
    assert '27 compared, 0 failed' in output


def test_unet_file_of_other_sizes(tool, unet_file, capsys):
    assert tool.main(['gwm-unet', unet_file(aux=np.zeros(3))]) == 0
    output = capsys.readouterr().out
    assert output.splitlines()[0].startswith('logits')
    assert 'aux                              not compared' in output


def test_perturbed_reference_fails(tool, unet_file, capsys):
    assert tool.main(['gwm-unet', unet_file(error=1e-3)]) == 1
    assert 'FAIL' in capsys.readouterr().out


@pytest.mark.parametrize('source', ['gwm-unet', 'gwm-motion'])
def test_nothing_compared_is_a_failure(tool, tmp_path, source, capsys):
    path = tmp_path / 'other.npz'
    np.savez(path, something=np.zeros(2))
    assert tool.main([source, str(path)]) == 1
    output = capsys.readouterr().out
    assert 'something                        not compared' in output
    assert '0 compared' in output


def test_weights_of_another_model_are_named(tool, tmp_path, capsys):
    path = tmp_path / 'other.npz'
    np.savez(path, logits=np.zeros(2), input=np.zeros(2))
    assert tool.main(['gwm-unet', str(path)]) == 1
    assert 'not a state dict of gwm-unet' in capsys.readouterr().out


def test_missing_and_broken_files_end_in_one_line(tool, tmp_path, capsys):
    broken = tmp_path / 'broken.npz'
    broken.write_bytes(b'PK\x03\x04')
    for path in (tmp_path / 'absent.npz', broken):
        assert tool.main(['gwm-motion', str(path)]) == 1
        output = capsys.readouterr().out
        assert str(path) in output
        assert len(output.splitlines()) == 1
