"""A video in, masks out: the whole way, by a small method."""

import errno
import html
import json
import re
import shutil
import socket

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope
from PIL import Image

from mmmotion.apis import MotionInferencer, video_run
from mmmotion.apis.method import Method
from mmmotion.apis.run_settings import RunSettings
from mmmotion.apis.sources import open_source
from mmmotion.apis.stages import FrameArrays, learn


@pytest.fixture(scope='module')
def baseline():
    return MotionInferencer(
        'robust-background', device='cpu', show_progress=False
    )


def test_the_moving_square_is_found(baseline, make_clip):
    result = baseline(make_clip(8, (96, 128)))
    assert len(result) == 8
    truth = np.zeros((96, 128), bool)
    truth[12:28, 8 + 9:8 + 9 + 16] = True
    found = result.labels[3] > 0
    assert (found & truth).sum() / (found | truth).sum() > 0.6
    (track, ) = result.objects
    assert track.areas[3] == found.sum()
    x, y, width, height = track.boxes[3]
    assert found[int(y):int(y + height),
                 int(x):int(x + width)].sum() == (found.sum())
    assert 0.5 < track.scores[3] <= 1
    assert result.soft_masks[3].shape == (1, 96, 128)
    assert result.flows[3].shape == (2, 96, 128)
    assert result.flows[7] is None


def test_a_clip_in_which_nothing_moves_gets_that_answer(
    make_clip, tmp_path, capsys
):
    inferencer = MotionInferencer('robust-background', device='cpu')
    result = inferencer(
        make_clip(6, (96, 128), step=0), tmp_path, overlay=False
    )
    assert result.verdict == 'nothing moves' and not result.objects
    assert not any(labels.any() for labels in result.labels)
    content = json.loads((tmp_path / 'video/objects.json').read_text())
    assert content['annotations'] == []
    assert 'video: nothing moves in 6 frames' in capsys.readouterr().err


@pytest.mark.parametrize(
    'size, work_size',
    [
        ((49, 65), [49, 65]),
        ((90, 50), [90, 50]),
        ((2160, 3840), [240, 427]),
        ((1281, 721), [426, 240]),
    ],
    ids=['odd', 'portrait', '4K', 'odd portrait'],
)
def test_any_size(baseline, make_clip, tmp_path, size, work_size):
    result = baseline(make_clip(2, size), tmp_path, report=False)
    assert result.size == size and result.settings['work_size'] == work_size
    for labels in result.labels:
        assert labels.shape == size
    with Image.open(tmp_path / 'video/masks/00000.png') as image:
        assert image.size == size[::-1]


def test_files_are_named_after_the_frames(baseline, folder, tmp_path):
    result = baseline(
        str(folder), tmp_path / 'out', overlay=False, report=False,
        soft_masks=True
    )  # yapf: disable
    out = tmp_path / 'out/square'
    names = [f'f{t}' for t in range(6)]
    assert [p.stem for p in sorted(out.glob('masks/*.png'))] == names
    for index, name in enumerate(names):
        with Image.open(out / f'masks/{name}.png') as image:
            assert image.mode == 'P'
            np.testing.assert_array_equal(image, result.labels[index])
    with np.load(out / 'soft_masks.npz') as archive:
        np.testing.assert_array_equal(archive['f2'], result.soft_masks[2])
    content = json.loads((out / 'result.json').read_text())
    assert content['settings']['method'] == 'robust-background_video'
    assert content['objects'][0]['areas'] == list(result.objects[0].areas)


def test_results_of_other_settings_do_not_stay(baseline, make_clip, tmp_path):
    out = tmp_path / 'video'
    baseline(make_clip(4), tmp_path, soft_masks=True)
    files = {path.name for path in out.iterdir()}
    assert {'overlay.mp4', 'report.html', 'soft_masks.npz'} < files
    left = out / f'masks/.0.png~{socket.gethostname()}~4194305.tmp'
    left.touch()  # of a process that was killed
    options = dict(overlay=False, report=False)
    baseline(make_clip(4), tmp_path, **options)
    assert {path.name for path in out.iterdir()} == files
    assert not left.exists()
    baseline(make_clip(3), tmp_path, fps=5, **options)
    assert {path.name
            for path in out.iterdir()
            } == {'.work', 'masks', 'objects.json', 'result.json'}
    assert len(list(out.glob('masks/*'))) == 3
    baseline(make_clip(3), tmp_path, fps=50, **options)
    content = json.loads((out / 'objects.json').read_text())
    assert content['videos'][0]['fps'] == 50


