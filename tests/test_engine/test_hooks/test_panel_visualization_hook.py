from pathlib import Path
from types import SimpleNamespace

import cv2
import mmcv
import numpy as np
import pytest
import torch
from mmengine.visualization import Visualizer

from mmmotion.registry import HOOKS
from mmmotion.structures import MotionDataSample


def frame_result(video='car', index=0, **meta):
    sample = MotionDataSample(
        metainfo=dict(
            video_id=video, frame_id=f'{index:05d}', frame_index=index, **meta
        )
    )
    sample.pred_regions = torch.full((2, 6, 8), 0.5)
    sample.pred_seg = torch.ones(12, 16, dtype=torch.uint8)
    return sample


def batch(num_frames):
    return dict(
        inputs=dict(
            frames=[torch.full((1, 3, 12, 16), 50.0)] * num_frames,
            flows=[torch.ones(1, 2, 6, 8)] * num_frames,
        )
    )


def run_hook(hook, tmp_path, samples, phase='test', data=None):
    runner = SimpleNamespace(
        log_dir=str(tmp_path / 'log'),
        iter=7,
        visualizer=Visualizer(save_dir=str(tmp_path)),
    )
    getattr(hook, f'before_{phase}_epoch')(runner)
    after = getattr(hook, f'after_{phase}_iter')
    after(runner, 0, data or batch(len(samples)), samples)
    return runner


def build(**kwargs):
    return HOOKS.build(dict(type='PanelVisualizationHook', **kwargs))


def written(folder: Path):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob('*.png')
    )


def test_draws_nothing_by_default(tmp_path):
    run_hook(build(), tmp_path, [frame_result()])
    assert written(tmp_path) == []


def test_draws_nothing_in_training(tmp_path):
    hook = build(draw=True, out_dir=str(tmp_path / 'out'))
    run_hook(hook, tmp_path, dict(loss=torch.zeros(1)), 'train', batch(1))
    assert written(tmp_path / 'out') == []


@pytest.mark.parametrize('phase', ['val', 'test'])
def test_writes_one_panel_per_frame(tmp_path, phase):
    samples = [frame_result('car', 0), frame_result('dog', 3)]
    hook = build(draw=True, out_dir=str(tmp_path / 'out'))
    run_hook(hook, tmp_path, samples, phase)
    assert written(tmp_path / 'out') == ['car/00000.png', 'dog/00003.png']
    panel = cv2.imread(str(tmp_path / 'out' / 'car' / '00000.png'))
    assert panel.shape == (258, 4 * 320 + 3 * 4, 3)


def test_default_folder_is_in_the_log_folder_of_the_run(tmp_path):
    run_hook(build(draw=True), tmp_path, [frame_result()])
    assert written(tmp_path / 'log' / 'panels') == ['car/00000.png']


def test_interval_counts_the_frames_of_a_video(tmp_path):
    samples = [frame_result('car', index) for index in range(5)]
    hook = build(draw=True, interval=2, out_dir=str(tmp_path / 'out'))
    run_hook(hook, tmp_path, samples)
    assert written(tmp_path / 'out'
                   ) == ['car/00000.png', 'car/00002.png', 'car/00004.png']


def test_max_videos_counts_anew_in_each_validation(tmp_path):
    hook = build(draw=True, max_videos=1, out_dir=str(tmp_path / 'out'))
    first = [frame_result('car', 0), frame_result('dog', 0)]
    run_hook(hook, tmp_path, first, 'val')
    assert written(tmp_path / 'out') == ['car/00000.png']
    run_hook(hook, tmp_path, [frame_result('elk')], 'val')
    assert written(tmp_path / 'out') == ['car/00000.png', 'elk/00000.png']


def test_frame_on_disk_is_preferred_in_the_right_channel_order(tmp_path):
    picture = np.zeros((12, 16, 3), np.uint8)
    picture[..., 0] = 200  # red, as RGB
    path = tmp_path / 'frame.png'
    mmcv.imwrite(picture[..., ::-1], str(path))
    sample = frame_result(img_path=str(path))
    run_hook(
        build(draw=True, out_dir=str(tmp_path / 'out')), tmp_path, [sample]
    )
    panel = cv2.imread(str(tmp_path / 'out' / 'car' / '00000.png'))
    np.testing.assert_array_equal(panel[100, 100], [0, 0, 200])


def test_frame_comes_from_the_inputs_without_a_file(tmp_path):
    hook = build(draw=True, out_dir=str(tmp_path / 'out'), tile_height=12)
    run_hook(hook, tmp_path, [frame_result()])
    panel = cv2.imread(str(tmp_path / 'out' / 'car' / '00000.png'))
    assert (panel[18:, :16] == 50).all()


def test_frame_from_nowhere_is_an_error(tmp_path):
    hook = build(draw=True, out_dir=str(tmp_path / 'out'))
    with pytest.raises(ValueError, match='car/00000 cannot be drawn'):
        run_hook(hook, tmp_path, [frame_result()], data=dict(inputs={}))


def test_tensorboard_gets_the_panels(tmp_path):
    accumulator = pytest.importorskip(
        'tensorboard.backend.event_processing.event_accumulator'
    )
    visualizer = Visualizer(
        vis_backends=[dict(type='TensorboardVisBackend')],
        save_dir=str(tmp_path),
    )
    runner = SimpleNamespace(
        log_dir=str(tmp_path), iter=7, visualizer=visualizer
    )
    build(draw=True).after_val_iter(runner, 0, batch(1), [frame_result()])
    visualizer.close()
    events = accumulator.EventAccumulator(str(tmp_path / 'vis_data'))
    images = events.Reload().Images('val/car/00000')
    assert [image.step for image in images] == [7]


@pytest.mark.parametrize('name', ['interval', 'max_videos'])
def test_rejects_counts_below_one(name):
    with pytest.raises(ValueError, match=f'{name} must be at least 1'):
        build(**{name: 0})
