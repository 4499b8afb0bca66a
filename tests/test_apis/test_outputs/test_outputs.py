"""Files for scripts say what the masks say."""

import json
import math

import numpy as np
from pycocotools import mask as coco_mask

from mmmotion.apis.outputs import (
    ObjectsWriter,
    encode_rle,
    track_from_json,
    track_to_json,
)
from mmmotion.structures import ObjectTrack


def test_run_lengths_are_those_of_coco():
    mask = np.random.default_rng(0).random((7, 9)) > 0.5
    rle = encode_rle(mask)
    assert rle['size'] == [7, 9]
    decoded = coco_mask.decode(json.loads(json.dumps(rle)))
    np.testing.assert_array_equal(decoded, mask)


def make_track(score=2.5):
    return ObjectTrack(1, score, (6, 0), ((0.0, 1.0, 3.0, 2.0), None),
                       (0.75, 0.0))  # yapf: disable


def test_objects_by_frame_with_none_where_they_are_not_seen(tmp_path):
    labels = np.zeros((2, 4, 5), np.uint8)
    labels[0, 1:3, :3] = 1
    writer = ObjectsWriter(1)
    for frame in labels:
        writer.add(frame)
    path = tmp_path / 'objects.json'
    writer.write(path, 'clip', (4, 5), 25, ['a', 'b'], [make_track()])
    content = json.loads(path.read_text())
    (video, ), (found, ) = content['videos'], content['annotations']
    assert video['file_names'] == ['a.png', 'b.png']
    assert (video['height'], video['width'], video['fps']) == (4, 5, 25)
    assert found['areas'] == [6, None] and found['scores'] == [0.75, 0]
    assert found['bboxes'] == [[0, 1, 3, 2], None]
    first, second = found['segmentations']
    np.testing.assert_array_equal(coco_mask.decode(first), labels[0])
    assert second is None


def test_tracks_survive_json():
    track = make_track()
    assert track_from_json(json.loads(json.dumps(track_to_json(track)))
                           ) == (track)
    unknown = json.dumps(track_to_json(make_track(math.nan)), allow_nan=False)
    assert math.isnan(track_from_json(json.loads(unknown)).motion_score)
