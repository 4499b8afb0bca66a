import pytest

from mmmotion.datasets import DAVIS2017, DAVIS2017Motion
from mmmotion.registry import DATASETS


@pytest.fixture
def davis(tree):
    """Two training videos and one for validation."""
    for video in ('bear', 'sheep', 'camel'):
        tree.add_video(video, 2)
    annotations = tree.root / 'Annotations'
    for name in ('Annotations_unsupervised', 'Annotations_motion'):
        (tree.root / name).symlink_to(annotations)
    tree.add_list('train.txt', ['bear', 'sheep'], '2017')
    tree.add_list('val.txt', ['camel'], '2017')
    return tree


def videos(dataset):
    infos = (dataset.get_data_info(i) for i in range(len(dataset)))
    return sorted({info['video_id'] for info in infos})


@pytest.mark.parametrize(
    'annotations, folder', [
        (dict(), 'Annotations_unsupervised'),
        (dict(annotations='semi-supervised'), 'Annotations'),
    ]
)
def test_annotations_are_those_of_the_task(davis, annotations, folder):
    dataset = DATASETS.build(
        dict(
            type='DAVIS2017',
            data_root=str(davis.root),
            split='val',
            **annotations
        )
    )
    assert videos(dataset) == ['camel']
    assert dataset.get_data_info(1)['mask_path'] == str(
        davis.root / folder / '480p/camel/00001.png'
    )


def test_splits_follow_the_lists(davis):
    root = str(davis.root)
    assert videos(DAVIS2017(data_root=root,
                            split='train')) == ['bear', 'sheep']
    assert len(DAVIS2017(data_root=root)) == 6


def test_motion_leaves_out_videos_and_has_its_own_annotations(davis):
    root = str(davis.root)
    dataset = DAVIS2017Motion(data_root=root, split='train')
    assert videos(dataset) == ['bear']
    assert dataset.get_data_info(0)['mask_path'] == str(
        davis.root / 'Annotations_motion/480p/bear/00000.png'
    )
    assert videos(DAVIS2017Motion(data_root=root)) == ['bear', 'camel']


def test_a_video_without_a_mask_folder_can_be_used(davis):
    dataset = DAVIS2017Motion(
        data_root=str(davis.root),
        split='train',
        data_prefix=dict(mask=None),
    )
    assert dataset.get_data_info(0)['mask_path'] is None


@pytest.mark.parametrize(
    'kind, settings', [
        (DAVIS2017, dict(annotations='motion')),
        (DAVIS2017, dict(resolution='1080p')),
        (DAVIS2017, dict(split='trainval')),
        (DAVIS2017Motion, dict(split='test-dev')),
    ]
)
def test_rejects_what_davis_does_not_have(davis, kind, settings):
    (key, value), = settings.items()
    with pytest.raises(ValueError, match=f"{key} to be one of .*'{value}'"):
        kind(data_root=str(davis.root), **settings)
