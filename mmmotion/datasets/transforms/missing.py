"""What to do with gaps that lead out of a video."""

from collections.abc import Sequence


def check_missing(
    missing: str, known: Sequence[str] = ('error', 'opposite', 'drop')
) -> None:
    """Refuse an unknown way to treat gaps that a frame does not have.

    Args:
        missing: ``'error'``, ``'opposite'`` (take the gap of the other sign)
            or ``'drop'``, as a transform was given it.
        known: What the transform can do.

    Raises:
        ValueError: If it is none of them.
    """
    if missing not in known:
        raise ValueError(
            f'expected missing to be one of {tuple(known)}, got {missing!r}'
        )
