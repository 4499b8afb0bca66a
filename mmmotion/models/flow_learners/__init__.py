"""What trains networks for optical flow."""

from .unsupervised_flow import UnsupervisedFlow

__all__ = ['UnsupervisedFlow']
