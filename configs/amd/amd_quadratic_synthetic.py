"""AMD whose regions move by a quadratic instead of a translation, on a CPU.

The motion pathway finds a flow for single pixels, and the motion model of GWM
is fitted to it inside every region; view synthesis trains both.
"""

_base_ = './amd_r18-small_synthetic.py'

model = dict(
    motion_model=dict(
        motion_model=dict(type='QuadraticMotion', weighting='linear'),
    ),
)
