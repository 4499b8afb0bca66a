r"""Draw a contact sheet of a data set: frame, flow and masks side by side.

Where a sample has two frames and no flow the second frame takes its place.
The samples are those that the pipeline of the config makes, so that the sheet
shows what a model gets. Examples::

    python tools/analysis_tools/browse_dataset.py \
        configs/gwm/gwm_unet_synthetic.py sheet.png
    python tools/analysis_tools/browse_dataset.py \
        configs/gwm/gwm_unet_davis.py sheet.png --split val --num 20
    python tools/analysis_tools/browse_dataset.py \
        configs/gwm/gwm_unet_synthetic.py moving.gif --indices 30 60
"""

import argparse
import io
from pathlib import Path

import cv2
import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log
from PIL import Image
from torch import Tensor

from mmmotion.datasets import FrameDraw
from mmmotion.engine import add_config_options, check_config, load_config
from mmmotion.flow.color import flow_to_rgb
from mmmotion.registry import DATASETS
from mmmotion.visualization import overlay_segmentation, palette

_GAP = 3
_NOTHING = 255
_GIF_COLORS = 256


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('config', help='config file with the data set')
    parser.add_argument(
        'out', type=Path, help='picture to write, .png, or .gif'
    )
    parser.add_argument(
        '--split', choices=('train', 'val', 'test'), default='train'
    )
    parser.add_argument(
        '--num', type=int, default=12, help='samples to draw (12)'
    )
    parser.add_argument(
        '--indices',
        type=int,
        nargs='+',
        help='frames to draw (spread evenly over the data set)',
    )
    parser.add_argument(
        '--length',
        type=int,
        default=30,
        help='of a .gif in frames, from each drawn one on (30)',
    )
    parser.add_argument(
        '--shapes',
        action='store_true',
        help='also draw whole objects, hidden parts included',
    )
    parser.add_argument(
        '--columns', type=int, default=2, help='samples side by side (2)'
    )
    parser.add_argument(
        '--height', type=int, default=128, help='of a picture in pixels (128)'
    )
    add_config_options(parser)
    args = parser.parse_args(argv)
    for name in ('num', 'columns', 'height', 'length'):
        if getattr(args, name) < 1:
            parser.error(
                f'--{name} must be at least 1, got {getattr(args, name)}'
            )
    if args.out.suffix not in ('.png', '.gif'):
        parser.error(f'expected a .png or .gif to write, got {args.out}')
    return args


def main(argv: list[str] | None = None) -> None:
    """Build the data set of the config and write the sheet."""
    args = parse_args(argv)
    config = load_config(args.config, args.cfg_options)
    check_config(config)
    loader = config.get(f'{args.split}_dataloader')
    if loader is None:
        raise KeyError(f'{args.config} has no {args.split}_dataloader')
    dataset = DATASETS.build(loader['dataset'])
    length = args.length if args.out.suffix == '.gif' else 1
    indices = choose_frames(args.indices, args.num, len(dataset), length)
    sheets = [
        arrange([
            draw_sample(dataset, index + step, args.height, args.shapes)
            for index in indices
        ], args.columns) for step in range(length)
    ]
    if args.out.suffix == '.gif':
        write_gif(args.out, sheets)
    else:
        write_png(args.out, sheets[0])
    print_log(f'wrote {len(indices)} samples to {args.out}', logger='current')


