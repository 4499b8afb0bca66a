"""Some frames of a data set, without their annotations."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from mmengine.dataset import ConcatDataset
from torch import linspace

from mmmotion.datasets.draw import FrameDraw
from mmmotion.datasets.samplers.endless_sampler import EndlessSampler
from mmmotion.registry import DATA_SAMPLERS

from .video_names import group_by_name


def draw_frames(
    dataset: Any,
    sampler: Mapping[str, Any],
    count: int,
    seed: int = 0
) -> list[FrameDraw]:
    """Draw frames as a training does.

    Args:
        dataset: The data set (any that the sampler takes).
        sampler: Config of the sampler. One that is not endless does not
            draw: then the frames are spread evenly over the data set.
        count: Number of frames.
        seed: Seed of the draws.
    """
    kind = DATA_SAMPLERS.get(sampler['type'])
    if isinstance(kind, type) and issubclass(kind, EndlessSampler):
        draws = DATA_SAMPLERS.build(
            dict(sampler, split_over_ranks=False),
            default_args=dict(dataset=dataset, seed=seed),
        )
        return list(islice(draws, count))
    places = linspace(0, len(dataset) - 1, min(count, len(dataset)))
    return [FrameDraw(round(place)) for place in places.tolist()]


def first_frames(dataset: Any) -> list[FrameDraw]:
    """List the first frame of each video.

    Args:
        dataset: Any data set whose entries have ``video_id``, listed video by
            video.
    """
    return [FrameDraw(group[0]) for group in group_by_name(dataset).values()]


def load_unlabelled(dataset: Any,
                    draws: Sequence[FrameDraw]) -> Iterator[dict[str, Any]]:
    """Load frames after their annotations were taken from the data set.

    What a pipeline makes of its own, such as the truth of rendered scenes, is
    still in the samples.

    Args:
        dataset: A ``BaseMotionDataset``, or a ``ConcatDataset`` of such.
        draws: The frames.

    Yields:
        What the pipeline returns, for each of the draws.
    """
    parts = [dataset]
    places = [(0, int(draw)) for draw in draws]
    if isinstance(dataset, ConcatDataset):
        parts = dataset.datasets
        places = [dataset._get_ori_dataset_idx(int(draw)) for draw in draws]
    subsets = {}
    for number, part in enumerate(parts):
        indices = sorted({index for owner, index in places if owner == number})
        if indices:
            position = {index: i for i, index in enumerate(indices)}
            subsets[number] = part.unlabelled_subset(indices), position
    for (number, index), draw in zip(places, draws, strict=True):
        subset, position = subsets[number]
        yield subset[draw.at(position[index])]
