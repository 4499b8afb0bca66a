"""Which videos of MoCA are used, and what is cut off them.

Source: released preparation of Yang et al., "Self-supervised Video Object
Segmentation by Motion Grouping", ICCV 2021.
"""

MOCA_VIDEOS = (
    'arabian_horn_viper',
    'arctic_fox',
    'arctic_fox_1',
    'arctic_wolf_0',
    'arctic_wolf_1',
    'bear',
    'black_cat_0',
    'black_cat_1',
    'crab',
    'crab_1',
    'cuttlefish_0',
    'cuttlefish_1',
    'cuttlefish_4',
    'cuttlefish_5',
    'dead_leaf_butterfly_1',
    'desert_fox',
    'devil_scorpionfish',
    'devil_scorpionfish_1',
    'devil_scorpionfish_2',
    'egyptian_nightjar',
    'elephant',
    'flatfish_0',
    'flatfish_1',
    'flatfish_2',
    'flatfish_4',
    'flounder',
    'flounder_3',
    'flounder_4',
    'flounder_5',
    'flounder_6',
    'flounder_7',
    'flounder_8',
    'flounder_9',
    'fossa',
    'goat_0',
    'goat_1',
    'groundhog',
    'hedgehog_0',
    'hedgehog_1',
    'hedgehog_2',
    'hedgehog_3',
    'hermit_crab',
    'ibex',
    'jerboa',
    'jerboa_1',
    'lichen_katydid',
    'lion_cub_0',
    'lion_cub_1',
    'lion_cub_3',
    'lioness',
    'marine_iguana',
    'markhor',
    'meerkat',
    'mountain_goat',
    'nile_monitor_1',
    'octopus',
    'octopus_1',
    'peacock_flounder_0',
    'peacock_flounder_1',
    'peacock_flounder_2',
    'polar_bear_0',
    'polar_bear_1',
    'polar_bear_2',
    'pygmy_seahorse_2',
    'pygmy_seahorse_4',
    'rodent_x',
    'scorpionfish_0',
    'scorpionfish_1',
    'scorpionfish_2',
    'scorpionfish_3',
    'scorpionfish_4',
    'scorpionfish_5',
    'seal_1',
    'seal_2',
    'seal_3',
    'shrimp',
    'snow_leopard_0',
    'snow_leopard_1',
    'snow_leopard_2',
    'snow_leopard_3',
    'snow_leopard_6',
    'snow_leopard_7',
    'snow_leopard_8',
    'snowy_owl_0',
    'spider_tailed_horned_viper_0',
    'spider_tailed_horned_viper_1',
    'spider_tailed_horned_viper_2',
    'spider_tailed_horned_viper_3',
)
"""The subset in which the animals move, 88 videos."""

RAW_NAMES = {'dead_leaf_butterfly_1': 'dead_leaf_butterfly'}
"""Other name under which a video may be distributed."""

_LOGO_CORNERS = {
    'arctic_fox': (89, 37),
    'arctic_fox_1': (89, 37),
    'black_cat_0': (107, 106),
    'black_cat_1': (107, 106),
    'crab': (1011, 601),
    'crab_1': (1205, 90),
    'cuttlefish_0': (1011, 601),
    'cuttlefish_1': (1011, 601),
    'cuttlefish_4': (1011, 601),
    'desert_fox': (89, 37),
    'egyptian_nightjar': (318, 650),
    'elephant': (1189, 109),
    'flounder': (1149, 81),
    'flounder_3': (1029, 589),
    'flounder_4': (1029, 589),
    'fossa': (248, 103),
    'jerboa': (89, 37),
    'jerboa_1': (89, 37),
    'lichen_katydid': (962, 672),
    'lioness': (260, 120),
    'marine_iguana': (89, 37),
    'markhor': (89, 37),
    'meerkat': (89, 37),
    'octopus': (1149, 81),
    'octopus_1': (1149, 81),
    'polar_bear_0': (1202, 102),
    'polar_bear_1': (1202, 102),
    'pygmy_seahorse_2': (1030, 615),
    'pygmy_seahorse_4': (1149, 81),
    'rodent_x': (260, 0),
    'seal_1': (1027, 0),
    'seal_2': (0, 95),
    'seal_3': (1027, 95),
    'shrimp': (1027, 0),
    'snow_leopard_0': (89, 37),
    'snow_leopard_1': (89, 37),
    'snow_leopard_2': (89, 37),
    'snow_leopard_3': (89, 37),
    'snow_leopard_6': (1202, 102),
    'snow_leopard_7': (1202, 102),
    'snow_leopard_8': (1202, 102),
    'snowy_owl_0': (1029, 629),
    'spider_tailed_horned_viper_0': (1152, 97),
    'spider_tailed_horned_viper_2': (120, 57),
    'spider_tailed_horned_viper_3': (120, 57),
}

# (left, right, top, bottom), None for the side of the image.
_BORDERS = {
    'hedgehog_0': (10, 631, None, None),
    'peacock_flounder_0': (None, None, 92, 632),
    'peacock_flounder_1': (None, None, 92, 632),
    'peacock_flounder_2': (None, None, 92, 632),
}

Window = tuple[int, int, int, int]


def crop_window(video: str, size: tuple[int, int]) -> Window:
    """Find the part of the images that has neither a logo nor a border.

    A logo is cut off with everything on its side of its inner corner, both
    horizontally and vertically.

    Args:
        video: Name of the video.
        size: (H, W) of its images.

    Returns:
        (left, top, right, bottom), right and bottom exclusive.

    Raises:
        ValueError: If nothing would remain.
    """
    height, width = size
    left, top, right, bottom = 0, 0, width, height
    if video in _BORDERS:
        sides = _BORDERS[video]
        left, right = sides[0] or 0, min(sides[1] or width, width)
        top, bottom = sides[2] or 0, min(sides[3] or height, height)
    elif video in _LOGO_CORNERS:
        x, y = _LOGO_CORNERS[video]
        if x > width / 2:
            right = min(x, width)
        else:
            left = x
        if y > height / 2:
            bottom = min(y, height)
        else:
            top = y
    if left >= right or top >= bottom:
        raise ValueError(
            f'expected images of {video} from which a logo or border can be '
            f'cut, got (H, W) = {size}'
        )
    return left, top, right, bottom