@pytest.mark.parametrize('name', ['masks/hand_00000.png', 'overlay.mp4'])
def test_files_that_are_no_results_are_not_replaced(
    baseline, make_clip, tmp_path, name
):
    own = tmp_path / 'video' / name
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(b'made by hand')
    clip = make_clip(3, (48, 64))
    with pytest.raises(FileExistsError, match=f'no result.*{own}'):
        baseline(clip, tmp_path, overlay=False, report=False)
    assert own.read_bytes() == b'made by hand'
    assert not (tmp_path / 'video/.work').exists()


def test_a_run_that_failed_leaves_the_folder_to_the_next(
    baseline, make_clip, tmp_path, monkeypatch
):
    clip, pictures = make_clip(3, (48, 64)), dict(overlay=False, report=False)

    def fail(*args):
        raise OSError(errno.ENOSPC, 'no space')

    with monkeypatch.context() as patch, pytest.raises(
            OSError,
            match='no space') as caught:  # its traceback keeps the run alive
        patch.setattr(video_run, 'write_davis_png', fail)
        baseline(clip, tmp_path, **pictures)
    baseline(clip, tmp_path, **pictures)
    assert (tmp_path / 'video/result.json').is_file()
    assert caught.value.errno == errno.ENOSPC


def test_results_are_known_again_without_the_work(
    baseline, make_clip, tmp_path
):
    clip = make_clip(3, (48, 64))
    pictures = dict(overlay=False, report=False)
    baseline(clip, tmp_path, **pictures)
    shutil.rmtree(tmp_path / 'video/.work')
    baseline(clip[:2], tmp_path, **pictures)
    assert len(list((tmp_path / 'video/masks').iterdir())) == 2


def test_the_report_says_how_to_make_it_again_in_python(
    baseline, folder, tmp_path
):
    baseline(str(folder), tmp_path, num_objects=2, overlay=False)
    report = tmp_path / folder.name / 'report.html'
    (call, ) = re.findall(
        r'MotionInferencer\(.*', html.unescape(report.read_text())
    )
    expected = f"({str(folder)!r}, name='square', fps=25.0, num_objects=2)"
    assert call.startswith(f"MotionInferencer('robust-background'){expected}")


def test_results_say_how_the_config_was_changed(clip, tmp_path):
    inferencer = MotionInferencer(
        'robust-background', device='cpu', show_progress=False,
        cfg_options={'model.degree': 1}
    )  # yapf: disable
    result = inferencer(clip, tmp_path, overlay=False, fps=7, name='own')
    assert result.settings['cfg_options'] == {'model.degree': 1}
    report = html.unescape((tmp_path / 'own/report.html').read_text())
    expected = (
        "MotionInferencer('robust-background', cfg_options="
        "{'model.degree': 1})(frames, name='own', fps=7)"
    )
    assert expected in report
    content = json.loads((tmp_path / 'own/result.json').read_text())
    assert content['settings']['cfg_options'] == {'model.degree': 1}


@pytest.mark.parametrize('changed', ['frames', 'method'])
def test_arrays_of_a_later_run_are_not_taken_for_those_of_this_one(
    baseline, make_clip, tmp_path, changed
):
    options = dict(overlay=False, report=False)
    first = baseline(make_clip(), tmp_path, **options)
    again = baseline(make_clip(), tmp_path, **options)
    np.testing.assert_array_equal(first.labels[2], again.labels[2])
    if changed == 'frames':
        baseline(make_clip(4), tmp_path, **options)
    else:
        MotionInferencer(
            'robust-background', device='cpu', show_progress=False,
            cfg_options={'model.degree': 0}
        )(make_clip(), tmp_path, **options)  # yapf: disable
    for arrays in (first.labels, first.soft_masks, first.flows):
        with pytest.raises(RuntimeError, match='video are those of a later'):
            list(arrays)


