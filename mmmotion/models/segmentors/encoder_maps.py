"""Maps of a segmentor's encoder, for the post-processing that asks."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn


@contextmanager
def watch_encoder(
    model: nn.Module,
    indices: Collection[int],
    inputs: Mapping[str, Tensor],
) -> Iterator[dict[int, Tensor]]:
    """Keep some maps of the encoder while a segmentor runs.

    A hook takes them, so that no method has to say what its encoder sees and
    none runs it twice. If that is larger than any of the inputs, it was padded
    on the right and at the bottom, and the maps are cut accordingly, to whole
    cells.

    Args:
        model: Segmentor with an ``encoder`` that returns a tuple of maps.
        indices: Positions of the maps to keep, negative ones from the end.
        inputs: What the segmentor is given.

    Yields:
        Map (B, C, h, w) by position, there once the encoder has run; of
        several runs those of the first.

    Raises:
        ValueError: If there is no encoder or no such map.
    """
    kept: dict[int, Tensor] = {}
    if not indices:
        yield kept
        return
    name = type(model).__name__
    encoder = getattr(model, 'encoder', None)
    if not isinstance(encoder, nn.Module):
        raise ValueError(
            f'{name} has no encoder whose features post-processing could '
            "read: give the step features='color' or the config of an encoder"
        )

    def keep(
        _: nn.Module, seen: tuple[Tensor, ...], maps: tuple[Tensor, ...]
    ) -> None:
        """Receive the images that the encoder sees, and its maps."""
        for index in indices:
            if not -len(maps) <= index < len(maps):
                raise ValueError(
                    f'the encoder of {name} returns {len(maps)} maps, '
                    f'post-processing asks for in_index={index}'
                )
            part = _cut_padding(maps[index], seen[0], inputs)
            kept.setdefault(index, part.detach().float())

    handle = encoder.register_forward_hook(keep)
    try:
        yield kept
    finally:
        handle.remove()


def _cut_padding(
    maps: Tensor, seen: Tensor, inputs: Mapping[str, Tensor]
) -> Tensor:
    sizes = [tuple(value.shape[-2:]) for value in inputs.values()]
    padded = tuple(seen.shape[-2:])
    inside = [
        size for size in sizes if all(a <= b for a, b in zip(size, padded))
    ]
    if not inside or padded in sizes:
        return maps
    height, width = max(inside)
    rows = round(maps.shape[-2] * height / padded[0])
    columns = round(maps.shape[-1] * width / padded[1])
    return maps[..., :max(rows, 1), :max(columns, 1)]
