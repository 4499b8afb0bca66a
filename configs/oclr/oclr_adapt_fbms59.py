"""OCLR adapted to every video of FBMS-59.

See oclr_adapt_davis.py.
"""

_base_ = ['./oclr_fbms59.py', '../_base_/propagation_refinement.py']

supervision = dict(encoder='self')

model = dict(
    postprocess=[
        dict(type='ForegroundObjects', keep='union'),
        _base_.refinement,
        _base_.crf,
    ],
)
test_evaluator = dict(oracle=())
# Every video on its own, stored when it is done, none of the training.
test_cfg = dict(type='AdaptLoop', num_steps=0)
