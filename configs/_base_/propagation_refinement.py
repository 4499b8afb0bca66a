"""Masks of any method adapted to what a video looks like, as OCLR does it."""

# DINO's ViT-S/8, learned from images without labels: supervision encoder self.
refinement = dict(
    type='PropagationRefinement',
    encoder=dict(
        type='ViTEncoder',
        patch_size=8,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='checkpoints/dino_deitsmall8_pretrain.pth',
            url='https://dl.fbaipublicfiles.com/dino/'
            'dino_deitsmall8_pretrain/dino_deitsmall8_pretrain.pth',
        ),
    ),
    data_preprocessor=dict(
        mean=(123.675, 116.28, 103.53),
        std=(58.14, 57.12, 57.375),  # release: 0.228 for red
    ),
    # All as in the release.
    short_side=480,
    num_blocks=2,
    num_steps=1000,
    num_warmup=100,
    max_gap=5,
    optim_wrapper=dict(
        type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-5)
    ),
    loss=dict(
        type='LabelContrastLoss',
        temperature=0.07,
        limit=0.65,
        inner=1,
        outer=5,
    ),
    radius=12,
    top_k=5,
    temperature=0.1,
    num_last=7,
)
# The paper has a CRF and gives no parameters, the release has none.
crf = dict(type='DenseCRF')
