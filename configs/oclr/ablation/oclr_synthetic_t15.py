"""OCLR, clips of 15 frames: Table 1, row D."""

_base_ = '../oclr_synthetic.py'

train_dataloader = dict(
    batch_size=4,  # as many frames as with 30
    dataset=dict(clip_length=15),
)
model = dict(clip_length=15, clip_overlap=5)
