"""Slots that bind the features of a frame, and explain its flow.

The U-Net of Guess What Moves sees RGB alone; the slots have to know from a
single frame which of its parts move together.
"""

_base_ = './mg_synthetic.py'

model = dict(
    source='frames',
    encoder=dict(_delete_=True, type='UNetEncoder', base_channels=16),
    binding=dict(in_channels=16, in_index=0),
    decoder=dict(in_channels=16),
    loss_consistency=None,  # one grouping per frame
)

frames = dict(type='ResizeFrames', size=_base_.size, interpolation='area')
train_dataloader = dict(
    sampler=dict(num_gaps=1, gap_sampling='uniform'),
    dataset=dict(
        pipeline=[
            dict(type='RenderScene'),
            frames,
            dict(type='ResizeFlows', size=_base_.size),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='RenderScene'),
            frames,
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
