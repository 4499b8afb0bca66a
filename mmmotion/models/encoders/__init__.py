"""Image or flow to features."""

from .flow_color_encoding import FlowColorEncoding
from .resnet_encoder import ResNetEncoder
from .swin_encoder import SwinEncoder
from .timm_encoder import TimmEncoder
from .unet_encoder import UNetEncoder
from .vgg_encoder import VGGEncoder
from .vit_encoder import ViTEncoder

__all__ = [
    'FlowColorEncoding',
    'ResNetEncoder',
    'SwinEncoder',
    'TimmEncoder',
    'UNetEncoder',
    'VGGEncoder',
    'ViTEncoder',
]
