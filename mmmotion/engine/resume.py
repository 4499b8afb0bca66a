"""Finding the checkpoint from which a run continues."""

import logging
import os
import re
from pathlib import Path

from mmengine.dist import broadcast_object_list, is_main_process
from mmengine.logging import print_log

from mmmotion.flow.atomic import write_atomically

from .checkpoint_io import CheckpointError, read_checkpoint

POINTER = 'last_checkpoint'
_NEEDED = ('meta', 'state_dict', 'message_hub', 'optimizer')


def write_pointer(work_dir: str | Path, checkpoint: str | Path) -> None:
    """Note the newest checkpoint of a run in ``last_checkpoint``.

    Args:
        work_dir: Folder of the run.
        checkpoint: The file; its path is written relative to the folder, so
            that the folder can be moved. A URL stays as it is.
    """
    text = str(checkpoint)
    if '://' not in text:
        text = os.path.relpath(text, work_dir)
    write_atomically(Path(work_dir) / POINTER, text.encode())


def find_resumable_checkpoint(work_dir: str | Path) -> str | None:
    """Find the newest checkpoint of a run that opens and can be resumed.

    The file that ``last_checkpoint`` names comes first. If it is missing or
    damaged, the other checkpoints of the run are tried, newest first, and the
    log says which one was taken. All processes get the answer of the first.

    Args:
        work_dir: Folder of the run.

    Returns:
        Path of the file, None if the run has not saved any.

    Raises:
        CheckpointError: If there are checkpoints and none of them opens.
    """
    answer: list[str | CheckpointError | None] = [None]
    if is_main_process():
        try:
            answer = [_search(Path(work_dir))]
        except CheckpointError as error:
            answer = [error]
    broadcast_object_list(answer)
    if isinstance(answer[0], CheckpointError):
        raise answer[0]
    return answer[0]


def check_resumable(checkpoint: str | Path) -> None:
    """Refuse a file from which a training cannot go on.

    The first process reads it, and all get its answer.

    Args:
        checkpoint: A file of this machine.

    Raises:
        FileNotFoundError: If there is no such file.
        CheckpointError: If it does not open, or lacks what a training needs
            beside the weights.
    """
    path = Path(checkpoint).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'checkpoint not found: {path.absolute()}')
    problem: list[str | None] = [None]
    if is_main_process():
        problem = [_find_problem(path)]
    broadcast_object_list(problem)
    if problem[0] is not None:
        raise CheckpointError(
            f'cannot resume: {problem[0]}; to begin a training with the '
            'weights of a file, name it in load_from'
        )


def _search(work_dir: Path) -> str | None:
    pointed = _follow_pointer(work_dir)
    if pointed is not None and '://' in pointed:
        return pointed
    candidates = _list_checkpoints(work_dir, pointed)
    problems: list[str] = []
    for path in candidates:
        problem = _find_problem(path)
        if problem is None:
            for text in problems:
                print_log(
                    f'{text}; resuming from {path} instead',
                    logger='current',
                    level=logging.WARNING,
                )
            return str(path)
        problems.append(problem)
    if problems:
        raise CheckpointError(
            f'no checkpoint in {work_dir.absolute()} can be resumed: ' +
            '; '.join(problems)
        )
    return None


def _follow_pointer(work_dir: Path) -> str | None:
    pointer = work_dir / POINTER
    if not pointer.is_file():
        return None
    text = pointer.read_text(errors='replace').strip()
    if not text or '://' in text:
        return text or None
    # An absolute path wins in a join; mmengine itself writes such ones.
    path = work_dir / text
    return str(path if path.is_file() else work_dir / path.name)


def _list_checkpoints(work_dir: Path, pointed: str | None) -> list[Path]:
    folders = [work_dir]
    first = []
    if pointed is not None:
        first = [Path(pointed)]
        folders.append(first[0].parent)
    found = {
        path.resolve(): path
        for folder in folders
        for path in folder.glob('*.pth')
        if not path.name.startswith(('.', 'best_'))
    }
    others = sorted(found.values(), key=_age_key, reverse=True)
    return first + [
        path
        for path in others if not first or path.resolve() != first[0].resolve()
    ]


def _age_key(path: Path) -> tuple[int, int]:
    """Order by the step in the name: copying a folder changes the times."""
    steps = re.findall(r'\d+', path.stem)
    return (int(steps[-1]) if steps else -1, path.stat().st_mtime_ns)


def _find_problem(path: Path) -> str | None:
    try:
        checkpoint = read_checkpoint(path)
    except FileNotFoundError:
        return f'{path} does not exist'
    except CheckpointError as error:
        return str(error)
    lacking = [key for key in _NEEDED if key not in checkpoint]
    if lacking:
        return f'{path} lacks {", ".join(lacking)}'
    return None
