"""The network and the losses of Motion Grouping.

Where the paper and its released code disagree, the line says which won.
"""

model = dict(
    type='MG',
    flow_encoding=dict(type='FlowColorEncoding', code='wheel'),
    encoder=dict(
        type='VGGEncoder',
        channels=(64, 128, 256),
        norm='instance',
    ),
    binding=dict(
        type='SlotAttention',
        in_channels=256,
        num_slots=2,
        num_iters=5,
        init='learned',
    ),
    decoder=dict(
        type='SlotDecoder',
        in_channels=256,
        channels=(64, 64, 64),
        norm='instance',
    ),
    # Release: mean over channels; paper: their sum.
    loss_recon=dict(type='ReconstructionLoss', loss_weight=100.0),
    loss_entropy=dict(type='EntropyLoss', loss_weight=0.01),
    loss_consistency=dict(type='MaskConsistencyLoss', loss_weight=0.01),
    # The release takes the better slot with the annotation; see the oracle.
    postprocess=[dict(type='BorderShareForeground', vote=True)],
)
