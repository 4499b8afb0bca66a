"""OCLR adapted to every video of DAVIS2017-motion, several objects each.

See oclr_adapt_davis.py.
"""

_base_ = ['./oclr_davis17-motion.py', '../_base_/propagation_refinement.py']

supervision = dict(encoder='self')

model = dict(postprocess=[_base_.refinement, _base_.crf])
# Every video on its own, stored when it is done, none of the training.
test_cfg = dict(type='AdaptLoop', num_steps=0)
test_evaluator = dict(oracle=())
