"""How videos are evaluated: one after the other, by J and F of DAVIS."""

val_evaluator = dict(
    type='VideoSegmentationMetric',
    frames='all',
    average='sequence',
    oracle=('side', 'assignment'),
)
test_evaluator = val_evaluator
val_cfg = dict(type='VideoValLoop')
test_cfg = dict(type='VideoTestLoop')
