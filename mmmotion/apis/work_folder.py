"""The folder of a run, and which stages are finished in it."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmmotion import __version__
from mmmotion.engine.adaptation.fingerprint import describe_settings
from mmmotion.flow.atomic import clean_stale_files, write_atomically

VIDEO_ID = 'video'
"""Name of the only video in the data set that a work folder is."""


class WorkFolder:
    """Remembers what made the files of each stage.

    A stage is done again if its own settings have changed or those of an
    earlier stage. One that was interrupted goes on if nothing has changed.

    Args:
        path: The folder; it is made.
        stages: Names of the stages in their order.
    """

    def __init__(self, path: str | Path, stages: Sequence[str]) -> None:
        self.path = Path(path)
        self.stages = tuple(stages)
        self.path.mkdir(parents=True, exist_ok=True)
        clean_stale_files(self.path)
        self._digests: dict[str, str] = {}

    def folder(self, stage: str) -> Path:
        """Folder of the files of a stage."""
        return self.path / stage

    def begin(self, stage: str, settings: Mapping[str, Any]) -> None:
        """Prepare a stage: keep its files if the same settings made them.

        Args:
            stage: Name of the stage; those before it have begun in this run.
            settings: What its files depend on besides earlier stages.
        """
        before = [self._digests[name] for name in self._before(stage)]
        wanted = describe_settings(
            dict(version=__version__, settings=settings, before=before)
        )
        self._digests[stage] = _digest(wanted)
        if self._read(stage).get('wanted') != wanted:
            self._forget(stage)
            self._write(stage, dict(wanted=wanted))

    def is_current(self, stage: str) -> bool:
        """Whether the files of a stage are still those of this run.

        Args:
            stage: Name of the stage; it has begun in this run.
        """
        wanted = self._read(stage).get('wanted')
        return _digest(wanted) == self._digests[stage]

    def facts(self, stage: str) -> dict[str, Any] | None:
        """What a finished stage has found out; None if it is not finished."""
        return self._read(stage).get('facts')

    def finish(self, stage: str, facts: Mapping[str, Any]) -> None:
        """Mark a stage as finished.

        Args:
            stage: Name of the stage.
            facts: What it has found out, as JSON can hold it.
        """
        found = self._read(stage)
        self._write(stage, dict(found, facts=dict(facts)))

    def _before(self, stage: str) -> tuple[str, ...]:
        return self.stages[:self.stages.index(stage)]

    def _forget(self, stage: str) -> None:
        for name in self.stages[self.stages.index(stage):]:
            self._marker(name).unlink(missing_ok=True)
            if self.folder(name).is_dir():
                shutil.rmtree(self.folder(name))

    def _marker(self, stage: str) -> Path:
        return self.path / f'{stage}.json'

    def _read(self, stage: str) -> dict[str, Any]:
        path = self._marker(stage)
        if not path.is_file():
            return {}
        try:
            return json.loads(path.read_text())
        except ValueError:  # damaged: as if the stage was never begun
            return {}

    def _write(self, stage: str, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, indent=2)
        write_atomically(self._marker(stage), text.encode())


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
