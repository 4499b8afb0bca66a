"""Files of the visitors of a page."""

import shutil
import tempfile
from pathlib import Path
from threading import Event, Lock


class Visit:
    """One run of one visitor.

    Args:
        folder: Where its results go.
        upload: The file that was sent.
        stopped: Set when nobody waits for the run any more.
    """

    def __init__(self, folder: Path, upload: Path, stopped: Event) -> None:
        self.folder = folder
        self.upload = upload
        self.stopped = stopped


class Visits:
    """Private folders of visitors, each removed when its visitor leaves.

    All of them lie in one temporary folder that nobody but the user who runs
    the page can read, and that goes with it.
    """

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix='mmmotion-page-'))
        self._visits: dict[str, Visit] = {}
        self._uploads: dict[str, set[Path]] = {}
        self._queued: dict[str, Event] = {}
        self._lock = Lock()

    def receive(self, visitor: str, upload: str | Path) -> None:
        """Take note of a file that a visitor has sent.

        Args:
            visitor: Name of the visitor.
            upload: The file, which goes when the visitor leaves.
        """
        with self._lock:
            self._uploads.setdefault(visitor, set()).add(Path(upload))

    def queue(self, visitor: str) -> None:
        """Take note that a visitor waits for a run, which others may delay.

        Args:
            visitor: Name of the visitor.
        """
        with self._lock:
            self._queued[visitor] = Event()

    def begin(self, visitor: str, upload: str | Path) -> Visit:
        """Give a visitor an empty folder; an older one of theirs goes.

        A run that was stopped while it waited is stopped from the beginning.

        Args:
            visitor: Name of the visitor.
            upload: The file that was sent.
        """
        folder = Path(tempfile.mkdtemp(prefix='results-', dir=self.root))
        self.receive(visitor, upload)
        with self._lock:
            stopped = self._queued.pop(visitor, None) or Event()
            visit = Visit(folder, Path(upload), stopped)
            old = self._visits.get(visitor)
            self._visits[visitor] = visit
        if old is not None:
            old.stopped.set()
            shutil.rmtree(old.folder, ignore_errors=True)
        return visit

    def stop(self, visitor: str) -> None:
        """Stop the run of a visitor, if there is one, also if it waits."""
        with self._lock:
            visit = self._visits.get(visitor)
            queued = self._queued.get(visitor)
        if visit is not None:
            visit.stopped.set()
        if queued is not None:
            queued.set()

    def end(self, visitor: str) -> None:
        """Stop the run of a visitor and remove all of their files."""
        with self._lock:
            visit = self._visits.pop(visitor, None)
            uploads = self._uploads.pop(visitor, set())
            queued = self._queued.get(visitor)
        if queued is not None:
            queued.set()
        if visit is not None:
            visit.stopped.set()
            shutil.rmtree(visit.folder, ignore_errors=True)
        for upload in uploads:
            upload.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop all runs and remove all files."""
        for visitor in list(self._visits):
            self.end(visitor)
        shutil.rmtree(self.root, ignore_errors=True)
