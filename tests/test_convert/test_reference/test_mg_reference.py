import numpy as np
import pytest
import torch

from mmmotion.convert.reference import ReferenceArrays, check_reference


def test_every_output_equals_the_original(golden):
    # The stored reconstruction is left out for its size; masks and layers,
    # of which it is made, are here.
    state, content = golden('mg_without_recon.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('mg', state, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 29
    assert arrays.unread == []


@pytest.fixture(scope='module')
def made_up(load_tool):
    """State and arrays of a plain network of another size."""

    def make(num_slots, channels, widths, size):
        tool = load_tool('analysis_tools/benchmark_slot_training.py')
        seeded = load_tool('analysis_tools/seeded_state.py')
        network = tool.PlainNetwork(num_slots, channels, widths)
        state = seeded.seeded_state({
            key: (value.shape, 'float32')
            for key, value in network.state_dict().items()
        })
        network.load_state_dict(state)
        network.double()
        generator = torch.Generator().manual_seed(3)
        shape = (2, 2, channels, *size)
        pairs = 2 * torch.rand(shape, generator=generator) - 1
        images = pairs.flatten(0, 1)
        layers, masks, trace = network(images.double())
        losses = tool.plain_losses(images.double(), layers, masks)
        total = sum(losses.values())
        total.backward()
        name = 'slot_attention.gru.weight_hh'
        grad = network.get_parameter(name).grad
        arrays = dict(
            image=images,
            recon=(masks * layers).sum(dim=1),
            recons_stride2=layers[..., ::2, ::2],
            masks=masks,
            slots=trace[-1],
            slots_per_iter=torch.stack(trace),
            pair_images=pairs,
            pair_masks=masks,
            **losses,
            loss_total=total,
            grad_norms=grad.norm()[None],
        )
        arrays = {k: v.detach().numpy() for k, v in arrays.items()}
        arrays['grad_names'] = np.array([name])
        return state, arrays

    return make


@pytest.mark.parametrize(
    'num_slots, channels, widths, size', [
        (2, 3, (4, 6, 8), (16, 24)),
        (2, 2, (5, 4, 6), (24, 16)),
    ]
)
def test_other_sizes_are_compared(made_up, num_slots, channels, widths, size):
    state, arrays = made_up(num_slots, channels, widths, size)
    comparisons = check_reference('mg', state, ReferenceArrays(arrays))
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 11


def test_three_slots_are_compared(made_up):
    state, arrays = made_up(3, 3, (4, 6, 8), (16, 24))
    del arrays['pair_images']  # the released consistency is for two
    comparisons = check_reference('mg', state, ReferenceArrays(arrays))
    assert [str(c) for c in comparisons if not c.passed] == []
    assert {c.name
            for c in comparisons} == {
                'recon', 'recons_stride2', 'masks', 'slots', 'slots_per_iter'
            }


@pytest.mark.parametrize('name', ['masks', 'loss_entropy', 'grad_norms'])
def test_a_wrong_value_is_found(made_up, name):
    state, arrays = made_up(2, 3, (4, 6, 8), (16, 24))
    arrays[name] = arrays[name] * 1.01
    failed = [
        c.name for c in check_reference('mg', state, ReferenceArrays(arrays))
        if not c.passed
    ]
    assert [found.split('[')[0] for found in failed] == [name]


def test_an_empty_annotation_of_boxes_is_named(golden):
    _, content = golden('mg_without_recon.npz')
    arrays = dict(
        eval_masks=content['eval_masks'],
        moca_gt=np.zeros_like(content['moca_gt']),
    )
    with pytest.raises(ValueError, match='moca_gt, found an empty mask'):
        check_reference('mg', {}, ReferenceArrays(arrays))
