"""Names that tell apart the videos of concatenated data sets."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.dataset import ConcatDataset
from torch.utils.data import DataLoader

from mmmotion.structures import MotionDataSample


class VideoNames:
    """Renames videos that share their name with one of another data set.

    Metrics, pictures and post-processing tell videos apart by name. A name
    that several parts of a ``ConcatDataset`` have is followed by the number
    of its part: ``bear@0`` and ``bear@1``. Other names stay as they are.

    Args:
        dataset: Any data set; only parts of a ``ConcatDataset`` are looked
            into, which need ``video_id`` in their entries.
    """

    def __init__(self, dataset: Any) -> None:  # whatever the loader has
        self.dataset = dataset
        self._shared: set[str] = set()
        if isinstance(dataset, ConcatDataset):
            owners: dict[str, int] = {}
            for index in range(len(dataset)):
                name = dataset.get_data_info(index)['video_id']
                part = self._part(index)
                if owners.setdefault(name, part) != part:
                    self._shared.add(name)

    def rename(
        self, samples: Sequence[MotionDataSample], indices: Sequence[int]
    ) -> None:
        """Change ``video_id`` of the samples where it is ambiguous.

        Args:
            samples: Samples of one batch.
            indices: Index in the data set that each was loaded for; one that
                stands in for an unreadable frame is of the same part.
        """
        if not self._shared:
            return
        for sample, index in zip(samples, indices, strict=True):
            if sample.video_id in self._shared:
                name = f'{sample.video_id}@{self._part(index)}'
                sample.set_metainfo(dict(video_id=name))

    def name(self, index: int) -> str:
        """Return the unambiguous name of the video of an entry.

        Args:
            index: Index in the data set.
        """
        name = self.dataset.get_data_info(index)['video_id']
        return f'{name}@{self._part(index)}' if name in self._shared else name

    def _part(self, index: int) -> int:
        return bisect_right(self.dataset.cumulative_sizes, index)


def group_by_name(dataset: Any) -> dict[str, list[int]]:
    """Group the entries of a data set by the unambiguous name of the video.

    Args:
        dataset: Any data set whose entries have ``video_id``.
    """
    names = VideoNames(dataset)
    groups: dict[str, list[int]] = {}
    for index in range(len(dataset)):
        groups.setdefault(names.name(index), []).append(index)
    return groups


def iterate_named(dataloader: DataLoader) -> Iterator[dict]:
    """Iterate over a loader; yield batches with unambiguous videos.

    Args:
        dataloader: Its sampler has to give the same order whenever it is
            iterated, as those for evaluation do.
    """
    names = VideoNames(dataloader.dataset)
    assert dataloader.batch_sampler is not None, 'the runner makes one'
    batches = zip(dataloader.batch_sampler, dataloader, strict=True)
    for indices, batch in batches:
        names.rename(batch['data_samples'], indices)
        yield batch