def choose_frames(
    wanted: list[int] | None, num: int, num_frames: int, length: int
) -> list[int]:
    """Positions of the frames to draw, or to begin films with.

    Args:
        wanted: Those that the user wants; None spreads them evenly.
        num: How many to spread.
        num_frames: Length of the data set.
        length: Length of a film.

    Raises:
        IndexError: If a film would pass the end of the data set.
    """
    end = num_frames - length + 1
    if end < 1:
        raise IndexError(
            f'expected --length of at most {num_frames}, the length of the '
            f'data set, got {length}'
        )
    if wanted is None:
        num = min(num, end)
        # The middle of equal parts, so that no video's last frame is first.
        return [(2 * i + 1) * end // (2 * num) for i in range(num)]
    if not all(0 <= index < end for index in wanted):
        raise IndexError(
            f'expected --indices from 0 to {end - 1}, got {wanted}'
        )
    return wanted


def draw_sample(
    dataset: BaseDataset,
    index: int,
    height: int,
    with_shapes: bool = False,
) -> np.ndarray:
    """Draw one sample; what it does not have is left white.

    Args:
        dataset: Data set whose pipeline ends with ``PackMotionInputs``.
        index: Position of the frame in the data set.
        height: Height of the row in pixels.
        with_shapes: Whether whole objects are drawn after the masks.

    Returns:
        (height, W, 3) RGB frame, flow and masks; of a pair of frames
        without flow, the second frame in its place. Of a clip, its first
        frame.
    """
    gaps = dataset.get_data_info(index).get('available_gaps', ())[:1]
    data = dataset[FrameDraw(index, gaps=gaps)]
    inputs, sample = data['inputs'], data['data_samples']
    tiles: list[np.ndarray | None] = [None, None, None]
    frames = [
        np.rint(frame.numpy().transpose(1, 2, 0).clip(0,
                                                      255)).astype(np.uint8)
        for frame in inputs.get('frames', ())[:2]
    ]
    tiles[:len(frames)] = frames
    if 'flows' in inputs:
        flow = inputs['flows'][0].numpy().transpose(1, 2, 0)
        tiles[1] = np.rint(255 * flow_to_rgb(flow)).astype(np.uint8)
    if 'gt_masks' in sample:
        tiles[2] = draw_masks(first_frame(sample.gt_masks), tiles[0])
    if with_shapes:
        tiles.append(None)
        if 'gt_amodal_masks' in sample:
            shapes = first_frame(sample.gt_amodal_masks)
            tiles[3] = draw_shapes(shapes, tiles[0])
    shape = next(tile.shape for tile in tiles if tile is not None)
    width = round(shape[1] * height / shape[0])
    gap = np.full((height, _GAP, 3), _NOTHING, np.uint8)
    row = []
    for tile in tiles:
        row += [fit(tile, (height, width)), gap]
    return np.concatenate(row[:-1], axis=1)


def first_frame(masks: Tensor) -> np.ndarray:
    """(O, H, W) masks of a frame, or of the first of (T, O, H, W)."""
    return (masks[0] if masks.ndim == 4 else masks).numpy()


def draw_masks(masks: np.ndarray, frame: np.ndarray | None) -> np.ndarray:
    """Colour (O, H, W) masks, over the darkened frame if there is one."""
    numbers = np.arange(1, len(masks) + 1)[:, None, None]
    labels = (masks * numbers).max(axis=0, initial=0)
    if frame is None:
        return palette(len(masks) + 1)[labels]
    dark = frame.mean(axis=-1, keepdims=True) * 0.4
    dark = np.repeat(dark, 3, axis=-1).astype(np.uint8)
    return overlay_segmentation(dark, labels, alpha=0.8)


def draw_shapes(shapes: np.ndarray, frame: np.ndarray | None) -> np.ndarray:
    """Lay (O, H, W) whole objects over each other, half transparent."""
    canvas = np.zeros((*shapes.shape[1:], 3), np.uint8)
    if frame is not None:
        canvas[:] = frame.mean(axis=-1, keepdims=True) * 0.4
    for number, shape in enumerate(shapes):
        canvas = overlay_segmentation(
            canvas, shape.astype(int) * (number + 1), alpha=0.6
        )
    return canvas


def fit(tile: np.ndarray | None, size: tuple[int, int]) -> np.ndarray:
    """Resize a picture to (height, width); None becomes paper."""
    if tile is None:
        return np.full((*size, 3), _NOTHING, np.uint8)
    shrinks = size[0] < tile.shape[0]
    return cv2.resize(
        tile,
        size[::-1],
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
    )


def arrange(rows: list[np.ndarray], columns: int) -> np.ndarray:
    """Place pictures of one height in a grid, row by row."""
    width = max(row.shape[1] for row in rows)
    rows = [
        cv2.copyMakeBorder(
            row,
            0,
            _GAP,
            0,
            width - row.shape[1] + 3 * _GAP,
            cv2.BORDER_CONSTANT,
            value=(_NOTHING, ) * 3,
        ) for row in rows
    ]
    columns = min(columns, len(rows))
    while len(rows) % columns:
        rows.append(np.full_like(rows[0], _NOTHING))
    lines = [
        np.concatenate(rows[i:i + columns], axis=1)
        for i in range(0, len(rows), columns)
    ]
    return np.concatenate(lines)[:-_GAP, :-3 * _GAP]


def write_png(path: Path, image: np.ndarray) -> None:
    """Write an RGB picture, making its folder.

    Raises:
        OSError: If the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(
        '.png', image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9]
    )
    if not done:
        raise OSError(f'could not encode the picture for {path}')
    path.write_bytes(data.tobytes())


def write_gif(path: Path, images: list[np.ndarray]) -> None:
    """Write RGB pictures as a film of 12 frames a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One palette, so that what rests does not flicker.
    palette_image = Image.fromarray(
        np.concatenate(images[::8])
    ).quantize(_GIF_COLORS, Image.Quantize.FASTOCTREE)
    films = [
        Image.fromarray(image).quantize(
            palette=palette_image, dither=Image.Dither.NONE
        ) for image in images
    ]
    stream = io.BytesIO()
    films[0].save(
        stream,
        format='GIF',
        save_all=True,
        append_images=films[1:],
        duration=1000 // 12,
        loop=0,
    )
    path.write_bytes(stream.getvalue())


if __name__ == '__main__':
    main()
