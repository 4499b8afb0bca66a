"""A search over settings that is judged without labels."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from mmmotion.evaluation.metrics.result_files import write_json

from ..config_check import load_config
from ..resume import find_resumable_checkpoint
from .variants import Variant, list_variants, set_values

METRIC = 'MotionSemanticAlignmentMetric'
# What does not change the weights that come out.
_NOT_TRAINED = (
    'test_dataloader', 'test_evaluator', 'test_cfg', 'work_dir', 'launcher',
    'resume'
)  # yapf: disable

Launch = Callable[[str, Sequence[str], Path], int]


@dataclass
class Outcome:
    """What is known of one variant; it is stored in its folder.

    Attributes:
        name: Name of the variant and of its folder.
        values: Value (any JSON type) by searched key.
        training: Hash of the settings of the training.
        evaluation: Hash of all settings, once it was evaluated.
        checkpoint: File of the weights, once it was trained.
        seconds: Duration of the training in this and earlier runs.
        metrics: Result by name, once it was evaluated.
        error: What went wrong in the last run, None if nothing.
    """

    name: str
    values: dict[str, Any]
    training: str
    evaluation: str | None = None
    checkpoint: str | None = None
    seconds: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)
    error: str | None = None


class LabelFreeSearch:
    """Trains variants of a config and scores each by alignment.

    Each variant has a folder of its own. What was trained or evaluated with
    the same settings is not done again, an interrupted training is resumed, a
    variant that fails is reported and the others go on.

    Args:
        config: File of the config.
        search: Values by key, see :func:`find_keys`; all combinations are
            tried (any type that a config may hold).
        work_dir: Folder of everything.
        launch: Runs ``'train'`` or ``'test'`` with arguments of the command
            line, writes its output to a file and returns the exit status.
        options: Changes of the config that all variants share (any type).
        metric: Arguments of the alignment metric (any type).

    Raises:
        ConfigError: If a key is unknown, or a variant makes no valid config.
    """

    def __init__(
        self,
        config: str | Path,
        search: Mapping[str, Any],
        work_dir: str | Path,
        launch: Launch,
        options: Mapping[str, Any] | None = None,
        metric: Mapping[str, Any] | None = None,
    ) -> None:
        self.work_dir = Path(work_dir)
        self.launch = launch
        self.metric = dict(metric or {})
        self.variants = list_variants(search)
        self._configs = {}
        # All of them first, so that no error comes after hours.
        for variant in self.variants:
            cfg = load_config(config, dict(options or {}))
            found = set_values(cfg, variant.values)
            _add_metric(cfg, self.metric)
            self._configs[variant.name] = cfg
        for key, paths in found.items():
            if paths != [key]:
                print_log(
                    f'{key} stands for {", ".join(paths)}', logger='current'
                )

    def run(self) -> list[Outcome]:
        """Train and evaluate what has not been; return all outcomes.

        Raises:
            ValueError: If a folder holds a training with other settings.
        """
        outcomes = [self._open(variant) for variant in self.variants]
        for number, outcome in enumerate(outcomes, start=1):
            print_log(
                f'variant {number} of {len(outcomes)}: {outcome.name}',
                logger='current',
            )
            try:
                self._run(outcome)
            finally:
                self._store(outcome)
        return outcomes

    def _open(self, variant: Variant) -> Outcome:
        """Read what is known of a variant."""
        cfg = self._configs[variant.name]
        training = _hash({
            key: value
            for key, value in cfg.to_dict().items() if key not in _NOT_TRAINED
        })
        path = self.work_dir / variant.name / 'search.json'
        if not path.is_file():
            return Outcome(variant.name, variant.values, training)
        known = Outcome(**json.loads(path.read_text()))
        if known.training != training:
            raise ValueError(
                f'{path.parent} holds a training with other settings: choose '
                'another work directory, or remove that folder'
            )
        return known

    def _run(self, outcome: Outcome) -> None:
        cfg = self._configs[outcome.name]
        evaluation = _hash(cfg.to_dict())
        if outcome.checkpoint and outcome.evaluation == evaluation:
            print_log('it was trained and evaluated before', logger='current')
            return
        path = self.work_dir / 'configs' / f'{outcome.name}.py'
        path.parent.mkdir(parents=True, exist_ok=True)
        cfg.dump(path)
        folder = self.work_dir / outcome.name
        outcome.error = None
        # What an interrupted training was begun with.
        self._store(outcome)
        if not outcome.checkpoint and not self._train(outcome, path, folder):
            return
        self._store(outcome)
        if self._evaluate(outcome, path, folder):
            outcome.evaluation = evaluation

    def _train(self, outcome: Outcome, config: Path, folder: Path) -> bool:
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / 'train.txt'
        begin = time.perf_counter()
        try:
            status = self.launch(
                'train',
                [str(config), '--work-dir',
                 str(folder), '--resume'],
                log,
            )
        finally:
            outcome.seconds += time.perf_counter() - begin
        if status != 0:
            outcome.error = f'training ended with status {status}, see {log}'
            return False
        checkpoint = find_resumable_checkpoint(str(folder))
        if checkpoint is None:
            outcome.error = f'training left no checkpoint, see {log}'
            return False
        outcome.checkpoint = str(checkpoint)
        return True

    def _evaluate(self, outcome: Outcome, config: Path, folder: Path) -> bool:
        log = folder / 'test.txt'
        out = folder / 'metrics.json'
        arguments = [
            str(config),
            str(outcome.checkpoint), '--work-dir',
            str(folder / 'test'), '--out',
            str(out)
        ]
        # Other settings may give numbers of another kind.
        outcome.metrics, outcome.evaluation = {}, None
        status = self.launch('test', arguments, log)
        if status != 0:
            outcome.error = f'evaluation ended with status {status}, see {log}'
            return False
        outcome.metrics = json.loads(out.read_text())
        return True

    def _store(self, outcome: Outcome) -> None:
        path = self.work_dir / outcome.name / 'search.json'
        write_json(path, asdict(outcome))


def _add_metric(cfg: Config, arguments: Mapping[str, Any]) -> None:
    """Let the test measure alignment, beside what it measures anyway."""
    metrics = cfg.get('test_evaluator') or []
    if isinstance(metrics, Mapping):
        metrics = [metrics]
    others = [metric for metric in metrics if metric.get('type') != METRIC]
    if len(others) < len(metrics) and not arguments:
        return
    cfg.test_evaluator = [dict(type=METRIC, **arguments), *others]


def _hash(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
