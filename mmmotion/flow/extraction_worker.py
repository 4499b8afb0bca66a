"""The part of flow extraction that runs in every process."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from mmengine.utils import import_modules_from_strings

from mmmotion.registry import FLOW_ESTIMATORS

from .estimators import FlowEstimator, complete_settings
from .frames import read_frame, resize_frame
from .io import write_flow
from .process_pool import is_stopping


@dataclass(frozen=True)
class Pair:
    """One flow to compute: between two frames of a video.

    Attributes:
        source: Position of the frame that the flow starts from.
        target: Position of the frame that it leads to.
        path: File to write.
    """

    source: int
    target: int
    path: str


@dataclass(frozen=True)
class Chunk:
    """Neighbouring pairs of one video: what a worker does in one go.

    Attributes:
        frame_paths: Image file by position in the video.
        pairs: Pairs in the order of their first frames.
        frame_size: (H, W) that all frames have to have; unknown if None.
        size_source: The frame from which ``frame_size`` was read.
    """

    frame_paths: dict[int, str]
    pairs: tuple[Pair, ...]
    frame_size: tuple[int, int] | None
    size_source: str


@dataclass
class ChunkResult:
    """What became of a chunk.

    Attributes:
        num_written: Number of new files.
        num_skipped: Number of pairs that could not be computed.
        errors: Why pairs were skipped, each reason once.
    """

    num_written: int = 0
    num_skipped: int = 0
    errors: list[str] = field(default_factory=list)


class FlowWorker:
    """Computes and writes the flows of one chunk after the other.

    Args:
        estimator: Computes the flow; used by this process alone.
        size: (H, W) to which frames are resized first, None for their own.
        skip_errors: Whether a pair that cannot be computed is counted. If
            not, the error is raised. Errors of writing are always raised.
        batch_size: Number of pairs that the estimator gets at once.
    """

    def __init__(
        self,
        estimator: FlowEstimator,
        size: tuple[int, int] | None = None,
        skip_errors: bool = False,
        batch_size: int = 1,
    ) -> None:
        self.estimator = estimator
        self.size = size
        self.skip_errors = skip_errors
        self.batch_size = batch_size

    def run(self, chunk: Chunk) -> ChunkResult:
        """Compute the flows of a chunk, decoding every frame once.

        Args:
            chunk: The pairs.

        Raises:
            FileNotFoundError: If a frame does not exist.
            ValueError: If a frame is damaged or of another size, or the
                estimator fails.
        """
        result = ChunkResult()
        frames: dict[int, np.ndarray | Exception] = {}
        last_use = {}
        for number, pair in enumerate(chunk.pairs):
            last_use[pair.source] = last_use[pair.target] = number
        for start in range(0, len(chunk.pairs), self.batch_size):
            if is_stopping():
                break
            batch = chunk.pairs[start:start + self.batch_size]
            for pair, flow in self._estimate(chunk, batch, frames):
                if not isinstance(flow, Exception):
                    write_flow(pair.path, flow)
                    result.num_written += 1
                    continue
                if not self.skip_errors:
                    raise flow
                result.num_skipped += 1
                if str(flow) not in result.errors:
                    result.errors.append(str(flow))
            for position in list(frames):
                if last_use[position] < start + len(batch):
                    del frames[position]
        return result

    def _estimate(
        self,
        chunk: Chunk,
        batch: Sequence[Pair],
        frames: dict[int, np.ndarray | Exception],
    ) -> Iterator[tuple[Pair, np.ndarray | Exception]]:
        """The flow of each pair, or why there is none."""
        readable = []
        for pair in batch:
            positions = pair.source, pair.target
            for position in positions:
                if position not in frames:
                    frames[position] = self._read(chunk, position)
            first, second = (frames[position] for position in positions)
            if isinstance(first, Exception):
                yield pair, first
            elif isinstance(second, Exception):
                yield pair, second
            else:
                readable.append((pair, (first, second)))
        for pair, flow in self._estimate_readable(readable):
            if isinstance(flow, Exception):
                name = f'{type(self.estimator).__name__}, from ' + ' to '.join(
                    chunk.frame_paths[i] for i in (pair.source, pair.target)
                )
                named = ValueError(f'{name}: {flow}')
                named.__cause__ = flow
                yield pair, named
            else:
                yield pair, flow

    def _estimate_readable(
        self, readable: Sequence[tuple[Pair, tuple[np.ndarray, np.ndarray]]]
    ) -> Iterator[tuple[Pair, np.ndarray | Exception]]:
        if not readable:
            return
        try:
            flows = self.estimator.estimate_batch([f for _, f in readable])
        except (ValueError, cv2.error) as error:
            if len(readable) == 1:
                yield readable[0][0], error
                return
            # One by one, to find the pair that is to blame.
            for one in readable:
                yield from self._estimate_readable([one])
            return
        for (pair, (first, _)), flow in zip(readable, flows, strict=True):
            yield pair, _check_flow(flow, first.shape)

    def _read(self, chunk: Chunk, position: int) -> np.ndarray | Exception:
        """Read a frame, or return why it cannot be read."""
        path = chunk.frame_paths[position]
        try:
            img = read_frame(path)
        except (OSError, ValueError) as error:
            return error
        if chunk.frame_size not in (None, img.shape[:2]):
            return ValueError(
                f'frames of one video differ in size: (H, W) = '
                f'{img.shape[:2]} in {path}, {chunk.frame_size} in '
                f'{chunk.size_source}'
            )
        return img if self.size is None else resize_frame(img, self.size)


def _check_flow(
    flow: np.ndarray, frame_shape: tuple[int, ...]
) -> np.ndarray | ValueError:
    """The flow, or why it cannot be stored."""
    expected = (*frame_shape[:2], 2)
    num_bad = int((~np.isfinite(flow)).sum())
    if flow.shape == expected and not num_bad:
        return flow
    return ValueError(
        f'expected a finite flow of shape {expected}, got shape {flow.shape} '
        f'and {num_bad} values that are not finite'
    )


_worker: FlowWorker | None = None


def start_worker(
    estimator: str | Mapping,
    plugins: tuple[str, ...],
    device: str,
    size: tuple[int, int] | None,
    skip_errors: bool,
    batch_size: int,
) -> None:
    """Prepare a worker process.

    Args:
        estimator: Name or config dict of the estimator.
        plugins: Modules to import first.
        device: Where the estimator computes.
        size: See :class:`FlowWorker`.
        skip_errors: See :class:`FlowWorker`.
        batch_size: See :class:`FlowWorker`.
    """
    global _worker
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    import_modules_from_strings(list(plugins))
    built = FLOW_ESTIMATORS.build(complete_settings(estimator))
    built.to(device)
    _worker = FlowWorker(built, size, skip_errors, batch_size)


def run_chunk(chunk: Chunk) -> ChunkResult:
    """Work on one chunk in a process that :func:`start_worker` prepared.

    Args:
        chunk: The pairs.
    """
    assert _worker is not None
    return _worker.run(chunk)
