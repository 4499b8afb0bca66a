import numpy as np
import pytest
import torch

from mmmotion.flow import flow_to_image, flow_to_rgb_uint8
from mmmotion.models.encoders import FlowColorEncoding, UNetEncoder
from mmmotion.registry import MODELS

FLOW = torch.randn(2, 3, 2, 8, 9)


def test_wheel_is_the_picture_of_each_field():
    images = FlowColorEncoding()(FLOW)
    assert images.shape == (2, 3, 3, 8, 9)
    expected = flow_to_image(FLOW[1, 2].permute(1, 2, 0).numpy())
    np.testing.assert_array_equal(images[1, 2].permute(1, 2, 0), expected)


def test_wheel_of_8_bits_is_the_stored_picture():
    images = FlowColorEncoding('wheel_uint8')(FLOW)
    stored = flow_to_rgb_uint8(FLOW[0, 0].permute(1, 2, 0).numpy())
    expected = 2 * (torch.from_numpy(stored) / 255) - 1
    torch.testing.assert_close(images[0, 0].permute(1, 2, 0), expected)


def test_raw_is_the_flow_itself():
    assert FlowColorEncoding('raw')(FLOW) is FLOW


@pytest.mark.parametrize('code', ['wheel', 'wheel_uint8', 'raw'])
def test_any_encoder_reads_the_code(code):
    encoding = MODELS.build(dict(type='FlowColorEncoding', code=code))
    encoder = UNetEncoder(encoding.out_channels, 4, 1)
    assert encoder(encoding(FLOW[:, 0]))[0].shape == (2, 4, 8, 9)


@pytest.mark.parametrize('value', [torch.nan, torch.inf])
def test_unknown_flow_is_black_or_refused(value):
    flow = FLOW[0, 0].clone()
    flow[0, 2, 3] = value
    assert (FlowColorEncoding('wheel')(flow)[:, 2, 3] == -1).all()
    with pytest.raises(ValueError, match='expected a finite flow, found NaN'):
        FlowColorEncoding('wheel_uint8')(flow)


def test_unknown_code_is_named():
    with pytest.raises(ValueError, match="got 'hsv'"):
        FlowColorEncoding('hsv')
