"""Motion Grouping learns alike on any number of processes."""

import pytest

MG = dict(
    _delete_=True,
    type='MG',
    encoder=dict(type='VGGEncoder', channels=(16, 16)),
    binding=dict(type='SlotAttention', in_channels=16, num_iters=2),
    decoder=dict(type='SlotDecoder', in_channels=16, channels=(16, 16)),
    loss_recon=dict(type='ReconstructionLoss'),
    loss_entropy=dict(type='EntropyLoss'),
    loss_consistency=dict(type='MaskConsistencyLoss'),
)
SCENES = dict(
    _delete_=True,
    type='SyntheticMotion',
    num_videos=4,
    num_frames=4,
    size=(16, 24),
    gaps=(1, 2, -1, -2),
    pipeline=[dict(type='RenderScene'),
              dict(type='PackMotionInputs')],
)
OPTIONS = dict(
    model=MG,
    train_dataloader__dataset=SCENES,
    train_dataloader__sampler=dict(gap_sampling='pairs', num_gaps=2),
    optim_wrapper__clip_grad=dict(max_norm=1.0),
    custom_hooks=[
        dict(
            type='LossWeightStepHook',
            losses=['loss_entropy', 'loss_consistency'],
            gamma=5.0,
            every=3,
        )
    ],
)


def test_two_processes_learn_like_one_with_the_same_total_batch(
    compare_processes
):
    one, two = compare_processes(**OPTIONS)
    assert two == pytest.approx(one, rel=1e-4)
    assert two[8] < 0.95 * two[1]