def test_other_libraries_may_have_set_their_scope(clip):
    with DefaultScope.overwrite_default_scope('mmengine'):
        inferencer = MotionInferencer(
            'robust-background', device='cpu', show_progress=False
        )
        DefaultScope.get_instance('other', scope_name='mmengine')
        assert inferencer(clip).objects
        assert DefaultScope.get_current_instance().scope_name == 'mmengine'


def test_replaced_weights_predict_anew(tiny_gwm, folder, tmp_path):
    weights = tmp_path / 'weights.pth'
    found = []
    for seed in range(2):
        torch.manual_seed(seed)
        model = Method(tiny_gwm).build()
        torch.save(dict(state_dict=model.state_dict()), weights)
        given = MotionInferencer(tiny_gwm, weights, 'cpu', False)
        result = given(
            str(folder), tmp_path / 'out', overlay=False, report=False
        )
        found.append(result.soft_masks[0])
    assert np.abs(found[0] - found[1]).max() > 0


def test_learning_leaves_the_random_numbers_of_the_caller(
    tiny_gwm, folder, tmp_path
):
    inferencer = MotionInferencer(tiny_gwm, device='cpu', show_progress=False)
    drawn = []
    for _ in range(2):
        np.random.seed(5)
        drawn.append(np.random.rand())
        inferencer(
            str(folder), tmp_path / str(len(drawn)), adapt_iters=1,
            overlay=False, report=False
        )  # yapf: disable
        drawn.append(np.random.rand())
    np.random.seed(5)
    assert drawn == list(np.random.rand(2)) * 2


def test_a_method_learns_from_the_video_and_remembers(
    tiny_gwm, folder, tmp_path, monkeypatch
):
    inferencer = MotionInferencer(tiny_gwm, device='cpu', show_progress=False)
    options = dict(adapt_iters=3, overlay=False, report=False)
    before = set(MMLogger._instance_dict)
    first = inferencer(str(folder), tmp_path, **options)
    assert set(MMLogger._instance_dict) == before  # its log was silent
    assert first.soft_masks[0].shape == (1, 48, 64)

    def refuse(*args):
        raise AssertionError('the weights were there')

    monkeypatch.setattr(learn, '_train', refuse)
    again = inferencer(str(folder), tmp_path, **options)
    assert again.objects == first.objects
    options['adapt_iters'] = 2
    with pytest.raises(AssertionError, match='were there'):
        inferencer(str(folder), tmp_path, **options)


def test_given_weights_predict_and_adapt_when_asked(
    tiny_gwm, folder, tmp_path
):
    learned = MotionInferencer(tiny_gwm, device='cpu', show_progress=False)
    learned(str(folder), tmp_path, adapt_iters=2, overlay=False, report=False)
    weights = str(next(tmp_path.glob('square/.work/adapt/iter_2.pth')))
    given = MotionInferencer(tiny_gwm, weights, 'cpu', show_progress=False)
    options = dict(overlay=False, report=False)
    plain = given(str(folder), tmp_path / 'plain', **options)
    given(str(folder), tmp_path / 'adapted', adapt_iters=2, **options)
    assert plain.settings['weights'] == weights
    masks, others = (
        np.load(next(tmp_path.glob(f'{name}/square/.work/predict/*.npy')))
        for name in ('plain', 'adapted')
    )
    assert np.abs(masks - others).max() > 0


def test_an_interrupted_prediction_goes_on(
    baseline, make_clip, tmp_path, monkeypatch
):
    from mmmotion.apis.stages import predict
    monkeypatch.setattr(predict, 'choose_window', lambda size: 2)
    original = predict._WindowPredictor.predict
    asked = []

    def stop_at_third(self, positions):
        asked.append(positions.start)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return original(self, positions)

    monkeypatch.setattr(predict._WindowPredictor, 'predict', stop_at_third)
    options = dict(overlay=False, report=False)
    with pytest.raises(KeyboardInterrupt):
        baseline(make_clip(), tmp_path, **options)
    result = baseline(make_clip(), tmp_path, **options)
    assert asked == [0, 2, 4, 4]
    assert result.objects == baseline(make_clip()).objects


def test_windows_do_not_change_a_prediction_frame_by_frame(
    baseline, make_clip, monkeypatch
):
    from mmmotion.apis.stages import predict
    whole = baseline(make_clip())
    monkeypatch.setattr(predict, 'choose_window', lambda size: 4)
    parts = baseline(make_clip())
    for a, b in zip(whole.soft_masks, parts.soft_masks, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-3)


