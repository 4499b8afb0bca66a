"""OCLR, trained on visible parts alone: Table 1, row B."""

_base_ = '../oclr_synthetic.py'

model = dict(
    targets='modal',
    # Visible parts do not overlap, so that no order can be learned.
    loss_order=None,
    loss_modal=None,
)
