"""amd-tiny_davis adapted to every video, objects chosen by optical flow.

Train amd-tiny_davis.py first, and extract the flow that this config reads with
tools/extract_flow.py, --split test and --size 240 427.
"""

_base_ = './amd-tiny_davis_flow-foreground.py'

test_cfg = dict(
    type='AdaptLoop',
    num_steps=100,  # paper
    optim_wrapper=dict(optimizer=dict(lr=3e-4)),
)