def test_several_videos_get_a_result_each(baseline, folder, tmp_path):
    results = baseline(
        [str(folder), str(folder)], tmp_path, overlay=False, report=False,
        max_frames=3
    )  # yapf: disable
    assert [r.name for r in results] == ['square', 'square-2']
    assert [len(r) for r in results] == [3, 3]


def test_one_source_may_be_given_twice(baseline, folder, tmp_path):
    source = open_source(str(folder))
    results = baseline([source, source], tmp_path, overlay=False, report=False)
    assert [r.name for r in results] == ['square', 'square-2']
    assert (tmp_path / 'square').is_dir() and source.name == 'square'


def test_the_private_folder_goes_with_the_result(
    baseline, clip, tmp_path, monkeypatch
):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    result = baseline(clip)
    (root, ) = tmp_path.glob('mmmotion-*')
    labels = result.labels
    del result
    assert labels[5].shape == (48, 64)
    del labels
    assert not root.exists()


def test_progress_is_told_to_a_listener(clip):
    told = []
    inferencer = MotionInferencer(
        'robust-background', device='cpu', show_progress=False,
        on_progress=lambda *step: told.append(step)
    )  # yapf: disable
    inferencer(clip)
    stages = list(dict.fromkeys(stage for stage, *_ in told))
    assert stages == ['frames', 'flow', 'predict', 'objects', 'write']
    assert ('predict', 6, 6) in told


def test_unknown_arguments_are_refused(baseline, clip):
    with pytest.raises(ValueError, match=r'unknown argument.*adapt_steps'):
        baseline(clip, adapt_steps=3)
    for settings, message in (
        (dict(num_objects='many'), "number or 'auto', got 'many'"),
        (dict(num_objects=1.5), r'num_objects to be a whole number, got 1\.5'),
        (dict(seed=2**32), 'seed to be at most 4294967295'),
    ):
        with pytest.raises(ValueError, match=message):
            baseline(clip, **settings)
    settings = RunSettings(num_objects=np.int64(3))
    assert type(settings.num_objects) is int


@pytest.fixture
def stares(monkeypatch):
    """Whatever the method, it finds a piece of the wall."""

    def predict(method, weights, frames, work, progress):
        work.begin('predict', {})
        masks = FrameArrays(work.folder('predict'), len(frames), 32)
        found = np.zeros((1, *frames.work_size), np.float16)
        found[:, 60:90, 80:120] = 1
        for window in masks.windows():
            masks.write(window, [found] * len(window))
        work.finish('predict', {})
        return masks

    monkeypatch.setattr('mmmotion.apis.video_run.predict_masks', predict)


@pytest.mark.parametrize('num_objects', [None, 'auto'])
def test_where_a_method_finds_the_wall_the_flow_is_asked(
    stares, load_small, make_clip, tmp_path, num_objects
):
    inferencer = MotionInferencer(
        load_small('gwm'), device='cpu', show_progress=False
    )
    options = dict(
        adapt_iters=1, num_objects=num_objects, overlay=False, report=False
    )
    frames = make_clip(8, (96, 128))
    result = inferencer(frames, tmp_path, **options)
    assert result.verdict == 'objects' and len(result.objects) == 1
    assert 'the flow alone' in result.warnings[0]
    found = result.labels[3] > 0
    truth = np.zeros_like(found)
    truth[12:28, 17:33] = True
    assert (found & truth).sum() / (found | truth).sum() > 0.6
    files = sorted((tmp_path / 'video/.work').glob('flow-*/*.npy'))
    times = [path.stat().st_mtime_ns for path in files]
    assert len(files) == 2
    again = inferencer(frames, tmp_path, **options)
    assert again.warnings == result.warnings
    assert times == [path.stat().st_mtime_ns for path in files]


def test_still_nothing_moves_if_the_flow_is_asked(
    stares, load_small, make_clip, tmp_path
):
    inferencer = MotionInferencer(
        load_small('gwm'), device='cpu', show_progress=False
    )
    result = inferencer(make_clip(6, (96, 128), step=0), adapt_iters=1)
    assert result.verdict == 'nothing moves' and not result.warnings
    assert not any(labels.any() for labels in result.labels)
