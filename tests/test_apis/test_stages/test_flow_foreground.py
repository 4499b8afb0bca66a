from types import SimpleNamespace

import numpy as np
import pytest

from mmmotion.apis.stages import StageProgress, flow_foreground
from mmmotion.apis.work_folder import WorkFolder


class Frames(SimpleNamespace):
    """Six small frames."""

    work_size = (24, 33)

    def __len__(self):
        return 6


@pytest.fixture
def asked(monkeypatch):
    """Frames whose flow was read; a block moves, the last one has none."""
    frames = []

    def read(work, index, gap):
        frames.append(index)
        if index == 5 or gap < 0:
            return None
        flow = np.zeros((2, *Frames.work_size), np.float32)
        flow[:, 6:16, 8:18] = 3
        return flow

    monkeypatch.setattr(flow_foreground, 'read_gap_flow', read)
    return frames


def segment(folder):
    work = WorkFolder(folder, ['flow-masks'])
    work.begin('flow-masks', {})
    progress = StageProgress(enabled=False)
    return flow_foreground.segment_flow(Frames(), 2, work, progress)


def test_what_moves_by_itself_is_foreground(asked, tmp_path):
    masks = segment(tmp_path)
    found = masks.read(4)[0] > 0.5
    truth = np.zeros_like(found)
    truth[6:16, 8:18] = True
    assert (found & truth).sum() / (found | truth).sum() > 0.7
    # Without a flow of its own, a frame is judged by the one before.
    np.testing.assert_array_equal(masks.read(5), masks.read(4))


def test_an_interrupted_run_goes_on(asked, tmp_path, monkeypatch):
    read = flow_foreground.read_gap_flow

    def stop(work, index, gap):
        if index == 3:
            raise KeyboardInterrupt
        return read(work, index, gap)

    with monkeypatch.context() as patch:
        patch.setattr(flow_foreground, 'read_gap_flow', stop)
        with pytest.raises(KeyboardInterrupt):
            segment(tmp_path)
    asked.clear()
    segment(tmp_path)
    assert sorted(set(asked)) == [2, 3, 4, 5]
    asked.clear()
    segment(tmp_path)
    assert not asked
