"""How a video is cut into clips of one length."""


def split_into_clips(num_frames: int,
                     length: int,
                     overlap: int = 0) -> list[list[int]]:
    """List the frames of the clips that cover a video.

    Clips follow each other as long as they fit, and one more ends with the
    last frame. The last frame of a video that is too short is repeated.

    Source: released code of Xie, Xie, Zisserman, "Segmenting Moving Objects
    via an Object-Centric Layered Representation", NeurIPS 2022, where clips
    do not overlap.

    Args:
        num_frames: Frames of the video.
        length: Frames of a clip.
        overlap: Frames that a clip has in common with the next one, at
            least.

    Returns:
        The positions of the frames of each clip.

    Raises:
        ValueError: If the video is empty, or not 0 <= overlap < length.
    """
    if num_frames < 1 or not 0 <= overlap < length:
        raise ValueError(
            'expected num_frames >= 1 and 0 <= overlap < length, got '
            f'num_frames={num_frames}, overlap={overlap} and length={length}'
        )
    last = num_frames - length
    if last < 0:
        return [[min(frame, num_frames - 1) for frame in range(length)]]
    starts = list(range(0, last + 1, length - overlap))
    if starts[-1] < last:
        starts.append(last)
    return [list(range(start, start + length)) for start in starts]
