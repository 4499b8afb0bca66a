import os

import pytest
import torch

from mmmotion.engine import CheckpointError, find_resumable_checkpoint
from mmmotion.engine.resume import write_pointer


def save(path, **more):
    content = dict(meta={}, state_dict={}, message_hub={}, optimizer={})
    path.parent.mkdir(exist_ok=True)
    torch.save({**content, **more}, path)
    return path


def test_nothing_saved_means_nothing_to_resume(tmp_path):
    assert find_resumable_checkpoint(tmp_path / 'new') is None


def test_pointer_is_relative_so_that_the_folder_can_move(tmp_path):
    save(tmp_path / 'a' / 'iter_9.pth')
    save(tmp_path / 'a' / 'iter_10.pth')
    write_pointer(tmp_path / 'a', tmp_path / 'a' / 'iter_9.pth')
    assert (tmp_path / 'a' / 'last_checkpoint').read_text() == 'iter_9.pth'
    os.rename(tmp_path / 'a', tmp_path / 'b')
    found = find_resumable_checkpoint(tmp_path / 'b')
    assert found == str(tmp_path / 'b' / 'iter_9.pth')


def test_checkpoints_in_another_folder_are_found(tmp_path):
    path = save(tmp_path / 'store' / 'iter_1.pth')
    (tmp_path / 'work').mkdir()
    write_pointer(tmp_path / 'work', path)
    found = find_resumable_checkpoint(tmp_path / 'work')
    assert os.path.samefile(found, path)


def test_absolute_pointer_of_mmengine_is_followed_after_a_move(tmp_path):
    path = save(tmp_path / 'iter_4.pth')
    (tmp_path / 'last_checkpoint').write_text('/gone/iter_4.pth')
    assert find_resumable_checkpoint(tmp_path) == str(path)


@pytest.mark.parametrize('pointer', [None, '', 'iter_100.pth', '\udcff'])
def test_newest_step_counts_if_the_pointer_is_broken(tmp_path, pointer):
    newest = save(tmp_path / 'iter_100.pth')
    save(tmp_path / 'iter_99.pth')
    save(tmp_path / 'best_toy_error_iter_400.pth')
    os.utime(newest, (1, 1))
    if pointer is not None:
        data = pointer.encode(errors='surrogateescape')
        (tmp_path / 'last_checkpoint').write_bytes(data)
    assert find_resumable_checkpoint(tmp_path) == str(newest)


def test_damaged_and_weight_only_files_are_passed_over(tmp_path):
    good = save(tmp_path / 'iter_1.pth')
    torch.save(dict(state_dict={}), tmp_path / 'iter_2.pth')
    (tmp_path / 'iter_3.pth').write_bytes(b'')
    write_pointer(tmp_path, tmp_path / 'iter_3.pth')
    assert find_resumable_checkpoint(tmp_path) == str(good)


def test_error_if_nothing_opens(tmp_path):
    (tmp_path / 'iter_3.pth').write_bytes(b'')
    (tmp_path / 'last_checkpoint').write_text('iter_4.pth')
    with pytest.raises(CheckpointError) as caught:
        find_resumable_checkpoint(tmp_path)
    assert 'iter_3.pth is damaged' in str(caught.value)
    assert 'iter_4.pth does not exist' in str(caught.value)


def test_remote_pointer_is_taken_as_it_is(tmp_path):
    write_pointer(tmp_path, 's3://bucket/iter_3.pth')
    assert find_resumable_checkpoint(tmp_path) == 's3://bucket/iter_3.pth'
