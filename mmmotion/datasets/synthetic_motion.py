"""The embedded data set: a synthetic world that needs no file."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from mmmotion.registry import DATASETS

from .base_motion_dataset import BaseMotionDataset
from .synthesis import SceneKey, WorldSettings, check_sources


@DATASETS.register_module()
class SyntheticMotion(BaseMotionDataset):
    """Frames of procedurally rendered scenes with exact ground truth.

    Each video is a scene: textured sprites that move over a moving textured
    background and occlude each other. A scene follows from the seed, the
    split and its number alone, so nothing is stored, and ``RenderScene``
    makes the pixels in the pipeline. Outlines, textures and backgrounds may
    come from files instead, which ``world`` names. Entries have no
    ``img_path`` but a ``scene``, which that transform reads.

    Args:
        num_videos: Number of scenes. A larger set begins with the scenes of
            a smaller one.
        num_frames: Frames per scene.
        size: (H, W) of the frames in pixels.
        num_objects: Smallest and largest number of objects in a scene.
        split: ``'train'``, ``'val'`` or ``'test'``, which have no scene in
            common.
        seed: Seed of the world, 32 bits.
        gaps: Signed frame gaps for which flow is offered; every frame offers
            those that lead to another frame of its scene.
        world: Further settings, see ``WorldSettings``.
        **kwargs: Further arguments of ``BaseMotionDataset``.

    Raises:
        FileNotFoundError: If a file or folder that ``world`` names does not
            exist.
        TypeError: If a setting is of the wrong kind.
        ValueError: If a setting is unknown or out of its range, or such a
            folder does not hold what it should.
    """

    def __init__(
        self,
        num_videos: int = 256,
        num_frames: int = 30,
        size: Sequence[int] = (128, 224),
        num_objects: Sequence[int] = (1, 3),
        split: str = 'train',
        seed: int = 0,
        gaps: Sequence[int] = (1, -1, 2, -2),
        world: Mapping[str, Any] | None = None,
        **kwargs: Any,  # whatever the installed mmengine accepts
    ) -> None:
        if isinstance(num_videos, bool) or not isinstance(num_videos, int):
            raise TypeError(
                f'expected num_videos to be an integer, got {num_videos!r}'
            )
        if num_videos < 1:
            raise ValueError(
                f'expected num_videos to be at least 1, got {num_videos}'
            )
        self.world = make_world(
            world, size=size, num_frames=num_frames, num_objects=num_objects
        )
        check_sources(self.world)
        self.num_videos = num_videos
        self.split = split
        self.seed = seed
        SceneKey(seed, split, num_videos - 1)  # checks all three
        super().__init__(gaps=gaps, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List every frame of every scene in temporal order."""
        num_frames = self.world.num_frames
        return [
            dict(
                video_id=f'scene_{video:05d}',
                frame_id=f'{frame:05d}',
                frame_index=frame,
                num_frames=num_frames,
                available_gaps=tuple(
                    gap for gap in self.gaps if 0 <= frame + gap < num_frames
                ),
                scene=dict(seed=self.seed, split=self.split, index=video),
            ) for video in range(self.num_videos)
            for frame in range(num_frames)
        ]

    def get_data_info(self, idx: int) -> dict:
        """Return one entry, with the settings of the world."""
        info = super().get_data_info(idx)
        info['scene']['world'] = self.world
        return info


def make_world(world: Mapping[str, Any] | None, **named: Any) -> WorldSettings:
    """Merge the settings that have a name of their own with the others.

    Args:
        world: Further settings.
        **named: Settings that ``world`` must not repeat.

    Raises:
        ValueError: If a key of ``world`` is unknown or given twice.
    """
    world = dict(world or {})
    known = {field.name for field in fields(WorldSettings)} - set(named)
    unknown = sorted(set(world) - known)
    if unknown:
        raise ValueError(
            f'expected the keys of world to be among {sorted(known)}, got '
            f'{unknown}'
        )
    return WorldSettings(**named, **world)
