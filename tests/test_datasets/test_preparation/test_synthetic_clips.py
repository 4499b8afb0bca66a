import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets.preparation import ClipPlan, write_clips
from mmmotion.datasets.preparation import synthetic_clips as module
from mmmotion.datasets.synthesis import (
    SceneKey,
    View,
    WorldSettings,
    build_scene,
)
from mmmotion.flow import read_flow

WORLD = WorldSettings(
    size=(48, 80),
    num_frames=3,
    motion='homography',
    deformation=1.0,
    occluders=1.0,
    camera_speed=1.0,
)


@pytest.fixture
def plans(tmp_path):
    return [
        ClipPlan(SceneKey(0, 'train', index), WORLD, str(tmp_path / 'syn'))
        for index in range(5)
    ]


def listing(plans):
    """Content of every file of the tree by its path."""
    root = plans[0].root
    return {
        os.path.relpath(os.path.join(parent, name), root): open(
            os.path.join(parent, name), 'rb'
        ).read()
        for parent, _, names in os.walk(root)
        for name in names
    }


def test_files_hold_what_the_scene_is(plans):
    assert write_clips(plans[:2]).num_written == 2
    root = plans[0].root
    scene = build_scene(plans[1].key, WORLD)
    here, there = View(scene, 1), View(scene, 2)
    modal, amodal, _ = here.masks()
    clip = '2_00001/00001'
    image = np.array(Image.open(f'{root}/JPEGImages/{clip}.jpg')).astype(float)
    assert np.abs(image - here.image()).mean() < 4
    flow = read_flow(f'{root}/Flows_gap1/{clip}.flo')
    np.testing.assert_array_equal(flow, here.flow(2))
    back = read_flow(f'{root}/Flows_gap-1/{clip}.flo')
    np.testing.assert_array_equal(back, here.flow(0))
    for k in (1, 2):
        path = f'{root}/AmodalAnnotations/2_00001/{k}_00001.png'
        np.testing.assert_array_equal(
            np.array(Image.open(path)), 255 * amodal[k - 1]
        )
    labels = Image.open(f'{root}/Annotations/{clip}.png')
    assert labels.mode == 'P' and labels.getpalette()[3:9] == [
        128, 0, 0, 0, 128, 0
    ]
    np.testing.assert_array_equal(
        np.array(labels), modal[0] + 2 * modal[1].astype(int)
    )
    visible = np.array(Image.open(f'{root}/Visibility_gap1/{clip}.png')) > 0
    np.testing.assert_array_equal(visible, here.visibility(flow, there))


def test_the_first_frame_has_no_flow_back_nor_the_last_one_on(plans):
    write_clips(plans[:1])
    root = plans[0].root
    assert sorted(os.listdir(f'{root}/Flows_gap1/1_00000')
                  ) == ['00000.flo', '00001.flo']
    assert sorted(os.listdir(f'{root}/Visibility_gap-1/1_00000')
                  ) == ['00001.png', '00002.png']


def test_shards_share_the_clips_and_make_the_files_of_one_run(plans, tmp_path):
    write_clips(plans)
    whole = listing(plans)
    parts = [replace(plan, root=str(tmp_path / 'parts')) for plan in plans]
    counts = [write_clips(parts, shard=(i, 3)).num_written for i in range(3)]
    assert counts == [2, 2, 1]
    assert listing(parts) == whole


def test_a_worker_makes_the_files_of_one_process(plans, tmp_path):
    write_clips(plans)
    other = [replace(plan, root=str(tmp_path / 'two')) for plan in plans]
    assert write_clips(other, num_workers=1).num_written == 5
    assert listing(other) == listing(plans)


def test_a_killed_run_leaves_whole_clips_and_is_taken_up(plans, monkeypatch):
    write_clips(plans)
    whole = listing(plans)
    again = [replace(plan, root=f'{plan.root}2') for plan in plans]
    root = again[0].root
    calls = []

    def kill(*names):
        calls.append(names)
        if len(calls) == 10:  # within the renaming of the second clip
            raise KeyboardInterrupt
        os.rename(*names)

    with monkeypatch.context() as patch:
        patch.setattr(module.os, 'replace', kill)
        # As if the process were gone before it could clean up.
        patch.setattr('shutil.rmtree', lambda *args, **kwargs: None)
        with pytest.raises(KeyboardInterrupt):
            write_clips(again)
    left = [name for name in os.listdir(root) if name.startswith('.')]
    assert len(left) == 2
    for name in left:
        host = name.split('~')[1]
        os.rename(f'{root}/{name}', f'{root}/.x~{host}~{2**22 + 1}.tmp')
        break
    for clip in os.listdir(f'{root}/JPEGImages'):
        assert again[int(clip[2:])].is_whole()
    summary = write_clips(again)
    assert summary.num_existing == 1 and summary.num_written == 4
    found = listing(again)
    assert {k: v for k, v in found.items() if k[0] != '.'} == whole
    assert write_clips(again).num_written == 0


