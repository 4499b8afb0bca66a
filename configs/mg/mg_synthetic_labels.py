"""Motion Grouping, trained on the known masks of synthetic scenes.

The baseline of OCLR: the same network, with three slots for objects, on the
scenes and the flow of oclr_synthetic.
"""

_base_ = '../oclr/oclr_synthetic.py'

model = dict(
    _delete_=True,
    type='MG',
    flow_encoding=dict(type='FlowColorEncoding', code='wheel'),
    encoder=dict(type='VGGEncoder', channels=(64, 128, 256), norm='instance'),
    binding=dict(
        type='SlotAttention',
        in_channels=256,
        num_slots=4,
        num_iters=5,
        init='learned',
    ),
    decoder=dict(
        type='SlotDecoder',
        in_channels=256,
        channels=(64, 64, 64),
        out_channels=0,  # masks alone
        norm='instance',
    ),
    loss_mask=dict(type='MaskCrossEntropyLoss'),
)
train_dataloader = dict(
    batch_size=32,
    dataset=dict(
        clip_length=None,  # single frames
        pipeline=[
            *_base_.flow_pipeline,
            dict(type='PackMotionInputs'),
        ],
    ),
)
# It knows no whole shapes.
val_evaluator = [
    dict(type='VideoObjectMetric'),
    dict(type='VideoSegmentationMetric', average='frame'),
]
test_evaluator = val_evaluator
auto_scale_lr = dict(base_batch_size=32)
