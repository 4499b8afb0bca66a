"""The toy training for all engine tests."""

import importlib
import multiprocessing
import os
import sys

import pytest


@pytest.fixture(autouse=True)
def _plain_config_text(monkeypatch):
    """Formatting the config takes longer than a toy training."""
    for module in ('mmengine.config.config', 'yapf.yapflib.yapf_api'):
        name = f'{module}.FormatCode'
        monkeypatch.setattr(
            name, lambda text, **_: (text, False), raising=False
        )


@pytest.fixture(scope='session')
def toy(data_dir):
    """The module ``toy_runs``; its processes start with torch loaded."""
    folder = str(data_dir / 'toy_run')
    sys.path.insert(0, folder)
    before = os.environ.get('PYTHONPATH')
    os.environ['PYTHONPATH'] = os.pathsep.join(filter(None, [folder, before]))
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['toy_runs'])
    return importlib.import_module('toy_runs')


@pytest.fixture
def compare_processes(toy, tmp_path):
    """Trainer on one and on two processes with the same total batch of 4.

    Returns the losses by iteration of either; options are those of the toy
    config.
    """

    def compare(**options):
        options.update(val_dataloader=None, val_evaluator=None, val_cfg=None)
        losses = []
        for ranks in (1, 2):
            folder = tmp_path / str(ranks)
            options['train_dataloader__batch_size'] = 4 // ranks
            codes = toy.train_in_processes(folder, ranks, **options)
            assert codes == [0] * ranks
            losses.append(toy.read_losses(folder)[0])
            assert sorted(losses[-1]) == list(range(1, 9))
        return losses

    return compare
