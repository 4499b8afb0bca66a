"""OCLR with narrow parts, one layer for all objects together."""

_base_ = '../oclr-small_synthetic.py'

model = dict(binding=dict(num_queries=1), decoder=dict(num_queries=1))
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            _base_.train_dataloader.dataset.pipeline[0],
            dict(type='MergeObjects'),
            *_base_.train_dataloader.dataset.pipeline[1:],
        ],
    ),
)
