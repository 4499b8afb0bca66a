"""ARFlow's networks (``pwclite.npz``, ``pwclite_mv.npz``)."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.flow import PWCLite, correlate

from ..state_dict import convert_state_dict
from .comparison import Comparison

# Each deliberate mistake changes the flow by 5e-3 of its maximum or more.
_RTOL_OF_MAX = 1e-4


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the network on the frames.

    Args:
        state: Weights of the original network.
        arrays: ``frames`` (T, H, W, 3) uint8 RGB, two or three of them, with
            ``flows_fw_<i>`` and ``flows_bw_<i>`` (1, 2, h, w), finest first,
            ``pyramid_level<i>`` (1, C, h, w) of the first frame, coarsest
            first, and ``cost_volume_level0`` (1, 81, h, w) of the first two
            frames before its activation, each if present. A name that ends
            in ``_every<n>`` holds every n-th row and column.

    Yields:
        One comparison per result in the file.
    """
    if 'frames' not in arrays:
        return
    frames = torch.from_numpy(np.asarray(arrays['frames']))
    images = frames.permute(0, 3, 1, 2).float() / 255
    network = PWCLite(num_frames=len(images))
    network.load_state_dict(convert_state_dict('arflow', state), strict=True)
    with torch.no_grad():
        computed = _run(network.eval(), images)
    for name in arrays:
        whole, _, step = name.partition('_every')
        if whole in computed:
            value = computed[whole].numpy()
            if step:
                value = value[..., ::int(step), ::int(step)]
            yield Comparison(name, value, arrays[name], 0.0, _RTOL_OF_MAX)


def _run(network: PWCLite, images: Tensor) -> dict[str, Tensor]:
    flows = network(images[None])
    levels = network.pyramid(images)
    computed = {
        f'pyramid_level{i}': level[:1]
        for i, level in enumerate(levels)
    }
    coarsest = levels[0]
    computed['cost_volume_level0'] = correlate(coarsest[:1], coarsest[1:2])
    for name, direction in (('fw', flows.forward), ('bw', flows.backward)):
        for i, flow in enumerate(direction):
            computed[f'flows_{name}_{i}'] = flow
    return computed
