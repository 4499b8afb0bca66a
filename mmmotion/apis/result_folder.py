"""The folder in which people look for the results of a video."""

import errno
import json
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock, Timeout

from mmmotion.flow.atomic import clean_stale_files

WORK = '.work'
_FILES = (
    'objects.json', 'result.json', 'overlay.mp4', 'report.html',
    'soft_masks.npz'
)  # yapf: disable
# What file systems without locks say, some of a network among them.
_NO_LOCKS = (
    errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL
)


class ResultFolder:
    """Results of one video, of this run or an earlier one.

    One run at a time has the folder; it is free again after :meth:`close`,
    or when the process has ended, in whatever way.

    Args:
        path: The folder; it is made.

    Raises:
        FileExistsError: If something that no run has made stands where a
            result would go.
        OSError: If another run works in the folder, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._masks = path / 'masks'
        if not self._is_ours():
            self._refuse_others()
        self.file(WORK).mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self.file(WORK) / 'lock')
        self._take()
        for folder in (path, self._masks):
            clean_stale_files(folder, is_deep=False)

    def close(self) -> None:
        """Let other runs have the folder."""
        self._lock.release()

    def file(self, name: str) -> Path:
        """Where a result goes that is not a mask."""
        return self.path / name

    def mask(self, frame_name: str) -> Path:
        """Where the mask of a frame goes."""
        return self._masks / f'{frame_name}.png'

    def has_masks(self, frame_names: Iterable[str]) -> bool:
        """Whether the masks of these frames and their run lengths are there.

        Args:
            frame_names: All frames of the video.
        """
        paths = [self.mask(name) for name in frame_names]
        return all(
            path.is_file() for path in (*paths, self.file('objects.json'))
        )

    def clear(self) -> None:
        """Remove what other settings, or another video, have left."""
        for path in self._results():
            path.unlink(missing_ok=True)

    def _take(self) -> None:
        """Keep other runs out, where the file system can do that."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise OSError(
                errno.EBUSY,
                'another run works in this folder: wait for its end, or name '
                'another folder for the results',
                str(self.path),
            ) from error
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise

    def _results(self) -> list[Path]:
        return [*self._masks.glob('*.png'), *map(self.file, _FILES)]

    def _is_ours(self) -> bool:
        """Whether a run has worked here; its work may have been removed."""
        if self.file(WORK).is_dir():
            return True
        try:
            content = json.loads(self.file('result.json').read_bytes())
        except (OSError, ValueError):
            return False
        return isinstance(content, dict) and 'verdict' in content

    def _refuse_others(self) -> None:
        for path in self._results():
            if path.exists():
                raise FileExistsError(
                    errno.EEXIST,
                    'this is no result of an earlier run, and would be lost: '
                    'name another folder for the results',
                    str(path),
                )
