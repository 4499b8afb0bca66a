"""Evaluation order: whole videos, each on one rank."""

from collections.abc import Iterator

from mmengine.dataset import BaseDataset
from mmengine.dist import get_dist_info
from torch.utils.data import Sampler

from mmmotion.registry import DATA_SAMPLERS

from .videos import group_by_video


@DATA_SAMPLERS.register_module()
class VideoShardSampler(Sampler):
    """Give every rank a run of whole videos, in the order of the data set.

    The runs are cut so that the ranks get about the same number of frames.
    No frame is repeated and none is padded, so the ranks may have different
    lengths; with fewer videos than ranks some have nothing to do.

    Args:
        dataset: Data set whose entries have ``video_id`` and
            ``frame_index``.
        seed: Not used; mmengine hands it to every sampler.
    """

    def __init__(self, dataset: BaseDataset, seed: int | None = None) -> None:
        rank, world_size = get_dist_info()
        total = len(dataset)
        self.indices: list[int] = []
        for video in group_by_video(dataset):
            middle = video[0].position + len(video) / 2
            if int(middle * world_size / total) == rank:
                self.indices.extend(frame.position for frame in video)

    def __iter__(self) -> Iterator[int]:
        """Yield the frames of this rank, video by video."""
        return iter(self.indices)

    def __len__(self) -> int:
        """Number of frames of this rank."""
        return len(self.indices)
