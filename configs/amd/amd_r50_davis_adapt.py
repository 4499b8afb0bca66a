"""AMD with a ResNet-50 adapted to every video of DAVIS 2016, val.

100 steps on each video from the weights of amd_r50_ytvos.py, both pathways
trained, as in the paper. It says no more: rate, batch and transforms
are those of the training here, batch norms are trained as well, and the
channel of the object is that of the given weights.
"""

_base_ = './amd_r50_ytvos.py'

test_cfg = dict(
    type='AdaptLoop',
    num_steps=100,  # paper
    train_dataloader=dict(
        dataset=dict(
            _delete_=True,
            type='DAVIS2016',
            data_root='data/DAVIS',
            split='val',
            gaps=(1, ),
            pipeline=_base_.train_dataloader.dataset.pipeline,
        ),
    ),
)
