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
    num_corners=(5, 12),
    relative_speed=(0.0, 12.0),
    camera_speed=4.0,
    # As fast on average as rates drawn evenly.
    camera_sway=4.0,  # up to 0.5 degrees a frame
    camera_zoom=0.04,  # up to 0.5 % a frame
    spin=2.0,
    growth=0.06,  # up to 1 % a frame
    perspective=0.045,  # at most 1e-4 a pixel
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
