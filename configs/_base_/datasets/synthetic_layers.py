"""The synthetic world of OCLR: layers that tilt, bend, rest and occlude.

The paper gives no number but those of clips, frames and objects; all others
are ours. Its outlines come from masks of YouTube-VOS, its textures from PASS,
some backgrounds from videos: name such folders in ``world`` as
``silhouettes``, ``textures`` and ``background_videos``.
"""

_base_ = './synthetic.py'

size = (256, 448)
world = dict(
    motion='homography',
    object_size=(0.1, 0.3),
    relative_speed=(0.0, 12.0),
    camera_speed=4.0,
    camera_sway=6.0,
    camera_zoom=0.1,
    spin=2.0,
    growth=0.3,
    perspective=0.1,
    rest=0.3,
    deformation=0.7,
    overlap=0.7,
    occluders=0.3,
    background_jitter=0.2,
)

train_dataloader = dict(
    dataset=dict(num_videos=4000, size=size, gaps=(1, -1), world=world)
)
val_dataloader = dict(
    dataset=dict(num_videos=300, num_frames=30, size=size, world=world)
)
test_dataloader = val_dataloader
