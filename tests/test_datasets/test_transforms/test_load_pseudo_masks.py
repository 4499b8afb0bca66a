import numpy as np
import pytest

from mmmotion.datasets import (
    LoadPseudoMasks,
    MissingFileError,
    PackMotionInputs,
    RandomCrop,
    RandomFlip,
    RandomResizeShortSide,
)
from mmmotion.datasets.pseudo_mask_files import (
    pseudo_mask_path,
    write_pseudo_mask,
)

SIZE = (8, 12)


@pytest.fixture
def folder(tmp_path):
    """Masks of two frames: the left and the upper third."""
    for name, mask in (('00003', np.s_[:, :4]), ('00004', np.s_[:2])):
        values = np.zeros(SIZE, np.uint8)
        values[mask] = 255
        path = pseudo_mask_path(tmp_path, 'bear/1', name)
        write_pseudo_mask(path, values)
    return tmp_path


def make_sample(size=SIZE, **more):
    frames = np.zeros((2, *size, 3), np.uint8)
    return dict(
        frames=frames,
        frame_gaps=(0, 1),
        video_id='bear/1',
        frame_id='00003',
        **more,
    )


def test_every_frame_gets_its_own_mask(folder):
    results = LoadPseudoMasks(str(folder)).transform(make_sample())
    masks = results['pseudo_masks']
    assert masks.shape == (2, *SIZE) and masks.dtype == np.uint8
    assert (masks[0, :, :4] == 255).all() and (masks[0, :, 4:] == 0).all()
    assert (masks[1, :2] == 255).all() and (masks[1, 2:] == 0).all()


def test_neighbours_are_found_by_the_name_of_their_file(folder):
    sample = make_sample(neighbours={1: '/videos/bear/1/00003.jpg'})
    masks = LoadPseudoMasks(str(folder)).transform(sample)['pseudo_masks']
    np.testing.assert_array_equal(masks[0], masks[1])


def test_masks_get_the_size_of_the_frames(folder):
    sample = make_sample((16, 24))
    masks = LoadPseudoMasks(str(folder)).transform(sample)['pseudo_masks']
    assert masks.shape == (2, 16, 24)
    assert (masks[0, :, :7] == 255).all() and (masks[0, :, 9:] == 0).all()


def test_masks_follow_the_frames_to_the_model(folder):
    sample = make_sample(draw=0, seed=0)
    # The mask is the red channel, so that both are moved alike.
    loaded = LoadPseudoMasks(str(folder)).transform(sample)
    loaded['frames'][..., 0] = loaded['pseudo_masks']
    for step in (
            RandomResizeShortSide(short_side=24, ratio_range=(1, 1)),
            RandomCrop((16, 20)),
            RandomFlip(prob=1.0),
            PackMotionInputs(),
    ):
        loaded = step.transform(loaded)
    masks = loaded['inputs']['pseudo_masks']
    assert masks.shape == (2, 1, 16, 20)
    red = loaded['inputs']['frames'][:, :1]
    np.testing.assert_array_equal(masks > 0.5, red > 127)
    assert set(masks.unique().tolist()) == {0.0, 1.0}


def test_without_a_folder_nothing_is_read():
    assert 'pseudo_masks' not in LoadPseudoMasks().transform(make_sample())


def test_a_missing_mask_is_named(folder):
    sample = make_sample() | dict(frame_gaps=(0, 2))
    with pytest.raises(MissingFileError,
                       match=r"frame 00005 of video 'bear/1'.*00005\.png"):
        LoadPseudoMasks(str(folder)).transform(sample)


def test_frames_come_first(folder):
    with pytest.raises(KeyError, match='put LoadFrames'):
        LoadPseudoMasks(str(folder)).transform({})
