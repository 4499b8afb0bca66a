"""OCLR of oclr-small_synthetic adapted to every video of DAVIS, on a CPU.

Half the resolution and a tenth of the training of oclr_adapt_davis.py;
windows and margins are half as many cells.
"""

_base_ = ['./oclr-small_davis.py', '../_base_/propagation_refinement.py']

supervision = dict(encoder='self')

model = dict(
    postprocess=[
        dict(type='ForegroundObjects', keep='union'),
        dict(
            _base_.refinement,
            short_side=240,
            side_multiple=32,
            num_steps=100,
            num_warmup=10,
            radius=6,
            loss=dict(type='LabelContrastLoss', outer=3),
        ),
        dict(_base_.crf, size=240, spatial_sigma=30.0, num_iters=10),
    ],
)
test_evaluator = dict(oracle=())
test_cfg = dict(type='AdaptLoop', num_steps=0)
