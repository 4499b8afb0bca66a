"""OCLR with narrow parts, trained on exact flow."""

_base_ = '../oclr-small_synthetic.py'

supervision = dict(flow='synthetic')
exact = [
    dict(
        type='RenderScene',
        gaps=(1, -1),
        missing='opposite',
        cache_size=64,
        with_frames=False,
    ),
    *_base_.flow_pipeline,
]
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(
                type='TransformClip',
                transforms=[
                    dict(
                        type='CacheTransforms',
                        depends_on=['video_id', 'frame_id'],
                        transforms=exact,
                        max_megabytes=2000.0,
                    ),
                ],
            ),
            *_base_.train_dataloader.dataset.pipeline[1:],
        ],
    ),
)
