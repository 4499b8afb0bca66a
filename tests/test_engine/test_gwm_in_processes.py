"""Guess What Moves learns alike on any number of processes."""

import pytest

GWM = dict(
    _delete_=True,
    type='GWM',
    encoder=dict(
        type='UNetEncoder',
        base_channels=4,
        num_stages=2,
        # Batch statistics would be those of each process.
        norm_cfg=dict(type='GN', num_groups=2),
    ),
    head=dict(type='FCNHead', in_channels=4, num_groups=3),
    motion_model=dict(type='AffineMotion'),
    loss_recon=dict(type='FlowReconstructionLoss', loss_weight=1.0),
)
SCENES = dict(
    _delete_=True,
    type='SyntheticMotion',
    num_videos=4,
    num_frames=3,
    size=(32, 48),
    gaps=(1, -1),
    pipeline=[
        dict(type='RenderScene'),
        dict(type='RandomFlip'),
        dict(type='PackMotionInputs'),
    ],
)
OPTIONS = dict(
    model=GWM,
    train_dataloader__dataset=SCENES,
    optim_wrapper__clip_grad=dict(max_norm=5.0),
    val_dataloader=None,
    val_evaluator=None,
    val_cfg=None,
)


def test_two_processes_learn_like_one_with_the_same_total_batch(toy, tmp_path):
    one, two = tmp_path / 'one', tmp_path / 'two'
    run = toy.train_in_processes
    assert run(one, train_dataloader__batch_size=4, **OPTIONS) == [0]
    assert run(two, 2, train_dataloader__batch_size=2, **OPTIONS) == [0, 0]
    expected = toy.read_losses(one)[0]
    losses = toy.read_losses(two)[0]
    assert sorted(losses) == list(range(1, 9))
    assert losses == pytest.approx(expected, rel=1e-5)
    assert losses[8] < 0.9 * losses[1]
