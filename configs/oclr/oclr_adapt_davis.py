"""OCLR adapted to every video of DAVIS 2016: features of DINO, then a CRF.

The rows of the paper with RGB. Any checkpoint of OCLR fits, see README.md.
"""

_base_ = ['./oclr_davis.py', '../_base_/propagation_refinement.py']

supervision = dict(encoder='self')

model = dict(
    postprocess=[
        dict(type='ForegroundObjects', keep='union'),
        _base_.refinement,
        _base_.crf,
    ],
)
test_evaluator = dict(oracle=())  # it would see the masks before
# Every video on its own, stored when it is done, none of the training.
test_cfg = dict(type='AdaptLoop', num_steps=0)
