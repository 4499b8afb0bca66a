"""What a config says, and what it cannot do."""

import pytest
from mmengine.config import Config

from mmmotion.apis.method import Method
from mmmotion.apis.model_name import METHODS, find_config, list_models
from mmmotion.apis.own_video_config import find_dataset, iterate_steps
from mmmotion.apis.sources import InputError


def test_names_of_methods_models_and_files(tmp_path):
    models = list_models()
    assert all(name in models for name in METHODS.values())
    assert find_config('gwm').stem == 'gwm_unet-tiny_video'
    assert find_config('gwm_unet-tiny').stem == 'gwm_unet-tiny_video'
    assert find_config('mg_davis').stem == 'mg_davis'
    assert find_config('flow/pwclite_davis').stem == 'pwclite_davis'
    own = tmp_path / 'own.py'
    own.write_text('model = dict(type="GWM")')
    assert find_config(str(own)) == own
    with pytest.raises(FileNotFoundError, match=r'index: .*imas_r50_davis'):
        find_config('imas_r50')


@pytest.mark.parametrize('split, gaps', [('train', None), ('test', (1, -1))])
def test_rendered_scenes_are_loaded_from_files_instead(split, gaps):
    cfg = Config.fromfile(find_config('gwm_unet_synthetic'))
    dataset = find_dataset(cfg, f'{split}_dataloader')
    steps = list(iterate_steps(dataset.pipeline))
    kinds = [step['type'] for step in steps]
    assert kinds[0] == 'LoadFrames' and 'RenderScene' not in kinds
    (load, ) = [step for step in steps if step['type'] == 'LoadFlows']
    assert load['gaps'] == gaps
    sizes = [tuple(s['size']) for s in steps if 'size' in s]
    assert sizes == [(128, 224)] * 2 + [(64, 112)] * 2


def test_a_method_that_needs_labels_asks_for_weights():
    with pytest.raises(ValueError, match=r'learns from labels.*give weights'):
        Method('oclr-small_synthetic')


def test_only_methods_that_read_no_flow_take_an_image(tmp_path):
    amd = Method('amd')
    with pytest.raises(InputError, match='learns from the motion'):
        amd.check_length(1)
    amd.weights = 'some.pth'
    amd.check_length(1)
    gwm = Method('gwm')
    gwm.weights = 'some.pth'
    with pytest.raises(InputError, match='needs the motion between two'):
        gwm.check_length(1)
    gwm.check_length(2)


@pytest.mark.parametrize(
    'options, error, expected',
    [
        ({'model.encoder.init_cfg.checkpoint': 'lost.pth'},
         FileNotFoundError, r'/lost\.pth \("checkpoint" in the model'),
        ({'train_cfg.max_iters': '_delete_'},
         ValueError, r'expected train_cfg\.max_iters'),
        ({'test_dataloader.dataset.flow_estimator': 'pwclite'},
         ValueError, 'PWCLiteFlowEstimator needs checkpoint'),
        ({'test_dataloader.dataset.flow_estimator': 'nonesuch'},
         ValueError, 'nonesuch'),
    ],
)  # yapf: disable
def test_what_a_run_lacks_is_told_before_it(options, error, expected):
    cfg = Config.fromfile(find_config('gwm'))
    cfg.merge_from_dict({
        'model.encoder.init_cfg': dict(type='Pretrained', checkpoint='a://b')
    })
    Method(cfg).adapts(None)
    if options.get('train_cfg.max_iters'):
        options = {}
        cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=2)
    with pytest.raises(error, match=expected):
        Method(cfg, options=options).adapts(None)


def test_what_is_no_segmentor_is_refused():
    with pytest.raises(ValueError, match='segments, got UnsupervisedFlow'):
        Method('pwclite_davis')


def test_a_device_has_to_be_there(monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    monkeypatch.setattr('torch.cuda.device_count', lambda: 1)
    with pytest.raises(ValueError, match="N below 1, got 'cuda:7'"):
        Method('robust-background', device='cuda:7')


def test_devices_of_other_kinds_are_tried():
    # It holds no values, on any machine.
    with pytest.raises(ValueError, match="cannot use device 'meta'"):
        Method('robust-background', device='meta')


def test_the_preprocessor_of_the_config_is_that_of_the_model():
    """As the runner has it, which trains the model."""
    mean = [10.0, 20.0, 30.0]
    preprocessor = dict(
        type='MotionDataPreprocessor', mean=mean, std=[50.0] * 3
    )
    method = Method('gwm', options=dict(data_preprocessor=preprocessor))
    built = method.build().data_preprocessor
    assert built.mean.flatten().tolist() == mean


def test_pipelines_may_choose_among_lists_of_steps():

    def resize(*size):
        return [
            dict(type=f'Resize{what}', size=size)
            for what in ('Frames', 'Flows')
        ]

    choice = dict(
        type='RandomChoice', transforms=[resize(48, 64),
                                         resize(288, 96)]
    )
    pipeline = [dict(type='LoadFrames'), dict(type='LoadFlows'), choice]
    method = Method(
        'gwm', options={'train_dataloader.dataset.pipeline': pipeline}
    )
    assert method.work_side(True) >= 96
    sizes = [s['size'] for s in iterate_steps(pipeline) if 'size' in s]
    assert sizes == [(48, 64)] * 2 + [(288, 96)] * 2


def test_iterations_need_something_to_learn():
    baseline = Method('robust-background')
    assert not baseline.adapts(None) and not baseline.adapts(0)
    with pytest.raises(ValueError, match='nothing to learn'):
        baseline.adapts(5)
    learner = Method('mg')
    assert learner.adapts(None)
    with pytest.raises(ValueError, match='1 iteration or more, got 0'):
        learner.adapts(0)


def test_what_a_training_keeps_in_memory_is_bounded(tmp_path):
    cfg = Method('gwm').for_video(tmp_path, has_flow=True)
    steps = list(iterate_steps(cfg.train_dataloader.dataset.pipeline))
    caches = [step for step in steps if step['type'] == 'CacheTransforms']
    assert [cache['max_megabytes'] for cache in caches] == [256, 256]


def test_sizes_are_turned_for_portrait_videos(tmp_path):
    method = Method('gwm')
    found = set()
    for is_portrait in (False, True):
        cfg = method.for_video(tmp_path, True, is_portrait)
        steps = iterate_steps(cfg.test_dataloader.dataset.pipeline)
        found |= {tuple(step['size']) for step in steps if 'size' in step}
    (wide, ) = [size for size in found if size[0] < size[1]]
    assert found == {wide, wide[::-1]}
