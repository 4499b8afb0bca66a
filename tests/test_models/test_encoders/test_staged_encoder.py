import pytest
import torch
from torch import nn

from mmmotion.models.encoders.staged_encoder import (
    StagedEncoder,
    resolve_out_indices,
)


class ToyEncoder(StagedEncoder):
    """A stem of a parameter and a layer, two stages and a last norm."""

    def __init__(self, frozen_stages=-1, unread=()):
        super().__init__(frozen_stages)
        self.shift = nn.Parameter(torch.zeros(1))
        self.stem = nn.Conv2d(3, 4, 1)
        self.stages = nn.ModuleList(nn.BatchNorm2d(4) for _ in range(2))
        self.norm = nn.BatchNorm2d(4)
        stages = [['shift', 'stem'], ['stages.0'], ['stages.1']]
        self.freeze_stages(stages, unread)

    def forward(self, x):
        x = self.stem(x + self.shift)
        for stage in self.stages:
            x = stage(x)
        return (self.norm(x), )


PARTS = ['shift', 'stem', 'stages.0', 'stages.1', 'norm']


@pytest.mark.parametrize(
    'frozen_stages, frozen',
    [(-1, 0), (0, 2), (1, 3), (2, 5), ('all', 5)],
)
def test_frozen_parts_take_no_gradient(frozen_stages, frozen):
    encoder = ToyEncoder(frozen_stages)
    trained = {
        name.rsplit('.', 1)[0]
        for name, value in encoder.named_parameters() if value.requires_grad
    }
    assert trained == set(PARTS[frozen:])


def test_statistics_of_frozen_stages_stay():
    encoder = ToyEncoder(frozen_stages=1).train()
    encoder(torch.rand(2, 3, 4, 4))
    counts = [int(stage.num_batches_tracked) for stage in encoder.stages]
    assert counts == [0, 1]
    assert encoder.norm.training
    encoder.eval()
    assert not encoder.norm.training


def test_what_no_output_reads_is_not_trained():
    encoder = ToyEncoder(unread=['norm'])
    assert not encoder.norm.weight.requires_grad
    assert encoder.stages[1].weight.requires_grad


def test_a_replaced_layer_stays_frozen():
    # As the conversion to another kind of batch norm does.
    encoder = ToyEncoder(frozen_stages=1)
    encoder.stages[0] = nn.BatchNorm2d(4)
    assert not encoder.train().stages[0].training


@pytest.mark.parametrize('frozen_stages', [3, -2, True, 'stem', 1.0, None])
def test_rejects_stages_that_do_not_exist(frozen_stages):
    with pytest.raises(ValueError, match="'all' or between -1 and 2"):
        ToyEncoder(frozen_stages)


def test_indices_count_from_either_end():
    assert resolve_out_indices((0, 2, -1), 4) == (0, 2, 3)
    assert resolve_out_indices([-4], 4) == (0, )


@pytest.mark.parametrize(
    'indices', [(), (1, 0), (2, 2), (4, ), (-5, ), (3, -1)]
)
def test_rejects_indices_out_of_order_or_range(indices):
    with pytest.raises(ValueError, match='between -4 and 3'):
        resolve_out_indices(indices, 4)
