"""The benchmark of a generated video."""

import re
from itertools import pairwise

import numpy as np
import pytest


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_video.py')


def test_a_generated_video_moves(tool):
    frames = list(tool.generate_frames(5, (48, 64)))
    assert all(frame.shape == (48, 64, 3) for frame in frames)
    assert all(np.abs(a - b).any() for a, b in pairwise(frames))


def test_every_stage_and_the_memory_are_told(tool, capsys):
    tool.main(
        '--num-frames 5 --size 48 64 --method robust-background '
        '--device cpu --no-report'.split()
    )
    told = capsys.readouterr().out
    for stage in ('frames', 'flow', 'predict', 'objects', 'write', 'overlay'):
        assert re.search(rf'^{stage} +[\d.]+ s$', told, re.MULTILINE), stage
    assert re.search(r'frames +5 of \(H, W\) = \(48, 64\)', told)
    assert len(re.findall(r'(\d+) MiB', told)) == 4
