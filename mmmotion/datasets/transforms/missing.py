"""What to do with gaps that lead out of a video."""

from collections.abc import Sequence


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
