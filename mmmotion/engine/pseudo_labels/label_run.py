"""Labelling of whole data sets, shared by the processes."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.dist import all_gather_object, get_rank, get_world_size

from mmmotion.datasets.draw import FrameDraw
from mmmotion.flow.file_names import encode_name
from mmmotion.models.segmentors import BaseSegmentor

from ..adaptation import describe_settings, hash_files
from ..random_state import RandomStream
from ..unlabelled_frames import load_unlabelled
from ..video_names import group_by_name
from .label_maker import LabelMaker
from .label_store import LabelStore


class LabelledVideo(NamedTuple):
    """A video whose labels are stored.

    Attributes:
        video_id: Name of the video.
        shares: Share of the object in each of its frames.
        is_new: Whether the labels were made now, or were there before.
    """

    video_id: str
    shares: list[float]
    is_new: bool


def label_videos(
    model: BaseSegmentor,
    channel: int,
    dataset: Any,  # whatever the config builds
    maker: LabelMaker,
    store: LabelStore,
    settings: Mapping[str, Any],
    reuse: bool = True,
) -> list[LabelledVideo]:
    """Store the labels of all frames of a data set.

    Every process must call it. Each labels videos of its own; annotations are
    taken out of the data set before.

    Args:
        model: The model, without a distributed wrapper.
        channel: The region that is the object.
        dataset: A ``BaseMotionDataset``, or a ``ConcatDataset`` of such.
        maker: Makes the labels.
        store: Keeps them.
        settings: What they depend on, apart from the files of the frames.
        reuse: Whether labels of equal settings are taken over.

    Returns:
        All videos, those of other processes among them.
    """
    groups = group_by_name(dataset)
    was_training = model.training
    model.eval()
    done = []
    for video_id in _choose_videos(groups):
        indices = groups[video_id]
        entries = [dataset.get_data_info(index) for index in indices]
        names = [entry['frame_id'] for entry in entries]
        own = describe_settings(
            dict(settings, video_id=video_id, frames=hash_files(entries))
        )
        shares = store.read(video_id, own, names) if reuse else None
        is_new = shares is None
        if shares is None:
            store.begin(video_id)
            seed = zlib.crc32(encode_name(video_id))
            with RandomStream(seed).use():
                masks = _label(model, channel, dataset, indices, maker)
                shares = {}
                for name in names:
                    mask = next(masks)
                    store.write(video_id, name, mask)
                    shares[name] = float((mask > 0).mean())
            store.finish(video_id, own, shares)
        done.append(LabelledVideo(video_id, list(shares.values()), is_new))
    model.train(was_training)
    gathered = all_gather_object(done)
    return sorted(video for part in gathered for video in part)


def _choose_videos(groups: Mapping[str, Sequence[int]]) -> list[str]:
    """The videos of this process: longest first, each to the idlest."""
    loads = [0] * get_world_size()
    mine = []
    for name in sorted(groups, key=lambda name: (-len(groups[name]), name)):
        idlest = loads.index(min(loads))
        loads[idlest] += len(groups[name])
        if idlest == get_rank():
            mine.append(name)
    return mine


@torch.no_grad()
def _label(
    model: BaseSegmentor,
    channel: int,
    dataset: Any,
    indices: Sequence[int],
    maker: LabelMaker,
) -> Iterator[np.ndarray]:
    """Labels of some frames, one after the other."""
    kept = model.kept_maps
    for sample in load_unlabelled(dataset, list(map(FrameDraw, indices))):
        batch = pseudo_collate([sample])
        model.kept_maps = maker.feature_indices
        try:
            data = model.data_preprocessor(batch, False)
            frame, = model.predict_regions(**data)
        finally:
            model.kept_maps = kept
        yield maker(frame, channel)
