import numpy as np
import pytest
from PIL import Image

from mmmotion.flow import check_flow, known_pixels, read_flow, write_flow
from mmmotion.flow.io import is_whole


@pytest.fixture
def flow():
    rng = np.random.default_rng(0)
    return rng.normal(0, 8, (13, 21, 2)).astype(np.float32)


@pytest.mark.parametrize(
    'suffix, atol, rtol',
    [('.flo', 0, 0), ('.npy', 0, 2**-11), ('.png', 1 / 128, 0)],
)
def test_round_trip_is_as_exact_as_the_format(
    tmp_path, flow, suffix, atol, rtol
):
    path = tmp_path / 'new' / f'00000{suffix}'
    write_flow(path, flow)
    found = read_flow(path)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, flow, atol=atol, rtol=rtol)


def test_flo_file_is_equal_to_the_reference_byte_by_byte(tmp_path, golden):
    _, arrays = golden('flow_color.npz')
    path = tmp_path / 'flow.flo'
    write_flow(path, arrays['flo_array'])
    assert path.read_bytes() == arrays['flo_bytes'].tobytes()


def test_a_read_only_flow_can_be_written_without_a_warning(
    tmp_path, flow, recwarn
):
    flow.flags.writeable = False
    write_flow(tmp_path / 'flow.npy', flow)
    assert not recwarn


@pytest.mark.parametrize('dtype', [np.float16, np.float32, np.float64])
@pytest.mark.parametrize('channels_first', [False, True])
def test_npy_of_any_precision_and_axis_order(
    tmp_path, flow, dtype, channels_first
):
    stored = flow.transpose(2, 0, 1) if channels_first else flow
    np.save(tmp_path / 'flow.npy', stored.astype(dtype))
    found = read_flow(tmp_path / 'flow.npy')
    np.testing.assert_allclose(found, flow, rtol=1e-3)


def test_png_codes_follow_kitti(tmp_path):
    write_flow(tmp_path / 'flow.png', np.array([[[1.0, -2.0]]]))
    import cv2
    codes = cv2.imread(str(tmp_path / 'flow.png'), cv2.IMREAD_UNCHANGED)
    # In the order B, G, R: valid, v, u.
    assert codes.tolist() == [[[1, 2**15 - 128, 2**15 + 64]]]


def test_png_rounds_without_bias(tmp_path):
    flow = np.random.default_rng(1).uniform(-4, 4, (64, 64, 2))
    write_flow(tmp_path / 'flow.png', flow)
    bias = (read_flow(tmp_path / 'flow.png') - flow).mean()
    assert abs(bias) < 1 / 64 / 20


def test_png_keeps_what_is_unknown(tmp_path, flow):
    flow[3, 4, 1] = np.nan
    write_flow(tmp_path / 'flow.png', flow)
    found = read_flow(tmp_path / 'flow.png')
    assert np.isnan(found[3, 4]).all()
    assert known_pixels(found).sum() == 13 * 21 - 1


@pytest.mark.parametrize('axis', [0, 1])
def test_quantised_jpg_agrees_with_mmcv(tmp_path, axis):
    from mmcv.video import flowread, flowwrite
    ramp = np.linspace(-1.5, 1.5, 64, dtype=np.float32)
    flow = np.stack(np.meshgrid(ramp, 2 * ramp), axis=-1)
    path = tmp_path / 'flow.jpg'
    flowwrite(flow, str(path), True, axis, max_val=0.1)
    expected = flowread(str(path), True, axis, max_val=0.1)
    found = read_flow(path, max_val=0.1, concat_axis=axis)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found, flow, atol=0.15)


def test_jpg_without_its_range_is_refused(tmp_path):
    Image.new('L', (4, 8)).save(tmp_path / 'flow.jpg')
    with pytest.raises(ValueError, match=r'flow\.jpg.*max_val'):
        read_flow(tmp_path / 'flow.jpg')


@pytest.mark.parametrize('suffix', ['.flo', '.npy', '.png'])
@pytest.mark.parametrize('share', [0, 0.02, 0.5, 0.999])
def test_a_truncated_file_is_refused_by_name(tmp_path, flow, suffix, share):
    path = tmp_path / f'broken{suffix}'
    write_flow(path, flow)
    assert is_whole(path)
    data = path.read_bytes()
    path.write_bytes(data[:int(share * len(data))])
    assert not is_whole(path)
    with pytest.raises(ValueError, match='broken'):
        read_flow(path)


