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
)


def test_two_processes_learn_like_one_with_the_same_total_batch(
    compare_processes
):
    one, two = compare_processes(**OPTIONS)
    assert two == pytest.approx(one, rel=1e-5)
    assert two[8] < 0.9 * two[1]
