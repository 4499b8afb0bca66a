"""Every registry of the toolbox, each a child of mmengine's root.

A registry imports its ``locations`` at the first look-up, so a config names
components without importing them. Roots to which the toolbox adds nothing have
a child as well, because mmengine warns about each registry that misses the
scope.
"""

from mmengine.registry import Registry, root

_SCOPE = 'mmmotion'


def _child(parent: Registry, *folders: str) -> Registry:
    return Registry(
        parent.name,
        parent=parent,
        scope=_SCOPE,
        locations=[f'mmmotion.{folder}' for folder in folders],
    )


def _own(name: str, folder: str) -> Registry:
    return Registry(name, scope=_SCOPE, locations=[f'mmmotion.{folder}'])


DATASETS = _child(root.DATASETS, 'datasets')
DATA_SAMPLERS = _child(root.DATA_SAMPLERS, 'datasets')
TRANSFORMS = _child(root.TRANSFORMS, 'datasets')
MODELS = _child(root.MODELS, 'models', 'flow')
MODEL_WRAPPERS = _child(root.MODEL_WRAPPERS, 'engine')
WEIGHT_INITIALIZERS = _child(root.WEIGHT_INITIALIZERS, 'convert')
METRICS = _child(root.METRICS, 'evaluation')
EVALUATOR = _child(root.EVALUATOR, 'evaluation')
HOOKS = _child(root.HOOKS, 'engine')
LOOPS = _child(root.LOOPS, 'engine')
LOG_PROCESSORS = _child(root.LOG_PROCESSORS, 'engine')
OPTIMIZERS = _child(root.OPTIMIZERS, 'engine')
OPTIM_WRAPPERS = _child(root.OPTIM_WRAPPERS, 'engine')
OPTIM_WRAPPER_CONSTRUCTORS = _child(root.OPTIM_WRAPPER_CONSTRUCTORS, 'engine')
PARAM_SCHEDULERS = _child(root.PARAM_SCHEDULERS, 'engine')
RUNNERS = _child(root.RUNNERS, 'engine')
RUNNER_CONSTRUCTORS = _child(root.RUNNER_CONSTRUCTORS, 'engine')
STRATEGIES = _child(root.STRATEGIES, 'engine')
FUNCTIONS = _child(root.FUNCTIONS, 'datasets')
TASK_UTILS = _child(root.TASK_UTILS, 'models')
VISUALIZERS = _child(root.VISUALIZERS, 'visualization')
VISBACKENDS = _child(root.VISBACKENDS, 'visualization')
INFERENCERS = _child(root.INFERENCERS, 'models')

FLOW_ESTIMATORS = _own('flow_estimator', 'flow')
POSTPROCESSORS = _own('postprocessor', 'postprocessing')
