"""Slots whose masks are judged by a quadratic motion, not by colours.

The decoder makes masks alone; the motion model of Guess What Moves explains
the flow inside them.
"""

_base_ = './mg_synthetic.py'

model = dict(
    # Without colours, the masks hardly move at first unless normalised.
    decoder=dict(out_channels=0, norm='instance'),
    motion_model=dict(type='QuadraticMotion'),
    loss_recon=dict(
        _delete_=True, type='FlowReconstructionLoss', loss_weight=1.0
    ),
)
