"""Narrow parts of Motion Grouping for 64 x 112 pixels and a CPU."""

_base_ = './motion_grouping.py'

model = dict(
    # One size more than usual, so that few channels are needed at the finest.
    encoder=dict(channels=(8, 16, 32, 64)),
    binding=dict(in_channels=64),
    decoder=dict(
        in_channels=64,
        channels=(16, 16, 16, 8),
        # It would take away what is the same all over, as a slot is.
        norm=None,
        uniform_images=True,
    ),
)
