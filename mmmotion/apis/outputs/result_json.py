"""What is known about a video, for scripts."""

import json
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
        objects=[asdict(track) for track in result.objects],
        frame_names=list(result.frame_names),
    )
    write_atomically(path, json.dumps(content).encode())


def track_from_json(content: dict) -> ObjectTrack:
    """Make a track of what :func:`dataclasses.asdict` made of it.

    Args:
        content: Fields by name, as JSON has them.
    """
    boxes = tuple(box and tuple(box) for box in content['boxes'])
    return ObjectTrack(
        content['object_id'],
        content['motion_score'],
        tuple(content['areas']),
        boxes,
        tuple(content['scores']),
    )
