import numpy as np
import pytest
from PIL import Image

from mmmotion.flow import (
    ExtractionSettings,
    FlowEstimator,
    Video,
    extract_flow,
    list_videos,
    read_flow,
)
from mmmotion.registry import FLOW_ESTIMATORS

CONSTANT = dict(type='ConstantFlowEstimator', u=1.5, v=-2)


def test_short_videos_are_named_and_counted(
    tmp_path, frames, make_video, monkeypatch
):
    messages = []
    monkeypatch.setattr(
        'mmmotion.flow.extraction.print_log',
        lambda message, *args: messages.append(message),
    )
    make_video(tmp_path / 'frames' / 'single', 1)
    make_video(tmp_path / 'frames' / 'two', 2)
    summary = extract_flow(
        list_videos(frames), tmp_path, ExtractionSettings(CONSTANT)
    )
    assert summary.short_videos == ['single', 'two']
    assert summary.num_written == 24 + 2
    assert '2 videos too short' in str(summary)
    assert 'single (frames: 1, no flow of gaps +1, -1, +2, -2)' in messages[0]
    assert 'two (frames: 2, no flow of gaps +2, -2)' in messages[0]


def truncate(path):
    path.write_bytes(path.read_bytes()[:-200])


def test_a_truncated_frame_stops_the_run_by_name(tmp_path, frames):
    truncate(frames / 'a' / '00002.png')
    with pytest.raises(ValueError, match=r'a/00002\.png'):
        extract_flow(
            list_videos(frames), tmp_path, ExtractionSettings(CONSTANT)
        )


def test_a_missing_frame_stops_the_run_by_name(tmp_path, frames):
    videos = list_videos(frames)
    (frames / 'a' / '00000.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'a/00000\.png'):
        extract_flow(videos, tmp_path, ExtractionSettings(CONSTANT))


@pytest.mark.parametrize('broken', ['00000', '00002'])
def test_broken_frames_are_skipped_and_counted(tmp_path, frames, broken):
    path = frames / 'a' / f'{broken}.png'
    path.write_bytes(b'')
    settings = ExtractionSettings(CONSTANT, on_error='skip')
    summary = extract_flow(list_videos(frames), tmp_path, settings)
    num_lost = {'00000': 4, '00002': 8}[broken]
    assert summary.num_skipped == num_lost
    assert summary.num_written == 24 - num_lost
    assert len(summary.errors) == 1
    assert str(path) in summary.errors[0]


def test_a_video_without_a_readable_frame_is_skipped(tmp_path, frames):
    for path in (frames / 'a').iterdir():
        path.write_bytes(b'')
    settings = ExtractionSettings(CONSTANT, on_error='skip')
    summary = extract_flow(list_videos(frames), tmp_path, settings)
    assert (summary.num_written, summary.num_skipped) == (10, 14)


def test_frames_of_two_sizes_are_both_named(tmp_path, frames):
    Image.new('RGB', (31, 24)).save(frames / 'a' / '00003.png')
    with pytest.raises(
            ValueError,
            match=r'\(24, 31\) in .*/00003\.png, \(24, 32\) in .*/00000\.png',
    ):
        extract_flow(list_videos(frames), tmp_path)


def test_frames_too_small_for_the_estimator_are_named(tmp_path, make_video):
    make_video(tmp_path / 'tiny', 2, size=(8, 8))
    with pytest.raises(ValueError, match=r'00000\.png.*12 x 12'):
        extract_flow(list_videos(tmp_path / 'tiny'), tmp_path / 'out')


def test_an_estimator_that_returns_nan_is_not_stored(tmp_path, frames):

    class BrokenEstimator(FlowEstimator):
        name = 'broken'

        def estimate(self, img1, img2):
            return np.full((*img1.shape[:2], 2), np.nan, np.float32)

    FLOW_ESTIMATORS.register_module(module=BrokenEstimator)
    try:
        with pytest.raises(ValueError, match='not finite'):
            extract_flow(
                list_videos(frames), tmp_path, ExtractionSettings('broken')
            )
    finally:
        del FLOW_ESTIMATORS.module_dict['BrokenEstimator']
    assert not list(tmp_path.rglob('*.npy'))


def test_workers_import_plugins_and_hand_errors_on(
    tmp_path, frames, monkeypatch
):
    (tmp_path / 'flow_plugin_for_test.py').write_text(
        'import numpy as np\n'
        'from mmmotion.flow import FlowEstimator\n'
        'from mmmotion.registry import FLOW_ESTIMATORS\n'
        '@FLOW_ESTIMATORS.register_module()\n'
        'class PluginEstimator(FlowEstimator):\n'
        "    name = 'plugin'\n"
        '    def estimate(self, img1, img2):\n'
        '        return np.ones((*img1.shape[:2], 2), np.float32)\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    settings = ExtractionSettings(
        'plugin', gaps=(1, ), plugins=('flow_plugin_for_test', )
    )
    truncate(frames / 'b' / '00002.png')
    try:
        with pytest.raises(ValueError, match=r'b/00002\.png'):
            extract_flow(
                list_videos(frames), tmp_path, settings, num_workers=1
            )
    finally:
        FLOW_ESTIMATORS.module_dict.pop('PluginEstimator', None)
    flow = read_flow(tmp_path / 'Flows/plugin/gap+1/a/00000.npy')
    assert (flow == 1).all()


@pytest.mark.parametrize(
    'estimator, message', [
        (CONSTANT, "ConstantFlowEstimator runs on device 'cpu' only"),
        ('pwclite', 'needs checkpoint'),
    ]
)
def test_an_estimator_that_cannot_run_stops_before_it_starts(
    tmp_path, frames, estimator, message
):
    settings = ExtractionSettings(estimator, device='cuda:0')
    with pytest.raises(ValueError, match=message):
        extract_flow(list_videos(frames), tmp_path, settings, num_workers=1)
    assert not (tmp_path / 'Flows').exists()


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(gaps=(1, 0)), 'gaps'),
        (dict(gaps=(1, 1)), 'gaps'),
        (dict(file_format='jpg'), "got 'jpg'"),
        (dict(size=(0, 4)), r'\(0, 4\)'),
        (dict(on_error='ignore'), "got 'ignore'"),
        (dict(batch_size=0), 'batch_size above 0, got 0'),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        ExtractionSettings(**settings)


@pytest.mark.parametrize('shard', [(2, 2), (-1, 2), (0, 0)])
def test_impossible_shards_are_refused(tmp_path, shard):
    with pytest.raises(ValueError, match='shard'):
        extract_flow([Video('a', ())], tmp_path, shard=shard)
