"""Training of the object channel towards pseudo masks."""

from torch import Tensor, nn

from mmmotion.postprocessing import find_object_channel


def supervise_object(
    model: nn.Module,
    masks: Tensor,
    inputs: dict[str, Tensor],
) -> dict[str, Tensor]:
    """Compare the object channel with the pseudo masks of a batch.

    Args:
        model: The segmentor, whose ``loss_appearance`` compares and whose
            step ``ObjectChannel`` tells the channel.
        masks: (B, T, K, h, w) soft masks of the first T frames.
        inputs: The batch; ``pseudo_masks`` (B, T', 1, H, W) in [0, 1] of at
            least as many frames, or none.

    Returns:
        ``loss_appearance``, a weighted scalar; nothing without pseudo masks,
        as in the first stage of a training.

    Raises:
        ValueError: If there are pseudo masks, but the model has no loss for
            them, or does not know the channel.
    """
    labels = inputs.get('pseudo_masks')
    if labels is None:
        return {}
    name = type(model).__name__
    loss = getattr(model, 'loss_appearance', None)
    if loss is None:
        raise ValueError(
            f'the pipeline loads pseudo masks, but {name} has no loss for '
            "them: set model.loss_appearance=dict(type='AppearanceLoss')"
        )
    channel = find_object_channel(model, 'training on pseudo masks').current
    if channel is None:
        raise ValueError(
            f'{name} does not know which channel the pseudo masks are for: '
            'train with PseudoLabelHook, or fix it with '
            'ObjectChannel(channel=...)'
        )
    num_frames = masks.shape[1]
    return dict(
        loss_appearance=loss(
            masks[:, :, channel].flatten(0, 1),
            labels[:, :num_frames, 0].flatten(0, 1),
        )
    )
