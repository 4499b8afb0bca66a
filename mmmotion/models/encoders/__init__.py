"""Image or flow to features."""

from .unet_encoder import UNetEncoder

__all__ = ['UNetEncoder']
