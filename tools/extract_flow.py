r"""Compute optical flow for folders of frames or for a data set of a config.

Examples::

    python tools/extract_flow.py my_video_frames/ --out data/mine
    python tools/extract_flow.py configs/gwm/gwm_unet_davis.py --workers 8
    python tools/extract_flow.py data/DAVIS/JPEGImages/480p --out data/DAVIS \
        --size 240 427 --name dis-half --cfg-options estimator.preset=fast
    python tools/extract_flow.py data/DAVIS/JPEGImages/480p --out data/DAVIS \
        --estimator raft --device cuda --batch-size 4
"""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from mmmotion.flow.work_share import count_cores, parse_shard, rank_shard

_SPLITS = ('train', 'val', 'test')
_GAPS = (1, -1, 2, -2)
_CONFIG_SUFFIXES = ('.py', '.yaml', '.yml', '.json')


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_flow_arguments(parser)
    _add_work_arguments(parser)
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        help='key=value: settings of the estimator as estimator.KEY, others '
        'override the config file',
    )
    return parser.parse_args(argv)


def _add_flow_arguments(parser: argparse.ArgumentParser) -> None:
    """Which flows to make."""
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
        help='dis, farneback, pwclite, raft, ptlflow, or the class name of '
        'another one (that of the config, else dis)',
    )
    parser.add_argument(
        '--name',
        help="folder below Flows (that of the config, else the estimator's "
        'short name); choose one for each set of settings that you want to '
        'keep',
    )
    parser.add_argument(
        '--gaps',
        nargs='+',
        type=int,
        help='signed distances between the two frames (those of the config, '
        'else 1 -1 2 -2)',
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


def _add_work_arguments(parser: argparse.ArgumentParser) -> None:
    """How to make them."""
    parser.add_argument(
        '--workers',
        type=int,
        help='worker processes, 0 for none (the number of cores, shared '
        'among the local ranks; 0 on a GPU)',
    )
    parser.add_argument(
        '--device',
        default='cpu',
        help='cpu, cuda (the GPU of the local rank) or cuda:N; networks only '
        '(cpu)',
    )
    parser.add_argument(
        '--batch-size',
        type=int,
        default=1,
        help='pairs that the estimator gets at once (1)',
    )
    parser.add_argument(
        '--shard',
        type=parse_shard,
        help='i/n: do the i-th of n parts, from 0 (RANK/WORLD_SIZE)',
    )
    parser.add_argument(
        '--on-error',
        choices=('raise', 'skip'),
        default='raise',
        help='stop at a broken frame, or count it and go on (raise)',
    )


def _find_device(name: str) -> str:
    """The device of this rank."""
    rank = os.environ.get('LOCAL_RANK')
    return f'cuda:{rank}' if name == 'cuda' and rank else name


def _count_workers(args: argparse.Namespace) -> int:
    if args.workers is not None:
        return args.workers
    return count_cores() if args.device == 'cpu' else 0


@dataclass
class Request:
    """What a source asks for; empty where it leaves the choice open."""

    videos: list[Video]
    data_root: str | None = None
    gaps: tuple[int, ...] = ()
    estimator: str | dict = ''
    name: str | None = None
    plugins: tuple[str, ...] = ()


def _ask_dataset(dataset_cfg: Mapping) -> Request:
    """All frames of the videos that a data set lists, and its flows."""
    from mmmotion.registry import DATASETS
    cfg = ConfigDict(dataset_cfg, pipeline=[], lazy_init=False)
    estimator = cfg.pop('flow_estimator', None) or ''
    name = cfg.pop('flow_name', None)
    for key in ('flow_layout', 'flow_resolution', 'require_flow'):
        cfg.pop(key, None)  # the flows are yet to be made
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
    videos = [
        Video(video_id, list_frames(folder))
        for video_id, folder in folders.items()
    ]
    data_root = dataset.data_prefix.get('flow', dataset.data_root)
    return Request(videos, data_root, dataset.gaps, estimator, name)


def ask_config(cfg: Config, splits: list[str]) -> Request:
    """Join what the data sets of a config need.

    Raises:
        ValueError: If the config lacks a data set, or they disagree.
    """
    from mmmotion.datasets.dataset_configs import find_dataset_configs
    requests: list[Request] = []
    for split in splits:
        key = f'{split}_dataloader'
        if not cfg.get(key):
            raise ValueError(f'the config has no {key}')
        configs = find_dataset_configs(cfg[key]['dataset'])
        requests += map(_ask_dataset, configs)
    first = requests[0]
    for key in ('data_root', 'estimator', 'name'):
        values = [getattr(request, key) for request in requests]
        if any(value != values[0] for value in values):
            raise ValueError(
                f'the data sets of the config differ in their {key}: {values}'
            )
    videos = {v.video_id: v for request in requests for v in request.videos}
    gaps = dict.fromkeys(gap for request in requests for gap in request.gaps)
    return replace(
        first,
        videos=list(videos.values()),
        gaps=tuple(gaps),
        plugins=tuple(cfg.get('custom_imports', {}).get('imports', ())),
    )


def _ask(args: argparse.Namespace) -> Request:
    """Find out what to do; the command line wins over the config."""
    if 'estimator' in args.cfg_options:
        raise ValueError(
            'expected --cfg-options estimator.KEY=value, got estimator='
            f'{args.cfg_options["estimator"]}: name it with --estimator'
        )
    own = {
        key: value
        for key, value in args.cfg_options.items()
        if key.partition('.')[0] == 'estimator'
    }
    others = {k: v for k, v in args.cfg_options.items() if k not in own}
    path = Path(args.source)
    if path.suffix in _CONFIG_SUFFIXES and not path.is_dir():
        from mmmotion.engine import load_config
        request = ask_config(load_config(path, others), args.split)
    elif path.is_file():
        raise ValueError(
            f'{path} is a file, expected a folder of frames, a folder of '
            'such folders, or a config'
        )
    elif others:
        raise ValueError(
            f'--cfg-options {", ".join(others)}: there is no config file; '
            'settings of the estimator are named estimator.KEY'
        )
    else:
        request = Request(list_videos(args.source))
    estimator = args.estimator or request.estimator or 'dis'
    if isinstance(estimator, str):
        estimator = dict(type=estimator)
    options = Config(dict(estimator=estimator))
    options.merge_from_dict(own)
    return replace(
        request,
        data_root=args.out or request.data_root,
        gaps=tuple(args.gaps or request.gaps or _GAPS),
        estimator=options.estimator.to_dict(),
        name=args.name or request.name,
    )


def _extract(args: argparse.Namespace) -> None:
    request = _ask(args)
    if not request.data_root:
        raise ValueError('--out is missing: the folder that gets Flows')
    settings = ExtractionSettings(
        estimator=request.estimator,
        gaps=request.gaps,
        file_format=args.format,
        size=tuple(args.size) if args.size else None,
        name=request.name,
        on_error=args.on_error,
        plugins=request.plugins,
        device=_find_device(args.device),
        batch_size=args.batch_size,
    )
    summary = extract_flow(
        request.videos,
        request.data_root,
        settings,
        _count_workers(args),
        args.shard or rank_shard(),
        show_progress=True,
    )
    print_log(str(summary), 'current')


def main(argv: list[str] | None = None) -> None:
    """Extract what the command line asks for."""
    # Not at the top, which every worker process imports too.
    from mmmotion.engine import end_in_a_line
    with end_in_a_line('extract_flow'):
        _extract(parse_args(argv))


if __name__ == '__main__':
    main()
