import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from mmmotion.flow import (
    ExtractionSettings,
    PWCLite,
    PWCLiteFlowEstimator,
    extract_flow,
    find_flow_files,
    list_videos,
    read_flow,
    read_frame,
    read_meta,
)

CONSTANT = dict(type='ConstantFlowEstimator', u=1.5, v=-2)


def tree_of(root):
    """Content of every file below a folder, by relative path."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob('*')) if path.is_file()
    }


def test_flows_exist_where_both_frames_do(tmp_path, frames):
    summary = extract_flow(list_videos(frames), tmp_path)
    names = [f'{number:05d}' for number in range(5)]
    for gap, expected in {
            1: names[:4],
            -1: names[1:],
            2: names[:3],
            -2: names[2:],
    }.items():
        assert list(find_flow_files(tmp_path, gap, 'a')) == expected
    assert summary.num_written == 2 * (4 + 3) + 2 * (3 + 2)
    assert summary.num_existing == summary.num_skipped == 0


def test_flow_points_from_the_frame_to_its_neighbour(tmp_path, frames):
    extract_flow(list_videos(frames), tmp_path)
    for gap in (1, -1, 2, -2):
        path = find_flow_files(tmp_path, gap, 'a')['00002']
        motion = np.median(read_flow(path).reshape(-1, 2), axis=0)
        np.testing.assert_allclose(motion, (2 * gap, 0), atol=0.2)


@pytest.mark.parametrize(
    'file_format, suffix', [('npy16', 'npy'), ('flo', 'flo'), ('png16', 'png')]
)
def test_formats_and_names(tmp_path, frames, file_format, suffix):
    settings = ExtractionSettings(
        CONSTANT, gaps=(3, ), file_format=file_format, name='mine'
    )
    extract_flow(list_videos(frames), tmp_path, settings)
    path = tmp_path / f'Flows/mine/gap+3/b/00000.{suffix}'
    assert (read_flow(path) == (1.5, -2)).all()
    assert read_meta(tmp_path, 'mine')['format'] == file_format


def test_size_is_that_of_the_stored_flow(tmp_path, frames):
    settings = ExtractionSettings(gaps=(1, ), size=(48, 64))
    extract_flow(list_videos(frames), tmp_path, settings)
    flow = read_flow(tmp_path / 'Flows/dis/gap+1/a/00001.npy')
    assert flow.shape == (48, 64, 2)
    motion = np.median(flow.reshape(-1, 2), axis=0)
    np.testing.assert_allclose(motion, (4, 0), atol=0.3)
    assert read_meta(tmp_path, 'dis')['size'] == [48, 64]
    assert read_meta(tmp_path, 'dis')['source_sizes'] == [[24, 32]]


def test_whole_files_are_kept_and_broken_ones_made_again(tmp_path, frames):
    videos = list_videos(frames)
    settings = ExtractionSettings(CONSTANT)
    extract_flow(videos, tmp_path, settings)
    before = tree_of(tmp_path / 'Flows')
    whole = tmp_path / 'Flows/constant/gap+1/a/00000.npy'
    broken = tmp_path / 'Flows/constant/gap+1/a/00001.npy'
    broken.write_bytes(broken.read_bytes()[:-1])
    time_of_whole = whole.stat().st_mtime_ns
    summary = extract_flow(videos, tmp_path, settings)
    assert summary.num_written == 1
    assert summary.num_existing == 23
    assert whole.stat().st_mtime_ns == time_of_whole
    assert tree_of(tmp_path / 'Flows') == before


def test_shards_and_workers_give_what_one_process_gives(tmp_path, frames):
    videos = list_videos(frames)
    extract_flow(videos, tmp_path / 'one')
    counts = [
        extract_flow(
            videos, tmp_path / 'two', num_workers=workers, shard=(index, 2)
        ).num_written for index, workers in ((0, 0), (1, 1))
    ]
    assert min(counts) > 0 and sum(counts) == 24
    assert tree_of(tmp_path / 'one') == tree_of(tmp_path / 'two')


def test_more_shards_than_frames(tmp_path, frames):
    videos = list_videos(frames)
    counts = [
        extract_flow(
            videos, tmp_path, ExtractionSettings(CONSTANT), shard=(i, 12)
        ).num_written for i in range(12)
    ]
    assert sum(counts) == 24


@pytest.mark.parametrize(
    'changed',
    [
        ExtractionSettings(dict(type='DISFlowEstimator', preset='fast')),
        ExtractionSettings('farneback', name='dis'),
        ExtractionSettings(size=(12, 16)),
        ExtractionSettings(file_format='flo'),
    ],
)
def test_flows_made_in_two_ways_are_never_mixed(tmp_path, frames, changed):
    videos = list_videos(frames)
    extract_flow(videos, tmp_path, ExtractionSettings(gaps=(1, )))
    before = tree_of(tmp_path)
    with pytest.raises(ValueError, match=r'dis/meta\.json.*another way'):
        extract_flow(videos, tmp_path, changed)
    assert tree_of(tmp_path) == before


def test_each_frame_is_decoded_once(tmp_path, frames, monkeypatch):
    from mmmotion.flow import extraction_worker
    read = []

    def counting(path):
        read.append(path)
        return np.zeros((24, 32, 3), np.uint8)

    monkeypatch.setattr(extraction_worker, 'read_frame', counting)
    videos = list_videos(frames)
    chunk_of_all = ExtractionSettings(CONSTANT, gaps=(1, -1, 2, -2))
    monkeypatch.setattr('mmmotion.flow.extraction_plan._MIN_CHUNK', 32)
    extract_flow(videos, tmp_path, chunk_of_all)
    expected = [path for video in videos for path in video.frame_paths]
    assert sorted(read) == sorted(expected)


def test_workers_run_a_network_in_batches(tmp_path, frames):
    path = tmp_path / 'weights.pth'
    torch.manual_seed(0)
    torch.save(PWCLite().state_dict(), path)
    estimator = dict(type='pwclite', checkpoint=str(path), input_size=(64, 64))
    settings = ExtractionSettings(
        estimator, gaps=(1, ), batch_size=3, file_format='flo'
    )
    videos = list_videos(frames)
    summary = extract_flow(videos, tmp_path / 'out', settings, num_workers=1)
    assert summary.num_written == 4 + 3
    network = PWCLiteFlowEstimator(str(path), input_size=(64, 64))
    images = [read_frame(p) for p in videos[0].frame_paths[:2]]
    flow = read_flow(tmp_path / 'out/Flows/pwclite/gap+1/a/00000.flo')
    np.testing.assert_allclose(flow, network.estimate(*images), atol=1e-5)
    meta = read_meta(tmp_path / 'out', 'pwclite')
    assert meta['provenance'] == network.provenance()
    assert meta['estimator']['checkpoint'] == 'weights.pth'


def test_flows_of_other_weights_are_never_mixed(tmp_path, frames):
    settings = []
    for name in ('a', 'b', 'c'):
        (tmp_path / name).mkdir()
        torch.manual_seed(0 if name == 'b' else 1)
        torch.save(PWCLite().state_dict(), tmp_path / name / 'net.pth')
        estimator = dict(
            type='pwclite',
            checkpoint=str(tmp_path / name / 'net.pth'),
            input_size=(64, 64),
        )
        settings.append(ExtractionSettings(estimator, gaps=(4, )))
    videos = list_videos(frames)
    extract_flow(videos, tmp_path, settings[0])
    with pytest.raises(ValueError, match=r'another way \(provenance: '):
        extract_flow(videos, tmp_path, settings[1])
    # The same weights in another folder.
    assert extract_flow(videos, tmp_path, settings[2]).num_existing == 1


def count_flows(root):
    return sum(1 for _ in root.rglob('gap*/*/*.npy'))


def test_a_killed_run_leaves_whole_files_and_can_go_on(
    tmp_path, make_video, repo_root
):
    make_video(tmp_path / 'frames' / 'a', 60, size=(160, 240))
    command = [
        sys.executable,
        str(repo_root / 'tools' / 'extract_flow.py'),
        str(tmp_path / 'frames'), '--out',
        str(tmp_path), '--workers', '0', '--cfg-options',
        'estimator.finest_scale=0'
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ, PYTHONPATH=str(repo_root), OMP_NUM_THREADS='1'),
    )
    total = 2 * (59 + 58)
    deadline = time.monotonic() + 300
    while count_flows(tmp_path) <= 10 and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # What a process that is killed within a write leaves.
    folder = tmp_path / 'Flows' / 'dis' / 'gap+1' / 'a'
    half = f'.00059.npy~{os.uname().nodename}~{process.pid}.tmp'
    (folder / half).write_bytes(b'half')
    present = list(tmp_path.rglob('gap*/*/*.npy'))
    assert 10 < len(present) < total
    for path in present:
        assert read_flow(path).shape == (160, 240, 2)

    settings = ExtractionSettings(
        dict(type='DISFlowEstimator', finest_scale=0)
    )
    videos = list_videos(tmp_path / 'frames')
    summary = extract_flow(videos, tmp_path, settings)
    assert summary.num_existing >= len(present)
    assert summary.num_existing + summary.num_written == total
    names = [p.name for p in (tmp_path / 'Flows').rglob('*') if p.is_file()]
    assert len(names) == total + 1  # meta.json
    assert not [name for name in names if name.startswith('.')]
