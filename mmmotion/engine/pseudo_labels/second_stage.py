"""What a stage that trains on pseudo masks needs."""

from mmengine.runner import Runner

from mmmotion.postprocessing import find_object_channel

from ..model_wrapper import unwrap_model


def check_second_stage(
    runner: Runner, who: str, begin: int, has_weights: bool
) -> None:
    """Check that a model can be trained on pseudo masks.

    Args:
        runner: The runner.
        who: Name of the hook that makes them.
        begin: First iteration of the stage.
        has_weights: Whether a checkpoint was loaded.

    Raises:
        ValueError: If the model does not know its object channel or has no
            loss, or there are no weights to start from.
    """
    model = unwrap_model(runner.model)
    find_object_channel(model, who)
    if getattr(model, 'loss_appearance', None) is None:
        raise ValueError(
            f'{who} labels frames, but {type(model).__name__} has no loss for '
            "the labels: set model.loss_appearance=dict(type='"
            "AppearanceLoss')"
        )
    has_init = (runner.cfg.get('model') or {}).get('init_cfg') is not None
    if begin == 0 and not (has_weights or has_init):
        raise ValueError(
            'the second stage starts from the weights of the first, but none '
            'are loaded: give load_from=CHECKPOINT, or train the first stage '
            f'in the same run ({who}(begin=...))'
        )
