"""GWM with DINO's ViT-B/8 on three data sets at once, for images.

The paper segments images with this model, see gwm_vit8_images.py. It is
watched on DAVIS 2016.
"""

_base_ = './gwm_vit8_davis.py'

train_dataloader = dict(
    # Release: a data set in proportion to its length, then a video.
    sampler=dict(type='MixedVideoSampler'),
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            _base_.train_dataloader.dataset,
            dict(
                _base_.train_dataloader.dataset,
                type='FBMS59',
                data_root='data/FBMS59',
                gaps=(3, 6, -3, -6),
                flow_resolution='',
            ),
            dict(
                _base_.train_dataloader.dataset,
                type='SegTrackv2',
                data_root='data/SegTrackv2',
                flow_resolution='',
            ),
        ],
    ),
)
