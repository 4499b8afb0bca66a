"""OCLR with narrow parts, trained on visible parts alone."""

_base_ = '../oclr-small_synthetic.py'

model = dict(
    targets='modal',
    # Visible parts do not overlap, so that no order can be learned.
    loss_order=None,
    loss_modal=None,
)
