import json

import pytest
import torch

from mmmotion.engine import ConfigError
from mmmotion.engine.search import LabelFreeSearch, choose

SCORES = {2: -0.9, 3: -0.7, 4: -0.8}
CHECKPOINT = dict(
    state_dict={}, meta=dict(iter=8), message_hub={}, optimizer={}
)
SEARCH = {'model.num_groups': [2, 3, 4]}


class FakeTools:
    """Trains and tests in no time, and remembers what it was asked for."""

    def __init__(self, fail=()):
        self.fail = set(fail)
        self.calls = []

    def __call__(self, action, arguments, log):
        config = arguments[0]
        groups = int(config.rsplit('-', 1)[1].removesuffix('.py'))
        self.calls.append((action, groups))
        log.write_text('output')
        if (action, groups) in self.fail:
            return 1
        folder = log.parent
        if action == 'train':
            assert arguments[1:] == ['--work-dir', str(folder), '--resume']
            torch.save(CHECKPOINT, folder / 'iter_8.pth')
            (folder / 'last_checkpoint').write_text('iter_8.pth')
        else:
            out = arguments[arguments.index('--out') + 1]
            # Labels would choose another one.
            metrics = {'msa': SCORES[groups], 'seg/J': 1 / groups}
            with open(out, 'w') as stream:
                json.dump(metrics, stream)
        return 0


@pytest.fixture
def config(toy, data_dir):
    return data_dir / 'toy_run' / 'adapt_config.py'


@pytest.fixture
def search(config, tmp_path):

    def search(tools, **settings):
        return LabelFreeSearch(
            config, settings.pop('search', SEARCH), tmp_path, tools, **settings
        )

    return search


def test_ranks_without_labels(search, tmp_path):
    tools = FakeTools()
    outcomes = search(tools).run()
    assert tools.calls == [(action, groups) for groups in (2, 3, 4)
                           for action in ('train', 'test')]
    ranked = [o.values['model.num_groups'] for o in choose(outcomes)]
    assert ranked == [3, 4, 2]
    written = (tmp_path / 'configs' / 'num_groups-3.py').read_text()
    assert 'num_groups=3' in written
    assert 'MotionSemanticAlignmentMetric' in written


def test_what_is_finished_is_not_done_again(search):
    first = search(FakeTools()).run()
    tools = FakeTools()
    assert search(tools).run() == first
    assert tools.calls == []


def test_another_metric_only_evaluates_again(search):
    search(FakeTools()).run()
    tools = FakeTools()
    search(tools, metric=dict(every=2)).run()
    assert {action for action, _ in tools.calls} == {'test'}


def test_a_failure_is_kept_and_the_others_go_on(search):
    tools = FakeTools(fail=[('train', 2), ('test', 3)])
    outcomes = search(tools).run()
    assert [action for action, _ in tools.calls].count('train') == 3
    assert 'training ended with status 1' in outcomes[0].error
    assert 'train.txt' in outcomes[0].error
    assert 'evaluation ended with status 1' in outcomes[1].error
    assert choose(outcomes)[0].values == {'model.num_groups': 4}
    tools = FakeTools()
    outcomes = search(tools).run()
    assert tools.calls == [('train', 2), ('test', 2), ('test', 3)]
    assert not any(outcome.error for outcome in outcomes)


def test_a_folder_of_another_training_is_refused(search):
    search(FakeTools()).run()
    other = search(FakeTools(), options={'train_cfg.max_iters': 3})
    with pytest.raises(ValueError, match=r'num_groups-2.*other settings'):
        other.run()


def test_an_interrupted_training_does_not_go_on_with_other_settings(search):

    def interrupt(action, arguments, log):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(interrupt).run()
    with pytest.raises(ValueError, match=r'num_groups-2.*other settings'):
        search(FakeTools(), options={'train_cfg.max_iters': 3}).run()
    first, *_ = search(FakeTools()).run()
    assert first.checkpoint and first.error is None


def test_scores_of_other_settings_are_not_those_of_a_failure(search):
    search(FakeTools()).run()
    tools = FakeTools(fail=[('test', 3)])  # the best one
    outcomes = search(tools, metric=dict(every=2)).run()
    ranked = [o.values['model.num_groups'] for o in choose(outcomes)]
    assert ranked == [4, 2, 3]
    assert outcomes[1].metrics == {}


def test_wrong_keys_are_found_before_anything_is_trained(search):
    tools = FakeTools()
    with pytest.raises(ConfigError, match="did you mean 'head'"):
        search(tools, search={'model.heads.num_groups': [2]})
    assert tools.calls == []
