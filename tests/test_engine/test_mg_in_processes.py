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
    assert losses == pytest.approx(expected, rel=1e-4)
    assert losses[8] < 0.95 * losses[1]
