"""The flow files that belong to a data set."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mmmotion.flow.estimators import short_name
from mmmotion.flow.layout import (
    LAYOUTS,
    find_flow_files,
    flow_folder,
    flow_root,
)
from mmmotion.flow.meta import check_meta


class FlowTree:
    """Flow files in one of the known layouts, made by one estimator.

    Args:
        root: Folder that holds the tree, usually the data root.
        estimator: Name or config of the estimator that has to have made the
            flows; None with the layouts of other projects, which do not
            record it.
        layout: See :func:`mmmotion.flow.layout.find_flow_files`.
        name: Folder below ``Flows``; the estimator's short name if None.
        resolution: Folder between gap and video in other layouts.

    Attributes:
        size: (h, w) of all flows if frames were resized to one size before
            the estimation, None if each has the size of its frame.

    Raises:
        FileNotFoundError: If the flows of this estimator were not made.
        ValueError: If the layout is unknown, the estimator is missing or
            cannot be checked, or the flows were made by another one.
    """

    def __init__(
        self,
        root: str,
        estimator: str | Mapping | None,
        layout: str = 'mmmotion',
        name: str | None = None,
        resolution: str = '',
    ) -> None:
        if layout not in LAYOUTS:
            raise ValueError(
                f'expected flow_layout to be one of {LAYOUTS}, got {layout!r}'
            )
        if (estimator is None) == (layout == 'mmmotion'):
            raise ValueError(
                "expected a flow_estimator with flow_layout='mmmotion' and "
                'none with other layouts, which do not say who made the '
                f'flows; got {estimator!r} with {layout!r}'
            )
        self.root = root
        self.layout = layout
        self.resolution = resolution
        self.name = name or ''
        self.size: tuple[int, int] | None = None
        if estimator is not None:
            self.name = name or short_name(estimator)
            folder = flow_root(root, self.name)
            if not folder.is_dir():
                raise FileNotFoundError(
                    f'no flows found: {folder.absolute()} (flow_estimator='
                    f'{estimator!r}); tools/extract_flow.py makes them'
                )
            size = check_meta(root, estimator, self.name).get('size')
            self.size = None if size is None else (size[0], size[1])

    def __str__(self) -> str:
        if self.layout == 'mmmotion':
            return str(flow_root(self.root, self.name).absolute())
        return f'{Path(self.root).absolute()} (flow_layout={self.layout!r})'

    def explain_missing(self, gaps: Sequence[int], video_id: str) -> str:
        """Say where the flows of a video were looked for, and what to do.

        Args:
            gaps: Signed gaps.
            video_id: Name of the video.
        """
        if self.layout == 'mmmotion':
            return f'in {self}; tools/extract_flow.py makes it'
        folders = [
            str(
                flow_folder(
                    '',
                    gap,
                    video_id,
                    self.layout,
                    self.name,
                    self.resolution,
                )
            ) for gap in gaps
        ]
        return (
            f'in {self}, expected in {", ".join(folders)}; what '
            "tools/extract_flow.py makes is read with flow_layout='mmmotion' "
            'and its flow_estimator'
        )

    def find(
        self, gaps: Sequence[int], video_id: str, frame_ids: Sequence[str]
    ) -> dict[int, dict[str, str]]:
        """List the files of one video.

        Args:
            gaps: Signed gaps.
            video_id: Name of the video.
            frame_ids: Names of all its frames in temporal order.

        Returns:
            For each gap the file by name of the frame it starts from.
        """
        return {
            gap: find_flow_files(
                self.root,
                gap,
                video_id,
                self.layout,
                self.name,
                self.resolution,
                frame_ids,
            )
            for gap in gaps
        }
