"""CUB, DUTS, ECSSD and DUT-OMRON at their own sizes, for a test.

A config takes the loader and the evaluator over by
test_dataloader = dict(_delete_=True, **_base_.image_dataloader)
test_evaluator = dict(_delete_=True, **_base_.image_evaluator).
"""

load_image = [
    dict(type='LoadFrames'),
    # Grey rims of the annotations belong to the nearer side.
    dict(
        type='LoadMasks',
        binarize='threshold',
        threshold=127,
        same_size=True,
    ),
]
whole_image = [*load_image, dict(type='PackMotionInputs')]
central_square = [
    *load_image,
    dict(type='CropToSquare'),
    dict(type='PackMotionInputs'),
]

image_dataloader = dict(
    batch_size=1,  # every image has a size of its own
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='ConcatDataset',
        datasets=[
            dict(
                type='CUB200',
                data_root='data/CUB_200_2011',
                split='test',
                num_images=1000,
                test_mode=True,
                pipeline=central_square,
            ),
            dict(
                type='DUTS',
                data_root='data/DUTS',
                split='test',
                test_mode=True,
                pipeline=whole_image,
            ),
            dict(
                type='ECSSD',
                data_root='data/ECSSD',
                test_mode=True,
                pipeline=whole_image,
            ),
            dict(
                type='DUTOMRON',
                data_root='data/DUT-OMRON',
                test_mode=True,
                pipeline=whole_image,
            ),
        ],
    ),
)
image_evaluator = dict(type='ImageSegmentationMetric')
