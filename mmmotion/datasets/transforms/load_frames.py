"""Decoding of the frame and of its neighbours."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.flow.frames import read_frame
from mmmotion.registry import TRANSFORMS

from ..errors import MissingFileError, SampleError
from .missing import check_missing, get_chosen_gaps


def load_frame(path: str) -> np.ndarray:
    """Decode an image file completely or not at all.

    Args:
        path: The image file.

    Returns:
        (H, W, 3) uint8 RGB, turned as the camera's orientation mark says.

    Raises:
        MissingFileError: If there is no such file.
        SampleError: If the file is truncated or not an 8-bit image.
    """
    try:
        # Pillow refuses a truncated file. OpenCV, which is a quarter faster
        # on JPEG and returns the same pixels, fills the missing part with
        # grey in most of its versions.
        return read_frame(path)
    except FileNotFoundError as error:
        raise MissingFileError(f'image not found: {path}', path) from error
    except ValueError as error:
        raise SampleError(str(error), path) from error


@TRANSFORMS.register_module()
class LoadFrames(BaseTransform):
    """Read the frame and, if wanted, some of its neighbours.

    Required Keys:
        img_path; ``neighbours`` if gaps are asked for.

    Added Keys:
        frames: (T, H, W, 3) uint8 RGB, the frame itself first.
        frame_gaps: The signed gap of each, 0 first.
        ori_shape: (H, W).

    Args:
        gaps: Signed gaps of the neighbours. None takes those that the
            sampler chose. Gap 0 is the frame itself once more.
        missing: What to do at the ends of a video: ``'error'``,
            ``'opposite'`` (take the neighbour on the other side) or
            ``'drop'``.

    Raises:
        ValueError: If ``missing`` is unknown.
    """

    def __init__(
        self, gaps: Sequence[int] | None = (), missing: str = 'error'
    ) -> None:
        check_missing(missing)
        self.gaps = None if gaps is None else tuple(gaps)
        self.missing = missing

    def transform(self, results: dict) -> dict:
        """Read the files.

        Raises:
            SampleError: If a file is missing or broken, or a neighbour does
                not exist or has another size than the frame.
        """
        frames = [load_frame(results['img_path'])]
        frame_gaps = [0]
        for gap in self._wanted(results):
            if gap == 0:
                frames.append(frames[0])
                frame_gaps.append(0)
                continue
            found = self._find(results, gap)
            if found is None:
                continue
            path = results['neighbours'][found]
            frames.append(load_frame(path))
            frame_gaps.append(found)
            if frames[-1].shape != frames[0].shape:
                raise SampleError(
                    f'expected {frames[0].shape[:2]} pixels as in '
                    f'{results["img_path"]}, got {frames[-1].shape[:2]}: '
                    f'{path}',
                    path,
                )
        results['frames'] = np.stack(frames)
        results['frame_gaps'] = tuple(frame_gaps)
        results['ori_shape'] = frames[0].shape[:2]
        return results

    def _wanted(self, results: dict) -> tuple[int, ...]:
        if self.gaps is not None:
            return self.gaps
        return get_chosen_gaps(results, 'LoadFrames')

    def _find(self, results: dict, gap: int) -> int | None:
        neighbours = results['neighbours']
        if gap in neighbours:
            return gap
        if self.missing == 'opposite' and -gap in neighbours:
            return -gap
        if self.missing == 'drop':
            return None
        path = results['img_path']
        raise SampleError(
            f'no neighbour at gap {gap:+d} of frame {Path(path).stem} in '
            f'video {results["video_id"]}, which has '
            f'{results["num_frames"]} frames: {path}',
            path,
        )
