"""Colours that stand for labels."""


def label_colors(num_labels: int) -> list[tuple[int, int, int]]:
    """List the colours in which PASCAL VOC stores its labels, and DAVIS too.

    The bits of a label, three by three, are spread over the highest bits of
    red, green and blue.

    Args:
        num_labels: Length of the list, at most 256.

    Returns:
        (red, green, blue) in [0, 255] by label; the first one is black.
    """
    colors = []
    for label in range(num_labels):
        channels = [
            sum(((label >> (3 * bit + channel)) & 1) << (7 - bit)
                for bit in range(8)) for channel in range(3)
        ]
        colors.append((channels[0], channels[1], channels[2]))
    return colors
