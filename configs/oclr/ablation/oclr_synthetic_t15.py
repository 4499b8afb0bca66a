"""OCLR, clips of 15 frames: Table 1, row D.

As many clips in a batch, so that an iteration sees half as many frames.
"""

_base_ = '../oclr_synthetic.py'

train_dataloader = dict(dataset=dict(clip_length=15))
model = dict(clip_length=15, clip_overlap=5)
