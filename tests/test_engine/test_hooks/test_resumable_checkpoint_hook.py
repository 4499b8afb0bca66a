import copy
import json
import os
import shutil

import pytest
import torch

from mmmotion.engine import CheckpointError, build_runner
from mmmotion.engine.hooks import ResumableCheckpointHook


def names(folder):
    return sorted(path.name for path in folder.glob('*.pth'))


def train(toy, folder, resume=False, **options):
    cfg = toy.toy_config(folder, **options)
    cfg.resume = resume
    runner = build_runner(cfg)
    runner.train()
    return runner


@pytest.mark.parametrize('number', [0, 1])
def test_keeping_less_than_two_is_refused(number):
    with pytest.raises(ValueError, match='max_keep_ckpts'):
        ResumableCheckpointHook(max_keep_ckpts=number)


@pytest.mark.parametrize(
    'keep, expected', [(2, [6, 8]), (3, [4, 6, 8]), (-1, [2, 4, 6, 8])]
)
def test_newest_are_kept(toy, tmp_path, keep, expected):
    train(toy, tmp_path, default_hooks__checkpoint__max_keep_ckpts=keep)
    assert names(tmp_path) == [f'iter_{step}.pth' for step in expected]
    assert (tmp_path / 'last_checkpoint').read_text() == 'iter_8.pth'


def test_old_file_goes_only_after_the_new_one_is_whole(
    toy, tmp_path, monkeypatch
):
    seen = []
    replace = os.replace

    def watch(source, target):
        seen.append(names(tmp_path))
        replace(source, target)

    monkeypatch.setattr(os, 'replace', watch)
    train(toy, tmp_path)
    # Before the checkpoint and before the pointer of iterations 2 to 8.
    assert [len(files) for files in seen] == [0, 1, 1, 2, 2, 3, 2, 3]


def test_best_checkpoint_is_followed_into_a_moved_folder(toy, tmp_path):
    best = dict(
        default_hooks__checkpoint__save_best='toy/error',
        default_hooks__checkpoint__rule='less',
    )
    here, there = tmp_path / 'here', tmp_path / 'there'
    train(toy, here, train_cfg__max_iters=4, **best)
    assert 'best_toy_error_iter_4.pth' in names(here)
    shutil.move(here, there)
    # A learning rate that makes the loss smaller and smaller.
    train(toy, there, resume=True, train_cfg__max_iters=12, **best)
    kept = [name for name in names(there) if name.startswith('best')]
    assert len(kept) == 1


@pytest.mark.parametrize('scores', ['toy/error', ['toy/error', 'toy/other']])
def test_the_old_best_goes_only_after_the_new_one_is_whole(
    toy, tmp_path, monkeypatch, scores
):
    seen = []
    replace = os.replace

    def watch(source, target):
        if os.path.basename(target).startswith('best'):
            seen.append([n for n in names(tmp_path) if n.startswith('best')])
        replace(source, target)

    hook = ResumableCheckpointHook
    original = hook._save_best_checkpoint

    def better_each_time(self, runner, metrics):
        values = {'toy/error': -runner.iter, 'toy/other': runner.iter}
        original(self, runner, values)

    monkeypatch.setattr(os, 'replace', watch)
    monkeypatch.setattr(hook, '_save_best_checkpoint', better_each_time)
    train(
        toy,
        tmp_path,
        train_cfg__val_interval=4,
        default_hooks__checkpoint__save_best=scores,
        default_hooks__checkpoint__rule='less',
    )
    first, second = 'best_toy_error_iter_4.pth', 'best_toy_error_iter_8.pth'
    other = 'best_toy_other_iter_4.pth'  # never better again
    kept = [other] if isinstance(scores, list) else []
    assert seen[0] == [] and seen[-1] == [first, *kept]
    best = [name for name in names(tmp_path) if name.startswith('best')]
    assert best == [second, *kept]


def test_files_that_a_training_cannot_go_on_from_are_refused(toy, tmp_path):
    weights = tmp_path / 'weights.pth'
    torch.save(dict(state_dict={}, meta=dict(iter=2)), weights)
    with pytest.raises(CheckpointError, match=r'weights\.pth lacks .*optim'):
        train(toy, tmp_path / 'run', resume=True, load_from=str(weights))
    weights.write_bytes(b'broken')
    with pytest.raises(CheckpointError, match=r'weights\.pth is damaged'):
        train(toy, tmp_path / 'run', resume=True, load_from=str(weights))
    weights.unlink()
    with pytest.raises(FileNotFoundError, match=r'not found: .*weights\.pth'):
        train(toy, tmp_path / 'run', resume=True, load_from=str(weights))


def test_interval_between_optimizer_steps_is_reported(toy, tmp_path):
    train(
        toy,
        tmp_path,
        train_cfg__max_iters=1,
        optim_wrapper__accumulative_counts=3
    )
    log = next(tmp_path.glob('*/*.log')).read_text()
    assert 'Choose an interval that is a multiple of 3' in log


def test_resume_of_nothing_starts_anew_and_says_so(toy, tmp_path):
    train(toy, tmp_path, resume=True, train_cfg__max_iters=1)
    log = next(tmp_path.glob('*/*.log')).read_text()
    assert 'nothing to resume, the run starts from the beginning' in log
    assert 'resumed' not in log


def test_resume_refuses_to_start_over_broken_files(toy, tmp_path):
    (tmp_path / 'iter_2.pth').write_bytes(b'broken')
    with pytest.raises(CheckpointError, match=r'iter_2\.pth is damaged'):
        train(toy, tmp_path, resume=True)


def test_random_states_of_all_processes_are_stored(toy, tmp_path):
    train(toy, tmp_path, train_cfg__max_iters=2)
    meta = torch.load(tmp_path / 'iter_2.pth')['meta']
    assert len(meta['random_state']) == 1
    assert set(meta['random_state'][0]) >= {'torch', 'numpy', 'python'}


def best_of(folder):
    path, = folder.glob('best_msa*.pth')
    hub = torch.load(path, weights_only=True)['message_hub']
    return path.name, hub['runtime_info']['best_score']


@pytest.mark.parametrize('features', ['color', 'segmentor'])
def test_the_best_alignment_is_kept_over_a_resume(toy, tmp_path, features):
    metric = dict(type='MotionSemanticAlignmentMetric', features=features)
    metric.update(mask='channel', every=1)
    options = dict(
        config='channel_config.py',
        model=dict(
            _delete_=True,
            type='GWM',
            encoder=dict(type='UNetEncoder', base_channels=4, num_stages=1),
            head=dict(type='FCNHead', in_channels=4, num_groups=2),
            motion_model=dict(type='AffineMotion'),
            loss_recon=dict(type='FlowReconstructionLoss', loss_weight=1.0),
        ),
        custom_hooks=[],
        val_evaluator=dict(_delete_=True, **metric),
        train_cfg__val_interval=2,
        default_hooks__checkpoint__save_best='msa',
    )
    whole, parts = tmp_path / 'whole', tmp_path / 'parts'
    # Merging takes options apart.
    train(toy, whole, **copy.deepcopy(options))
    half = copy.deepcopy(options)
    train(toy, parts, train_cfg__max_iters=4, **half)
    train(toy, parts, resume=True, **options)
    assert best_of(parts) == best_of(whole)
    scores = [
        json.loads(line)['msa']
        for path in whole.glob('*/vis_data/scalars.json')
        for line in path.read_text().splitlines() if '"msa"' in line
    ]
    assert len(scores) == 4 and len(set(scores)) > 1
    assert best_of(whole)[1] == max(scores)
