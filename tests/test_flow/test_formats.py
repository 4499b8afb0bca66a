import io
import struct

import numpy as np
import pytest
from PIL import Image

from mmmotion.flow.formats import (
    decode_flo,
    decode_jpg,
    decode_npy,
    decode_png,
    encode_flo,
    encode_npy,
    encode_png,
    is_whole_file,
)

FLOW = np.array([[[1.5, -2.0], [0.25, 3.0], [-7.0, 0.5]]], np.float32)
CODECS = {
    '.flo': (encode_flo, decode_flo),
    '.npy': (encode_npy, decode_npy),
    '.png': (encode_png, decode_png),
}


def is_whole(data, suffix):
    return is_whole_file(io.BytesIO(data), suffix, len(data))


def test_flo_is_tag_size_and_values():
    expected = b'PIEH' + struct.pack('<ii6f', 3, 1, 1.5, -2, 0.25, 3, -7, 0.5)
    assert encode_flo(FLOW) == expected


def test_what_middlebury_calls_unknown_is_not_a_number():
    flow = FLOW.copy()
    flow[0, 1, 0] = 1.666666752e9
    found = decode_flo(encode_flo(flow))
    assert np.isnan(found[0, 1]).all()
    assert np.array_equal(found[:, ::2], FLOW[:, ::2])


@pytest.mark.parametrize('suffix', CODECS)
def test_values_that_the_format_holds_come_back_exactly(suffix):
    encode, decode = CODECS[suffix]
    found = decode(encode(FLOW))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, FLOW)


@pytest.mark.parametrize('suffix', CODECS)
def test_a_file_is_whole_only_with_its_last_byte(suffix):
    data = CODECS[suffix][0](FLOW)
    assert is_whole(data, suffix)
    for length in (0, 3, 11, len(data) - 1):
        assert not is_whole(data[:length], suffix)


@pytest.mark.parametrize('suffix', CODECS)
def test_a_file_of_another_kind_is_not_whole(suffix):
    other = '.flo' if suffix != '.flo' else '.npy'
    assert not is_whole(CODECS[other][0](FLOW), suffix)


@pytest.mark.parametrize('suffix', ['.flo', '.npy'])
def test_bytes_after_the_end_are_noticed(suffix):
    assert not is_whole(CODECS[suffix][0](FLOW) + b'x', suffix)


@pytest.mark.parametrize('size', [(0, 4), (4, -1)])
def test_flo_of_no_size(size):
    data = b'PIEH' + struct.pack('<ii', *size)
    assert not is_whole(data, '.flo')
    with pytest.raises(ValueError, match='names no positive size'):
        decode_flo(data)


def test_npy_is_half_as_large_as_flo():
    flow = np.zeros((100, 100, 2), np.float32)
    assert len(encode_npy(flow)) - 40_000 < 200
    assert len(encode_flo(flow)) == 80_012


@pytest.mark.parametrize(
    'axis, codes',
    [(0, [[0, 255], [255, 0]]), (1, [[0, 255, 255, 0]])],
)
def test_jpg_codes_are_shares_of_the_size(axis, codes):
    stream = io.BytesIO()
    # Blocks of 8 equal pixels survive the compression.
    grey = np.kron(np.array(codes, np.uint8), np.ones((8, 8), np.uint8))
    Image.fromarray(grey).save(stream, 'JPEG', quality=100)
    flow = decode_jpg(stream.getvalue(), 0.5, axis)
    assert flow.shape == (8, 16, 2)
    step = 0.5 / 255  # half a code
    low, high = -0.5 + step, 0.5 + step
    expected = [16 * low, 8 * high], [16 * high, 8 * low]
    np.testing.assert_allclose(flow[4, [4, 12]], expected, atol=0.2)


@pytest.mark.parametrize(
    'max_val, axis, message',
    [
        (None, 0, 'positive max_val'),
        (-1.0, 0, 'positive max_val'),
        (1.0, 2, 'concat_axis 0 or 1, got 2'),
        (1.0, 0, 'the JPEG file is damaged'),
    ],
)
def test_jpg_that_cannot_be_decoded(max_val, axis, message):
    with pytest.raises(ValueError, match=message):
        decode_jpg(b'no picture', max_val, axis)


def test_damaged_png():
    data = bytearray(encode_png(np.zeros((9, 9, 2), np.float32)))
    with pytest.raises(ValueError, match='truncated'):
        decode_png(bytes(data[:-1]))
    data[:8] = b'no image'
    with pytest.raises(ValueError, match='damaged'):
        decode_png(bytes(data))
