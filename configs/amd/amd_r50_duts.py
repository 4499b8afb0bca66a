"""AMD with a ResNet-50 on still images, as saliency: the test set of DUTS.

Trains as amd_r50_ytvos.py; nothing is tuned to images. The paper does not say
how large they enter: the shorter side has the length that frames have.
"""

_base_ = ['./amd_r50_ytvos.py', '../_base_/datasets/images.py']

test_dataloader = dict(
    _delete_=True,
    batch_size=1,  # every image has a size of its own
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='DUTS',
        data_root='data/DUTS',
        split='test',
        test_mode=True,
        pipeline=[
            *_base_.load_image,
            dict(type='ResizeFrames', size=392, interpolation='bilinear'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_evaluator = dict(_delete_=True, **_base_.image_evaluator)
