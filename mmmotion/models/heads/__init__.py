"""Features or groups to mask logits."""

from .fcn_head import FCNHead

__all__ = ['FCNHead']
