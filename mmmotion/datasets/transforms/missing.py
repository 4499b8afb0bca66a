"""What to do with gaps that a frame does not have."""

from collections.abc import Mapping, Sequence
from typing import Any


def check_missing(
    missing: str,
    known: Sequence[str] = ('error', 'opposite', 'drop'),
    both_ways: bool = False,
) -> None:
    """Refuse an unknown way to treat gaps that a frame does not have.

    Args:
        missing: ``'error'``, ``'opposite'`` (take the gap of the other sign)
            or ``'drop'``, as a transform was given it.
        known: What the transform can do.
        both_ways: Whether each gap stands for a way there and back, for
            which no other gap can stand in.

    Raises:
        ValueError: If it is none of them, or takes another gap both ways.
    """
    if missing not in known:
        raise ValueError(
            f'expected missing to be one of {tuple(known)}, got {missing!r}'
        )
    if both_ways and missing not in ('error', 'drop'):
        raise ValueError(
            "both_ways=True needs missing='error' or 'drop', got "
            f'{missing!r}'
        )


def get_chosen_gaps(results: Mapping[str, Any],
                    transform: str) -> tuple[int, ...]:
    """Return the gaps that the sampler chose for a sample.

    Args:
        results: What is known of the sample.
        transform: Name of the transform that needs them, for the message.

    Raises:
        KeyError: If the sampler chooses none.
        ValueError: If the frame has none to choose from.
    """
    if 'gaps' in results:
        return results['gaps']
    if not results.get('available_gaps', True):
        raise ValueError(
            f'{transform}(gaps=None) needs gaps that the sampler chose, but '
            'there was none to choose: a video needs two frames at one of '
            'the gaps of the data set, and frame '
            f'{results["frame_id"]} of video {results["video_id"]}, which '
            f'has {results["num_frames"]}, has none: '
            f'{results.get("img_path", "")}'
        )
    raise KeyError(
        f'{transform}(gaps=None) needs a sampler that chooses gaps, like '
        'FramePairSampler or VideoSampler; otherwise name the gaps'
    )
