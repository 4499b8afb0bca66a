"""GWM with DINO's ViT-B/8 on still images, as the paper segments them.

Trains as gwm_vit8_all.py and is tested on images, to which nothing is tuned.
Images enter at their own size. As in the release, ViT-B/8 describes the
segments, here as the encoder sees the image, with the zeros that fill it up.
"""

_base_ = ['./gwm_vit8_all.py', '../_base_/datasets/images.py']

# model.fit='frame' places the masks as the release does, up to 15 px off.
test_dataloader = dict(_delete_=True, **_base_.image_dataloader)
test_evaluator = dict(_delete_=True, **_base_.image_evaluator)
