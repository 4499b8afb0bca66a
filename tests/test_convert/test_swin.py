import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.models.encoders import SwinEncoder


@pytest.fixture(scope='module')
def encoder():
    return SwinEncoder(
        embed_dims=4, depths=(1, 2), num_heads=(1, 2), window_size=2
    )


@pytest.fixture(scope='module')
def dense(encoder):
    """The names of dense prediction, with norms of the outputs."""
    return {
        name: torch.full_like(value, i)
        for i, (name, value) in enumerate(encoder.state_dict().items())
    }


@pytest.fixture(scope='module')
def classifier(dense):
    """The names of a released classifier, with its buffers."""
    state = {k: v for k, v in dense.items() if k.split('.')[0][:-1] != 'norm'}
    for entry in ('weight', 'bias'):
        state[f'norm.{entry}'] = torch.zeros(8)
        state[f'head.{entry}'] = torch.zeros(3)
    blocks = 'layers.0.blocks.0', 'layers.1.blocks.0', 'layers.1.blocks.1'
    for block in blocks:
        state[f'{block}.attn.relative_position_index'] = torch.zeros(4, 4)
    state['layers.1.blocks.1.attn_mask'] = torch.zeros(1, 4, 4)
    return state


@pytest.mark.parametrize('prefix', ['', 'backbone.', 'module.backbone.'])
def test_weights_of_dense_prediction_load_strictly(encoder, dense, prefix):
    state = {f'{prefix}{name}': value for name, value in dense.items()}
    converted = convert_state_dict('swin', state)
    assert converted == dense
    encoder.load_state_dict(converted, strict=True)


def test_output_norms_of_a_classifier_begin_as_the_identity(
    encoder, dense, classifier
):
    converted = convert_state_dict('swin', dict(model=classifier))
    encoder.load_state_dict(converted, strict=True)
    assert encoder.norm1.weight.tolist() == [1] * 8
    assert encoder.norm0.bias.tolist() == [0] * 4
    shared = [name for name in dense if not name.startswith('norm')]
    assert all(converted[name] is dense[name] for name in shared)


def test_the_online_branch_of_moby(classifier):
    training = {'queue1': torch.zeros(2), 'predictor.fc.bias': torch.zeros(2)}
    for name, value in classifier.items():
        if not name.startswith('head.'):
            training[f'encoder.{name}'] = value
            training[f'encoder_k.{name}'] = -value
    found = convert_state_dict('moby', dict(model=training, epoch=299))
    expected = convert_state_dict('swin', classifier)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[k], expected[k]) for k in expected)


def test_a_file_without_online_branch_is_refused(classifier):
    with pytest.raises(ValueError, match=r'of moby: .* encoder\.\*, found'):
        convert_state_dict('moby', classifier)


@pytest.mark.parametrize(
    'key', ['layers.1.blocks.1.mlp.fc1.bias', 'norm0.bias']
)
def test_a_missing_weight_is_named(dense, key):
    state = {name: value for name, value in dense.items() if name != key}
    with pytest.raises(ValueError, match=rf'of swin: 1 missing \({key}\)'):
        convert_state_dict('swin', state)


def test_another_network_is_refused():
    with pytest.raises(ValueError, match=r'of swin: .*unexpected \(cls_token'):
        convert_state_dict('swin', {'cls_token': torch.zeros(1)})
