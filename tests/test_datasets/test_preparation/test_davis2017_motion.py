import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import LoadMasks
from mmmotion.datasets.preparation import (
    prepare_davis2017_motion,
    read_groups,
)

GROUPS = dict(judo=[[1], [2]], soapbox=[[1, 3], [2]])
LABELS = np.array([[0, 1, 2], [3, 255, 0]], np.uint8)
TOOLS = Path(__file__).parents[3] / 'tools/dataset_converters'


@pytest.fixture
def source(tmp_path, helpers):
    root = tmp_path / 'DAVIS'
    annotations = root / 'Annotations/480p'
    for t in range(2):
        helpers.save(annotations / f'soapbox/{t:05d}.png', LABELS)
    helpers.save(annotations / 'judo/00000.png', np.minimum(LABELS, 2))
    helpers.save(annotations / 'bear/00000.png', LABELS)
    return root


def test_objects_of_a_group_get_one_label_and_void_stays(source):
    summary = prepare_davis2017_motion(source, GROUPS)
    path = source / 'Annotations_motion/480p/soapbox/00001.png'
    with Image.open(path) as image:
        assert image.mode == 'P'
        assert np.array(image).tolist() == [[0, 1, 2], [1, 255, 0]]
        colors = np.array(image.convert('RGB'))
    assert colors[0, 1].tolist() == [128, 0, 0]
    assert str(summary) == (
        f'{path.parents[1]}: 2 videos, 4 objects, 3 annotations; 3 files '
        'written, 0 already there'
    )
    results = LoadMasks('objects').transform(dict(mask_path=str(path)))
    assert results['gt_masks'].sum(axis=(1, 2)).tolist() == [2, 1]
    assert results['gt_void'].sum() == 1


def test_it_goes_on_where_it_was(source, tmp_path, helpers):
    out = tmp_path / 'out'
    prepare_davis2017_motion(source, GROUPS, out)
    before, kept = helpers.contents(source), helpers.contents(out)
    lost = 'Annotations_motion/480p/judo/00000.png'
    (out / lost).unlink()
    assert prepare_davis2017_motion(source, GROUPS, out).num_written == 1
    assert helpers.contents(out) == kept
    assert helpers.contents(source) == before


def test_an_object_of_no_group_is_named(source):
    with pytest.raises(ValueError, match=r'labels \[0, 1, 255\], got 2: .*ju'):
        prepare_davis2017_motion(source, dict(judo=[[1]]))


def test_annotations_of_davis_2016_are_refused(source, helpers):
    path = source / 'Annotations/480p/judo/00000.png'
    helpers.save(path, np.where(LABELS > 0, 255, 0).astype(np.uint8))
    with pytest.raises(ValueError, match=r'of DAVIS 2016.*judo.00000\.png'):
        prepare_davis2017_motion(source, GROUPS)


@pytest.mark.parametrize(
    'content', [
        '[', '[]', '{"judo": [1]}', '{"judo": [[1], [1]]}', '{"judo": []}',
        '{"judo": [[1], []]}', '{"judo": [[0]]}', '{"judo": [[1.0]]}',
        '{"judo": [[true]]}'
    ]
)
def test_other_groups_are_refused(tmp_path, content):
    path = tmp_path / 'groups.json'
    path.write_text(content)
    with pytest.raises(ValueError, match=r'expected an object.*groups\.json'):
        read_groups(path)


def test_the_groups_have_the_published_numbers_of_objects():
    groups = read_groups(TOOLS / 'davis2017_motion.json')
    several = {k: len(v) for k, v in groups.items() if len(v) > 1}
    assert len(groups) == 30
    assert sum(map(len, groups.values())) == 44
    assert several == {
        'bike-packing': 2,
        'judo': 2,
        'dogs-jump': 3,
        'india': 3,
        'loading': 3,
        'pigs': 3,
        'gold-fish': 5,
    }
    # The semi-supervised annotations have 61 objects in these videos.
    assert sum(len(g) for each in groups.values() for g in each) == 61


def test_the_tool_says_what_it_did(source, load_tool, tmp_path, capsys):
    tool = load_tool('dataset_converters/davis2017_motion.py')
    groups = tmp_path / 'groups.json'
    groups.write_text(json.dumps(GROUPS))
    tool.main([str(source), '--groups', str(groups)])
    assert '2 videos, 4 objects' in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r'^davis2017_motion: .*no\.json'):
        tool.main([str(source), '--groups', str(tmp_path / 'no.json')])
