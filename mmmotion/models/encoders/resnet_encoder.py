"""Residual network with strides and dilations per stage."""

from collections.abc import Sequence

from mmcv.cnn import ResNet
from mmcv.cnn.resnet import BasicBlock
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmmotion.registry import MODELS

from .staged_encoder import (
    FrozenStages,
    StagedEncoder,
    resolve_out_indices,
)


@MODELS.register_module()
class ResNetEncoder(StagedEncoder):
    """Residual network made of mmcv's, under torchvision's names.

    With the defaults it is ResNet-50 without its classifier, 23,508,032
    parameters. ``strides=(1, 2, 1, 1)`` with larger ``dilations`` keeps the
    maps at an eighth of the image.

    Source: He et al., "Deep Residual Learning for Image Recognition", CVPR
    2016, with the stride on the 3x3 convolution.

    Args:
        depth: 18, 34, 50, 101 or 152.
        strides: Stride of the first block of each stage, at most four.
        dilations: Dilation of the 3x3 convolutions of each stage.
        contract_dilation: Whether the first block of a dilated stage has half
            its dilation.
        zero_init_residual: Whether the scale of the last norm of every block
            begins at 0, so that each block begins as its shortcut.
        out_indices: Stages to return, ascending from 0, negative ones from
            the end; all by default.
        bn_eval: Whether batch norms use their stored statistics in training
            as well.
        bn_frozen: Whether the weights of batch norms are not trained either.
        with_cp: Whether bottlenecks are computed again in the backward pass
            to save memory.
        frozen_stages: See ``StagedEncoder``. The stem is the first
            convolution with its norm.
        init_cfg: Initialisation as in mmengine; ``type='Pretrained'`` reads
            released weights. By default Kaiming's normal.

    Attributes:
        out_channels: Channels of the returned maps, in the order of stages.

    Raises:
        ValueError: If an argument is out of range.
    """

    sources = ('torchvision-resnet', )

    def __init__(
        self,
        depth: int = 50,
        strides: Sequence[int] = (1, 2, 2, 2),
        dilations: Sequence[int] = (1, 1, 1, 1),
        contract_dilation: bool = False,
        zero_init_residual: bool = False,
        out_indices: Sequence[int] | None = None,
        bn_eval: bool = False,
        bn_frozen: bool = False,
        with_cp: bool = False,
        frozen_stages: FrozenStages = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(frozen_stages, init_cfg)
        num_stages = len(strides)
        _check(depth, strides, dilations, with_cp)
        if bn_frozen and not bn_eval:
            raise ValueError('bn_frozen=True needs bn_eval=True')
        if out_indices is None:
            out_indices = range(num_stages)
        self.out_indices = resolve_out_indices(out_indices, num_stages)
        self.bn_eval = bn_eval
        trunk = ResNet(
            depth,
            num_stages,
            strides,
            dilations,
            self.out_indices,
            with_cp=with_cp,
        )
        trunk.init_weights()
        for name, layer in trunk.named_children():
            self.add_module(name, layer)
        for stage, dilation in zip(trunk.res_layers, dilations):
            for block in getattr(self, stage):
                _finish_block(block, dilation, zero_init_residual)
        if contract_dilation:
            for stage, dilation in zip(trunk.res_layers, dilations):
                _contract(getattr(self, stage)[0], dilation)
        expansion = trunk.arch_settings[depth][0].expansion
        self.out_channels = tuple(
            64 * expansion * 2**i for i in self.out_indices
        )
        if bn_frozen:
            for norm in self._norms():
                norm.requires_grad_(False)
        unread = trunk.res_layers[self.out_indices[-1] + 1:]
        stages = [[name] for name in trunk.res_layers]
        self.freeze_stages([['conv1', 'bn1'], *stages], unread)

    def _norms(self) -> list[_BatchNorm]:
        return [m for m in self.modules() if isinstance(m, _BatchNorm)]

    def train(self, mode: bool = True) -> 'ResNetEncoder':
        """Switch the mode of what is neither frozen nor a fixed norm."""
        super().train(mode)
        if self.bn_eval:
            for norm in self._norms():
                norm.eval()
        return self

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the maps.

        Args:
            x: (B, 3, H, W) normalised image.

        Returns:
            One map (B, ``out_channels[i]``, h, w) per chosen stage; h and w
            are H and W over 4 and over the strides up to the stage, rounded
            up.
        """
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        maps = []
        for i in range(self.out_indices[-1] + 1):
            x = self.get_submodule(f'layer{i + 1}')(x)
            if i in self.out_indices:
                maps.append(x)
        return tuple(maps)


def _check(
    depth: int,
    strides: Sequence[int],
    dilations: Sequence[int],
    with_cp: bool,
) -> None:
    if depth not in ResNet.arch_settings:
        known = ', '.join(map(str, ResNet.arch_settings))
        raise ValueError(f'depth must be one of {known}, got {depth}')
    if not len(strides) == len(dilations) or not 1 <= len(strides) <= 4:
        raise ValueError(
            'strides and dilations must have one value for each of up to 4 '
            f'stages, got {tuple(strides)} and {tuple(dilations)}'
        )
    if with_cp and depth < 50:
        raise ValueError(f'with_cp=True needs bottlenecks, got depth={depth}')


def _finish_block(block: nn.Module, dilation: int, zero_init: bool) -> None:
    """Give a block of mmcv what its constructor leaves out."""
    last = 'bn3'
    if isinstance(block, BasicBlock):
        # mmcv dilates only the first of the two convolutions.
        block.conv2.dilation = block.conv2.padding = (dilation, dilation)
        last = 'bn2'
    if zero_init:
        nn.init.zeros_(block.get_parameter(f'{last}.weight'))


def _contract(block: nn.Module, dilation: int) -> None:
    """Halve the dilation of the 3x3 convolutions of a block."""
    for layer in block.children():
        if isinstance(layer, nn.Conv2d) and layer.dilation[0] > 1:
            half = dilation // 2
            layer.dilation = layer.padding = (half, half)
