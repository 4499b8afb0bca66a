"""Small data sets on disk."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import VideoSegDataset
from mmmotion.flow import write_flow
from mmmotion.flow.layout import flow_path
from mmmotion.flow.meta import make_meta, record_meta

SIZE = (12, 20)


class Tree:
    """Writer of a data set in the layout of DAVIS 2016.

    The object is a square that moves one pixel a frame to the right, and the
    flow of gap n is (n, 0) everywhere.
    """

    prefix = dict(img='JPEGImages/480p', mask='Annotations/480p')

    def __init__(self, root):
        self.root = Path(root)

    def dataset(self, **kwargs):
        kwargs.setdefault('data_prefix', self.prefix)
        return VideoSegDataset(data_root=str(self.root), **kwargs)

    @staticmethod
    def infos(dataset):
        return [dataset.get_data_info(i) for i in range(len(dataset))]

    def add_video(self, name, num_frames, gaps=(), resolution='480p'):
        """Write frames, masks and, for some gaps, flows."""
        rng = np.random.default_rng(len(name))
        for t in range(num_frames):
            frame = rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
            mask = np.zeros(SIZE, np.uint8)
            mask[2:8, 2 + t:8 + t] = 255
            self.save(
                f'JPEGImages/{resolution}/{name}/{t:05d}.jpg',
                Image.fromarray(frame),
            )
            self.save(
                f'Annotations/{resolution}/{name}/{t:05d}.png',
                Image.fromarray(mask),
            )
            for gap in gaps:
                if 0 <= t + gap < num_frames:
                    self.add_flow(gap, name, f'{t:05d}')
        if gaps:
            self.add_note()
        return self

    def save(self, name, image):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)

    def add_flow(self, gap, video, frame, estimator='dis', suffix='.npy'):
        flow = np.zeros((*SIZE, 2), np.float32)
        flow[..., 0] = gap
        path = flow_path(self.root, estimator, gap, video, frame, suffix)
        write_flow(path, flow)
        return path

    def add_note(self, estimator='dis', name='dis'):
        meta = make_meta(estimator, {}, None, 'npy16', [SIZE])
        record_meta(self.root, name, meta)

    def add_list(self, name, lines, resolution='480p'):
        path = self.root / 'ImageSets' / resolution / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('\n'.join(lines) + '\n')

    def image(self, video, frame, resolution='480p'):
        return self.root / f'JPEGImages/{resolution}/{video}/{frame}.jpg'

    def mask(self, video, frame, resolution='480p'):
        return self.root / f'Annotations/{resolution}/{video}/{frame}.png'

    def flow(self, gap, video, frame):
        return flow_path(self.root, 'dis', gap, video, frame)


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path / 'data')


@pytest.fixture
def image_tree(tmp_path):
    """Writer of images, each of another size, and their masks beside them.

    A mask is a bright rectangle that leaves a third on each side, with a
    single pixel of 128 in the corner.
    """

    def write(names, img, mask=None):
        for number, name in enumerate(names):
            size = 18 + 2 * number, 24 + 5 * number
            paths = [tmp_path / img / name]
            if mask is not None:
                paths.append((tmp_path / mask / name).with_suffix('.png'))
            for path in paths:
                path.parent.mkdir(parents=True, exist_ok=True)
            rng = np.random.default_rng(number)
            image = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
            Image.fromarray(image).save(paths[0])
            truth = np.zeros(size, np.uint8)
            truth[size[0] // 3:-size[0] // 3, size[1] // 3:-size[1] // 3] = 255
            truth[0, 0] = 128
            for path in paths[1:]:
                Image.fromarray(truth).save(path)
        return tmp_path

    return write
