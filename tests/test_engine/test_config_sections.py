import inspect

import pytest
from mmengine.dist import init_dist
from mmengine.runner.utils import set_random_seed
from mmengine.utils.dl_utils import set_multi_processing
from torch.utils.data import DataLoader

from mmmotion.engine.config_sections import SECTIONS


@pytest.mark.parametrize(
    'section, reader, given_by_the_runner',
    [
        ('randomness', set_random_seed, set()),
        ('env_cfg.mp_cfg', set_multi_processing, {'distributed'}),
    ],
)
def test_a_section_has_the_arguments_of_its_reader(
    section, reader, given_by_the_runner
):
    arguments = set(inspect.signature(reader).parameters)
    assert SECTIONS[section] == arguments - given_by_the_runner


def test_settings_of_the_process_group_are_arguments():
    named = set(inspect.signature(init_dist).parameters)
    assert SECTIONS['env_cfg.dist_cfg'] - named == {'timeout'}


@pytest.mark.parametrize('split', ['train', 'val', 'test'])
def test_a_loader_takes_what_torch_takes(split):
    known = SECTIONS[f'{split}_dataloader']
    arguments = set(inspect.signature(DataLoader.__init__).parameters)
    assert known - arguments == {'num_batch_per_epoch'}
    assert arguments - known == {'self'}


def test_inner_sections_are_keys_of_the_outer_ones():
    for path in SECTIONS:
        outer, _, key = path.rpartition('.')
        # The arguments of a class are those of its constructor instead.
        if outer and outer != 'test_cfg':
            assert key in SECTIONS[outer]
