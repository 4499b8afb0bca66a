from importlib.util import find_spec

import pytest
from mmengine.registry import Registry, root

from mmmotion import registry

ALL = {
    name: value
    for name, value in vars(registry).items() if isinstance(value, Registry)
}
OWN = {'FLOW_ESTIMATORS', 'POSTPROCESSORS'}


@pytest.mark.parametrize('name', sorted(set(ALL) - OWN))
def test_a_child_finds_what_mmengine_has(name):
    child = ALL[name]
    assert child.parent is getattr(root, name)
    assert child.scope == 'mmmotion'


@pytest.mark.parametrize('name', sorted(OWN))
def test_a_kind_of_our_own_has_no_parent(name):
    assert ALL[name].parent is None


def test_every_root_that_the_runner_builds_from_has_a_child():
    # mmengine warns about each one that misses the scope.
    roots = {
        name
        for name, value in vars(root).items() if isinstance(value, Registry)
    }
    assert roots <= set(ALL)


@pytest.mark.parametrize('name', sorted(ALL))
def test_locations_exist(name):
    for module in ALL[name]._locations:
        assert find_spec(module) is not None


@pytest.mark.parametrize(
    'name, component',
    [
        ('MODELS', 'GWM'),
        ('DATASETS', 'SyntheticMotion'),
        ('TRANSFORMS', 'LoadFlows'),
        ('DATA_SAMPLERS', 'VideoSampler'),
        ('METRICS', 'VideoSegmentationMetric'),
        ('HOOKS', 'PanelVisualizationHook'),
        ('LOOPS', 'VideoTestLoop'),
        ('FLOW_ESTIMATORS', 'DISFlowEstimator'),
        ('POSTPROCESSORS', 'MotionForeground'),
    ],
)
def test_components_are_found_without_an_import(name, component):
    found = ALL[name].get(component)
    assert found.__name__ == component
    assert found.__module__.startswith('mmmotion.')


def test_parts_of_mmengine_are_found_as_well():
    assert registry.HOOKS.get('LoggerHook').__module__.startswith('mmengine.')