@pytest.mark.parametrize('damage', ['remove', 'empty'])
def test_clips_that_are_not_whole_are_made_anew(plans, damage):
    write_clips(plans[:2])
    before = listing(plans)
    path = f'{plans[0].root}/Flows_gap1/1_00000/00001.flo'
    os.remove(path)
    if damage == 'empty':
        open(path, 'wb').close()
    assert write_clips(plans[:2]).num_written == 1
    assert listing(plans) == before


def test_a_folder_with_clips_of_another_world_is_refused(plans):
    write_clips(plans[:1])
    for other in (
            replace(plans[0], world=replace(WORLD, spin=3.0)),
            replace(plans[0], key=SceneKey(5, 'train', 0)),
            replace(plans[0], flow_suffix='.npy'),
    ):
        with pytest.raises(ValueError,
                           match=r'synthetic\.json .*(spin|seed|flow)='):
            write_clips([other])


@pytest.mark.parametrize('folder', ['JPEGImages', 'AmodalAnnotations'])
def test_a_folder_with_clips_of_another_origin_is_refused(plans, folder):
    path = Path(plans[0].root, folder, '1_00000', 'mine.jpg')
    path.parent.mkdir(parents=True)
    path.write_bytes(b'mine')
    with pytest.raises(ValueError,
                       match=f'{folder} holds clips .* choose another'):
        write_clips(plans)
    assert listing(plans) == {f'{folder}/1_00000/mine.jpg': b'mine'}


def test_a_clip_that_another_shard_just_wrote_is_no_foreign_one(
    plans, monkeypatch
):
    exists = Path.exists

    def be_overtaken(path):
        if path.name == 'synthetic.json':
            with monkeypatch.context() as patch:
                patch.setattr(Path, 'exists', exists)
                write_clips(plans, shard=(0, 5))
        return exists(path)

    monkeypatch.setattr(Path, 'exists', be_overtaken)
    assert write_clips(plans, shard=(1, 5)).num_written == 1


def test_files_of_others_stay_when_a_clip_is_made_anew(plans):
    write_clips(plans[:2])
    before = listing(plans)
    more = {
        f'{folder}/1_00000/{name}': b'mine'
        for folder, name in (('JPEGImages', 'mine.txt'),
                             ('Annotations', '00000.json'))
    }
    for name, content in more.items():
        Path(plans[0].root, name).write_bytes(content)
    assert write_clips(plans[:2]).num_written == 0
    os.remove(f'{plans[0].root}/Flows_gap1/1_00000/00001.flo')
    assert write_clips(plans[:2]).num_written == 1
    assert listing(plans) == {**before, **more}


def test_a_folder_from_before_a_setting_existed_goes_on(plans):
    write_clips(plans[:1])
    path = Path(plans[0].root, 'synthetic.json')
    note = json.loads(path.read_text())
    assert note.pop('parallax') == 0
    assert note.pop('num_corners') == [3, 9]
    path.write_text(json.dumps(note))
    assert write_clips(plans[:2]).num_written == 1
    del note['size']
    path.write_text(json.dumps(note))
    with pytest.raises(ValueError, match=r'with size=\[128, 224\], not'):
        write_clips(plans[:2])


@pytest.mark.parametrize(
    'content, found',
    [(b'', 'Expecting value'), (b'{"seed": ', 'Expecting'), (b'[]', 'list'),
     (b'\xff\xfe\xff', 'codec')],
)
def test_a_damaged_note_is_named(plans, content, found):
    write_clips(plans[:1])
    Path(plans[0].root, 'synthetic.json').write_bytes(content)
    with pytest.raises(ValueError,
                       match=rf'JSON object, got .*{found}.*synthetic\.json'):
        write_clips(plans[:1])


@pytest.mark.parametrize(
    'keys, message',
    [
        (dict(num_workers=-1), 'num_workers >= 0'),
        (dict(shard=(2, 2)), '0 <= i < n'),
        (dict(plans=[]), 'at least one clip'),
    ],
)
def test_wrong_arguments_are_named(plans, keys, message):
    with pytest.raises(ValueError, match=message):
        write_clips(**{'plans': plans, **keys})


def test_the_number_of_objects_is_one_digit(tmp_path):
    world = replace(WORLD, num_objects=(1, 12))
    plan = ClipPlan(SceneKey(0, 'train', 0), world, str(tmp_path))
    with pytest.raises(ValueError, match=r'at most 9 objects.*\(1, 12\)'):
        write_clips([plan])
