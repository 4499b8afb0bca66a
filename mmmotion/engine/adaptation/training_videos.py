"""The frames of a training data set, video by video, without labels."""

from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.dataset import ConcatDataset

from mmmotion.datasets import BaseMotionDataset

from ..video_names import group_by_name

_NUM_SHOWN = 5
_ADVICE = (
    'It is train_dataloader.dataset with the changes in '
    "test_cfg.train_dataloader.dataset, for example split='val'"
)


class TrainingVideos:
    """Finds the frames of a video in a training data set.

    Args:
        dataset: Data set of the toolbox, or a ``ConcatDataset`` of such.

    Raises:
        TypeError: If it is another one.
    """

    def __init__(self, dataset: Any) -> None:  # whatever a config builds
        parts = getattr(dataset, 'datasets', [dataset])
        for part in parts:
            if not isinstance(part, BaseMotionDataset):
                raise TypeError(
                    'expected the data set of the adaptation to be one of '
                    'BaseMotionDataset or a ConcatDataset of such, got '
                    f'{type(part).__name__}'
                )
        self.dataset = dataset
        self._indices = group_by_name(dataset)

    def require(self, video_ids: Iterable[str]) -> None:
        """Check that there are frames of all these videos.

        Raises:
            ValueError: If not; the message says what there is.
        """
        video_ids = list(video_ids)
        missing = [name for name in video_ids if name not in self._indices]
        if missing:
            raise ValueError(
                f'{len(missing)} of {len(video_ids)} tested videos are not '
                f'among those to adapt to: {_examples(missing)}; the data '
                f'set of the adaptation lists {_examples(self._indices)}. '
                f'{_ADVICE}'
            )

    def require_scenes(self, tested: Mapping[str, Mapping[str, Any]]) -> None:
        """Check that synthetic scenes of one name are the same ones.

        Args:
            tested: An entry of each tested video by its name.

        Raises:
            ValueError: If the data set names another scene so.
        """
        for name, entry in tested.items():
            known = self.dataset.get_data_info(self._indices[name][0])
            ours, theirs = _scene(known), _scene(entry)
            if ours != theirs:
                raise ValueError(
                    f'the tested {name} is {theirs}, but the data set of the '
                    f'adaptation has {ours} by that name. {_ADVICE}'
                )

    def entries(self, video_id: str) -> list[Mapping[str, Any]]:
        """Return the entries of a video."""
        indices = self._indices[video_id]
        return [self.dataset.get_data_info(index) for index in indices]

    def subset(self, video_id: str) -> BaseMotionDataset | ConcatDataset:
        """Return the frames of a video as a data set without annotations.

        It is concatenated, of one part, where the whole one is, so that the
        same samplers take it.
        """
        indices = self._indices[video_id]
        if not isinstance(self.dataset, ConcatDataset):
            return self.dataset.unlabelled_subset(indices)
        found = [self.dataset._get_ori_dataset_idx(i) for i in indices]
        part = self.dataset.datasets[found[0][0]]
        subset = part.unlabelled_subset([index for _, index in found])
        return ConcatDataset([subset])


def _scene(entry: Mapping[str, Any]) -> str:
    """Seed, split and number of a synthetic scene, or that it is none."""
    scene = entry.get('scene')
    if scene is None:
        return 'no synthetic scene'
    return str({key: scene[key] for key in ('seed', 'split', 'index')})


def _examples(names: Iterable[str]) -> str:
    names = list(names)
    more = ', ...' if len(names) > _NUM_SHOWN else ''
    return ', '.join(names[:_NUM_SHOWN]) + more
