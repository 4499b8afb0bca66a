import torch
from torch import nn

from mmmotion.flow.weights_hash import hash_weights


def test_hash_sees_every_value_of_parameters_and_buffers():
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    model.register_buffer('hidden', torch.zeros(1), persistent=False)
    hashes = {hash_weights(model)}
    with torch.no_grad():
        model[0].bias[1] += 1e-6
        hashes.add(hash_weights(model))
        model[1].num_batches_tracked += 1
        hashes.add(hash_weights(model))
        model.hidden += 1
        hashes.add(hash_weights(model))
    assert len(hashes) == 4
    assert hash_weights(model) in hashes
    assert hash_weights(model.bfloat16()) not in hashes
