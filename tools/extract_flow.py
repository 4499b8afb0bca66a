r"""Compute optical flow for folders of frames or for a data set of a config.

Examples::

    python tools/extract_flow.py my_video_frames/ --out data/mine
    python tools/extract_flow.py configs/gwm/gwm_unet_davis.py --workers 8
    python tools/extract_flow.py data/DAVIS/JPEGImages/480p --out data/DAVIS \
        --size 240 427 --name dis-half --cfg-options estimator.preset=fast
"""

import argparse
import os
from pathlib import Path

from mmengine.config import Config, ConfigDict, DictAction
from mmengine.logging import print_log

from mmmotion.flow import (
    ExtractionSettings,
    Video,
    extract_flow,
    list_frames,
    list_videos,
)
from mmmotion.flow.extraction import FLOW_FORMATS

_SPLITS = ('train', 'val', 'test')


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'source',
        help='folder of frames, folder of such folders, or config file',
    )
    parser.add_argument(
        '--out',
        help='data root that gets the folder Flows; default: the one of the '
        "config's data set",
    )
    parser.add_argument(
        '--split',
        nargs='+',
        choices=_SPLITS,
        default=['train'],
        help='data sets of the config to use (train)',
    )
    parser.add_argument(
        '--estimator',
        default='dis',
        help='dis, farneback, or the class name of another one (dis)',
    )
    parser.add_argument(
        '--name',
        help="folder below Flows (the estimator's short name); choose one for "
        'each set of settings that you want to keep',
    )
    parser.add_argument(
        '--gaps',
        nargs='+',
        type=int,
        default=[1, -1, 2, -2],
        help='signed distances between the two frames (1 -1 2 -2)',
    )
    parser.add_argument('--format', choices=FLOW_FORMATS, default='npy16')
    parser.add_argument(
        '--size',
        nargs=2,
        type=int,
        metavar=('H', 'W'),
        help='resize frames first and store flow of that size, in pixels of '
        'that size',
    )
    parser.add_argument(
        '--workers',
        type=int,
        help='worker processes, 0 for none (the number of cores, shared '
        'among the local ranks)',
    )
    parser.add_argument(
        '--shard',
        type=_shard,
        help='i/n: do the i-th of n parts, from 0 (RANK/WORLD_SIZE)',
    )
    parser.add_argument(
        '--on-error',
        choices=('raise', 'skip'),
        default='raise',
        help='stop at a broken frame, or count it and go on (raise)',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        help='key=value: settings of the estimator as estimator.KEY, others '
        'override the config file',
    )
    return parser.parse_args(argv)


def _shard(text: str) -> tuple[int, int]:
    index, _, num_shards = text.partition('/')
    return int(index), int(num_shards)


def _split_options(args: argparse.Namespace) -> tuple[dict, dict]:
    """Config of the estimator, and options that are meant for the file."""
    own = {
        key: value
        for key, value in args.cfg_options.items()
        if key.partition('.')[0] == 'estimator'
    }
    cfg = Config(dict(estimator=dict(type=args.estimator)))
    cfg.merge_from_dict(own)
    others = {k: v for k, v in args.cfg_options.items() if k not in own}
    return cfg.estimator.to_dict(), others


def _default_workers() -> int:
    if hasattr(os, 'sched_getaffinity'):
        num_cores = len(os.sched_getaffinity(0))
    else:
        num_cores = os.cpu_count() or 1
    return max(1, num_cores // int(os.environ.get('LOCAL_WORLD_SIZE', 1)))


def _find_datasets(cfg: dict) -> list[dict]:
    """Data set configs inside wrappers such as ConcatDataset."""
    inner = cfg.get('datasets', cfg.get('dataset'))
    if inner is None:
        return [cfg]
    inner = inner if isinstance(inner, list | tuple) else [inner]
    return [found for item in inner for found in _find_datasets(item)]


def _videos_of(dataset_cfg: dict) -> dict[str, Video]:
    """All frames of the videos that a data set lists."""
    from mmmotion.registry import DATASETS
    cfg = ConfigDict(dataset_cfg, gaps=(), pipeline=[], lazy_init=False)
    cfg.pop('flow_estimator', None)  # its flows are yet to be made
    dataset = DATASETS.build(cfg)
    folders: dict[str, Path] = {}
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        if 'img_path' not in info:
            raise ValueError(
                f'{type(dataset).__name__} has no frames on disk, so it '
                'needs no flow files'
            )
        folders.setdefault(info['video_id'], Path(info['img_path']).parent)
    return {
        video_id: Video(video_id, list_frames(folder))
        for video_id, folder in folders.items()
    }


def videos_of_config(cfg: Config,
                     splits: list[str]) -> tuple[list[Video], str]:
    """List the videos of a config's data sets and find their data root.

    Raises:
        ValueError: If the config lacks a data set, or they have more than
            one data root.
    """
    videos: dict[str, Video] = {}
    roots = set()
    for split in splits:
        key = f'{split}_dataloader'
        if not cfg.get(key):
            raise ValueError(f'the config has no {key}')
        for dataset_cfg in _find_datasets(cfg[key]['dataset']):
            videos.update(_videos_of(dataset_cfg))
            roots.add(dataset_cfg.get('data_root', ''))
    if len(roots) > 1:
        raise ValueError(f'expected one data root, got {sorted(roots)}')
    return list(videos.values()), roots.pop()


def main(argv: list[str] | None = None) -> None:
    """Extract what the command line asks for."""
    args = parse_args(argv)
    estimator, overrides = _split_options(args)
    if Path(args.source).is_file():
        cfg = Config.fromfile(args.source)
        cfg.merge_from_dict(overrides)
        videos, data_root = videos_of_config(cfg, args.split)
    elif overrides:
        raise ValueError(
            f'--cfg-options {", ".join(overrides)}: there is no config file; '
            'settings of the estimator are named estimator.KEY'
        )
    else:
        cfg = Config()
        videos, data_root = list_videos(args.source), ''
    out = args.out or data_root
    if not out:
        raise ValueError('--out is missing: the folder that gets Flows')
    settings = ExtractionSettings(
        estimator=estimator,
        gaps=tuple(args.gaps),
        file_format=args.format,
        size=tuple(args.size) if args.size else None,
        name=args.name,
        on_error=args.on_error,
        plugins=tuple(cfg.get('custom_imports', {}).get('imports', ())),
    )
    environment = (
        int(os.environ.get('RANK', 0)), int(os.environ.get('WORLD_SIZE', 1))
    )
    summary = extract_flow(
        videos,
        out,
        settings,
        _default_workers() if args.workers is None else args.workers,
        args.shard or environment,
        show_progress=True,
    )
    print_log(str(summary), 'current')


if __name__ == '__main__':
    main()
