"""Motion Grouping with narrow parts, trained on known masks, on a CPU.

The baseline of oclr-small_synthetic, on its scenes and its flow.
"""

_base_ = '../oclr/oclr-small_synthetic.py'

model = dict(
    _delete_=True,
    type='MG',
    flow_encoding=dict(type='FlowColorEncoding', code='raw'),
    encoder=dict(
        type='VGGEncoder',
        in_channels=2,
        channels=(8, 16, 32, 64),
        norm='instance',
    ),
    binding=dict(
        type='SlotAttention',
        in_channels=64,
        num_slots=4,
        num_iters=5,
        init='learned',
    ),
    decoder=dict(
        type='SlotDecoder',
        in_channels=64,
        channels=(16, 16, 16, 8),
        out_channels=0,  # masks alone
        norm='instance',
    ),
    loss_mask=dict(type='MaskCrossEntropyLoss'),
)
train_dataloader = dict(
    batch_size=10,
    dataset=dict(
        clip_length=None,  # single frames
        pipeline=[
            _base_.train_dataloader.dataset.pipeline[0].transforms[0],
            dict(type='RandomFlip'),
            dict(type='RandomFlip', direction='vertical'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
# It knows no whole shapes.
val_evaluator = [
    dict(type='VideoObjectMetric'),
    dict(type='VideoSegmentationMetric'),
]
test_evaluator = val_evaluator
optim_wrapper = dict(paramwise_cfg=None)
auto_scale_lr = dict(base_batch_size=10)
