import json

import pytest
import torch

from mmmotion.flow import (
    PWCLite,
    PWCLiteFlowEstimator,
    check_meta,
    read_meta,
)
from mmmotion.flow.meta import make_meta, record_meta


def note(root, estimator='dis', size=None, sizes=((480, 854), )):
    meta = make_meta(estimator, {}, size, 'npy16', sizes)
    record_meta(root, 'dis', meta)


def test_the_estimator_of_the_config_is_accepted(tmp_path):
    note(tmp_path)
    for estimator in (
            'dis',
            'DISFlowEstimator',
            dict(type='DISFlowEstimator'),
            dict(type='mmmotion.DISFlowEstimator', preset='medium'),
    ):
        meta = check_meta(tmp_path, estimator)
    assert meta['estimator']['preset'] == 'medium'
    assert meta['source_sizes'] == [[480, 854]]


@pytest.mark.parametrize(
    'estimator, message',
    [
        ('farneback', "type is 'DISFlowEstimator', expected 'Farneback"),
        (
            dict(type='DISFlowEstimator', preset='fast'),
            "preset is 'medium', expected 'fast'",
        ),
    ],
)
def test_flows_of_another_estimator_are_refused(tmp_path, estimator, message):
    note(tmp_path)
    with pytest.raises(ValueError, match=message) as error:
        check_meta(tmp_path, estimator)
    assert str(tmp_path / 'Flows' / 'dis') in str(error.value)


def test_settings_that_the_config_leaves_out_are_the_defaults(tmp_path):
    note(tmp_path, dict(type='DISFlowEstimator', preset='fast'))
    with pytest.raises(ValueError, match="preset is 'fast'"):
        check_meta(tmp_path, 'dis')


def test_weights_are_compared_where_their_file_is(tmp_path):
    estimators = []
    for name in ('here', 'there', 'gone'):
        (tmp_path / name).mkdir()
        path = tmp_path / name / 'net.pth'
        if name != 'gone':
            torch.save(PWCLite().state_dict(), path)
        estimators.append(dict(type='pwclite', checkpoint=str(path)))
    here, there, gone = estimators
    provenance = PWCLiteFlowEstimator(here['checkpoint']).provenance()
    record_meta(
        tmp_path, 'dis', make_meta(here, provenance, None, 'npy16', [])
    )
    assert check_meta(tmp_path, here) == check_meta(tmp_path, gone)
    with pytest.raises(ValueError, match=r'provenance.*there/net\.pth has'):
        check_meta(tmp_path, there)


def test_a_tree_without_note_or_with_a_damaged_one(tmp_path):
    path = tmp_path / 'Flows' / 'dis' / 'meta.json'
    with pytest.raises(FileNotFoundError, match=r'meta\.json.*extract_flow'):
        read_meta(tmp_path, 'dis')
    path.parent.mkdir(parents=True)
    for text in ('{"estim', '[]', '{}'):
        path.write_text(text)
        with pytest.raises(ValueError, match=r'meta\.json is damaged'):
            read_meta(tmp_path, 'dis')


def test_a_second_run_must_agree(tmp_path):
    note(tmp_path)
    with pytest.raises(ValueError, match=r'size: None there, \[240, 427\]'):
        note(tmp_path, size=(240, 427))
    with pytest.raises(ValueError, match='another way'):
        note(tmp_path, 'farneback')


def test_frame_sizes_add_up(tmp_path):
    note(tmp_path)
    note(tmp_path, sizes=[(480, 854), (240, 320)])
    path = tmp_path / 'Flows' / 'dis' / 'meta.json'
    sizes = json.loads(path.read_text())['source_sizes']
    assert sizes == [[240, 320], [480, 854]]
