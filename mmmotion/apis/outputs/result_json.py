"""What is known about a video, for scripts."""

import json
import math
from dataclasses import asdict
from pathlib import Path

from mmmotion.engine.adaptation.fingerprint import describe_settings
from mmmotion.flow.atomic import write_atomically
from mmmotion.structures import ObjectTrack, VideoResult


def write_result_json(path: str | Path, result: VideoResult) -> None:
    """Write everything but the masks.

    Args:
        path: File to write.
        result: The video.
    """
    content = dict(
        name=result.name,
        height=result.size[0],
        width=result.size[1],
        fps=result.fps,
        verdict=result.verdict,
        warnings=list(result.warnings),
        settings=describe_settings(result.settings),
        objects=[track_to_json(track) for track in result.objects],
        frame_names=list(result.frame_names),
    )
    write_atomically(path, json.dumps(content).encode())


def track_to_json(track: ObjectTrack) -> dict:
    """Describe a track by what JSON can hold.

    Args:
        track: The track; no motion score is null.
    """
    content = asdict(track)
    if math.isnan(track.motion_score):
        content['motion_score'] = None
    return content


def track_from_json(content: dict) -> ObjectTrack:
    """Make a track of what :func:`track_to_json` made of it.

    Args:
        content: Fields by name, as JSON has them.
    """
    score = content['motion_score']
    boxes = tuple(box and tuple(box) for box in content['boxes'])
    return ObjectTrack(
        content['object_id'],
        math.nan if score is None else score,
        tuple(content['areas']),
        boxes,
        tuple(content['scores']),
    )
