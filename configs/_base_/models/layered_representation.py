"""The network and the losses of OCLR, in the form of its release."""

norm = dict(type='IN', affine=False)
widths = (32, 64, 128, 256, 512)

model = dict(
    type='OCLR',
    num_gaps=2,
    encoder=dict(
        type='VGGEncoder',
        in_channels=4,
        channels=widths,
        kernel_size=3,
        norm=norm,
        bias=False,
        negative_slope=0.01,
    ),
    binding=dict(
        type='LayerQueries',
        in_channels=512,
        num_queries=3,
        num_encoder_layers=3,
        num_decoder_layers=3,
        num_heads=8,
        mlp_channels=512,
        dropout=0.1,
    ),
    decoder=dict(
        type='LayerDecoder',
        in_channels=widths,
        num_queries=3,
        num_heads=8,
        norm=norm,
        negative_slope=0.01,
    ),
    order_head=dict(type='DepthOrderHead', in_channels=512),
    loss_amodal=dict(type='MaskCrossEntropyLoss', loss_weight=1.0),
    loss_boundary=dict(type='MaskBoundaryLoss', loss_weight=0.2),
    loss_order=dict(type='LayerOrderLoss', loss_weight=0.05),
    # Release alone.
    loss_modal=dict(type='LayerCompositionLoss', loss_weight=0.1),
    clip_length=30,
    # The release has none, and asks the annotation which layer is which.
    clip_overlap=10,
)
