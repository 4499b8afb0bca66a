import numpy as np
import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference


@pytest.mark.parametrize(
    'source, name, count', [
        ('oclr', 'oclr_losses', 12),
        ('oclr-train', 'oclr_train_first', 135),
        ('oclr-data', 'oclr_data', 22),
        ('dino-propagation', 'dino_propagation', 18),
    ]
)
def test_every_output_equals_the_original(golden, source, name, count):
    # Of the training the first iteration; of the network's own outputs none,
    # for their size: its losses and all gradients stand for them.
    state, content = golden(f'{name}.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference(source, state, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == count
    assert arrays.unread == []


def failures(source, state, arrays):
    found = check_reference(source, state, ReferenceArrays(arrays))
    return [c.name.split('[')[0] for c in found if not c.passed]


@pytest.mark.parametrize('name', ['loss_grad_order', 'loss_iou_modal'])
def test_a_wrong_loss_is_found(golden, name):
    state, arrays = golden('oclr_losses.npz')
    arrays[name] = arrays[name] * 1.01
    assert failures('oclr', state, arrays) == [name]


def test_outputs_of_the_network_are_compared(golden):
    state, content = golden('oclr_train_first.npz')
    shapes = dict(
        amodal_logits=(1, 2, 3, 64, 96),
        order=(1, 3),
        cnn_frame0=(128, 4, 6),
        memory_frame0=(4, 6, 128),
        queries=(1, 6, 128),
        modal_hard=(1, 2, 3, 64, 96),
        t1_amodal_logits=(3, 16, 24),
        t1_order=(1, 3),
    )
    arrays = {name: np.full(shape, 9.0) for name, shape in shapes.items()}
    arrays['flow'] = content['flow'][0, :1, :2]
    arrays['model_config'] = content['model_config']
    assert set(failures('oclr', state, arrays)) == set(shapes)


def test_wrong_clips_are_found(golden):
    _, arrays = golden('oclr_data.npz')
    arrays = dict(windows=np.array('{"4,3": [[0, 1, 2], [2, 3, 3]]}'))
    assert failures('oclr-data', {}, arrays) == ['windows']
