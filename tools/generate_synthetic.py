r"""Write the scenes of a synthetic world to disk, as OCLR's clips.

The config's ``SyntheticMotion`` says which scenes; the same config renders
the same ones while it trains. ``SyntheticClips`` reads the result. A run that
was killed goes on where it was when it is started again. Examples::

    python tools/generate_synthetic.py \
        configs/oclr/oclr_synthetic.py data/Syn-train
    python tools/generate_synthetic.py \
        configs/oclr/oclr_synthetic.py data/Syn-train \
        --shard 0/8 --workers 4 --cfg-options \
        train_dataloader.dataset.world.textures=data/PASS
"""

import argparse

from mmengine.logging import print_log

from mmmotion.datasets.dataset_configs import build_synthetic_motion
from mmmotion.datasets.preparation import ClipPlan, write_clips
from mmmotion.datasets.synthesis import SceneKey
from mmmotion.engine import (
    add_config_options,
    end_in_a_line,
    load_config,
)
from mmmotion.flow.extraction import FLOW_FORMATS
from mmmotion.flow.work_share import count_cores, parse_shard, rank_shard

_FORMATS = ('flo', 'npy16')


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('config', help='config file with a SyntheticMotion')
    parser.add_argument('out', help='folder of the new data set')
    parser.add_argument(
        '--split',
        choices=('train', 'val', 'test'),
        default='train',
        help='data set of the config (train)',
    )
    parser.add_argument(
        '--num', type=int, help='number of clips (num_videos of the data set)'
    )
    parser.add_argument(
        '--workers',
        type=int,
        help='worker processes, 0 for none (the number of cores, shared '
        'among the local ranks)',
    )
    parser.add_argument(
        '--shard',
        type=parse_shard,
        help='i/n: do the i-th of n parts, from 0 (RANK/WORLD_SIZE)',
    )
    parser.add_argument(
        '--flow-format',
        choices=_FORMATS,
        default='flo',
        help='flo as the release, or npy16, half as large (flo)',
    )
    add_config_options(parser)
    args = parser.parse_args(argv)
    if args.num is not None and args.num < 1:
        parser.error(f'--num must be at least 1, got {args.num}')
    return args


def _generate(args: argparse.Namespace) -> None:
    config = load_config(args.config, args.cfg_options)
    dataset = build_synthetic_motion(config, args.split)
    plans = [
        ClipPlan(
            SceneKey(dataset.seed, dataset.split, index),
            dataset.world,
            args.out,
            FLOW_FORMATS[args.flow_format],
        ) for index in range(args.num or dataset.num_videos)
    ]
    summary = write_clips(
        plans,
        count_cores() if args.workers is None else args.workers,
        args.shard or rank_shard(),
        show_progress=True,
    )
    print_log(str(summary), 'current')


def main(argv: list[str] | None = None) -> None:
    """Write what the command line asks for."""
    with end_in_a_line('generate_synthetic'):
        _generate(parse_args(argv))


if __name__ == '__main__':
    main()