def test_a_truncated_jpg_is_refused_by_name(tmp_path):
    path = tmp_path / 'broken.jpg'
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(ValueError, match='broken'):
        read_flow(path, max_val=0.1)


def test_flo_with_another_tag_is_refused(tmp_path, flow):
    path = tmp_path / 'flow.flo'
    write_flow(path, flow)
    path.write_bytes(b'HEIP' + path.read_bytes()[4:])
    with pytest.raises(ValueError, match='tag'):
        read_flow(path)


def test_flo_with_bytes_too_many_is_refused(tmp_path, flow):
    path = tmp_path / 'flow.flo'
    write_flow(path, flow)
    path.write_bytes(path.read_bytes() + b'0000')
    with pytest.raises(ValueError, match=f'expected {12 + 8 * 13 * 21} bytes'):
        read_flow(path)


@pytest.mark.parametrize(
    'array',
    [np.zeros((4, 5)),
     np.zeros((4, 5, 3)),
     np.zeros((4, 5, 2), int)],
)
def test_npy_that_is_no_flow_is_refused(tmp_path, array):
    np.save(tmp_path / 'flow.npy', array)
    with pytest.raises(ValueError, match=r'flow\.npy: expected'):
        read_flow(tmp_path / 'flow.npy')


def test_npy_with_objects_is_not_unpickled(tmp_path):
    np.save(tmp_path / 'flow.npy', np.array([print, len]), allow_pickle=True)
    with pytest.raises(ValueError, match=r'flow\.npy.*[Oo]bject'):
        read_flow(tmp_path / 'flow.npy')


def test_an_ordinary_picture_is_no_flow(tmp_path):
    Image.new('RGB', (4, 4)).save(tmp_path / 'picture.png')
    with pytest.raises(ValueError, match='16-bit'):
        read_flow(tmp_path / 'picture.png')


@pytest.mark.parametrize('suffix, value', [('.npy', 7e4), ('.png', 513.0)])
def test_a_value_beyond_the_format_is_refused(tmp_path, suffix, value):
    flow = np.full((2, 2, 2), value, np.float32)
    with pytest.raises(ValueError, match=f'{value:g}'):
        write_flow(tmp_path / f'flow{suffix}', flow)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('value', [np.inf, -np.inf])
def test_png_refuses_infinity(tmp_path, value):
    with pytest.raises(ValueError, match='512'):
        write_flow(tmp_path / 'flow.png', np.full((2, 2, 2), value))


def test_wrong_shape_is_not_written(tmp_path):
    with pytest.raises(ValueError, match=r'\(H, W, 2\)'):
        write_flow(tmp_path / 'flow.npy', np.zeros((2, 4, 4)))


def test_unknown_suffix(tmp_path, flow):
    with pytest.raises(ValueError, match=r'flow\.jpg: expected one of \.flo'):
        write_flow(tmp_path / 'flow.jpg', flow)
    (tmp_path / 'flow.txt').write_text('0')
    with pytest.raises(ValueError, match=r'flow\.txt'):
        read_flow(tmp_path / 'flow.txt')


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.flo'):
        read_flow(tmp_path / 'nowhere.flo')


def test_check_flow_names_file_size_and_values(flow):
    check_flow(flow, 'a/b.flo')
    check_flow(flow, 'a/b.flo', (13, 21))
    with pytest.raises(ValueError, match=r'a/b\.flo.*\(14, 21\).*\(13, 21\)'):
        check_flow(flow, 'a/b.flo', (14, 21))
    flow[0, 0] = np.nan, np.inf
    with pytest.raises(ValueError, match=r'a/b\.flo holds 1 NaN and 1 inf'):
        check_flow(flow, 'a/b.flo')


def test_known_pixels():
    flow = np.zeros((5, 2))
    flow[1:, 0] = np.nan, np.inf, 1e6, 1.1e6
    assert known_pixels(flow).tolist() == [True, False, False, True, False]
