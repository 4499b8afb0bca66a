"""List files that name the videos or frames of a split."""

from pathlib import Path, PurePosixPath

from mmengine.fileio import list_from_file

from mmmotion.flow.frames import IMAGE_SUFFIXES


def read_frame_list(ann_file: str, img_root: str,
                    data_root: str) -> dict[str, set[str] | None]:
    """Read which videos, and which of their frames, belong to a split.

    A line holds a video (``blackswan``), optionally followed by the names of
    its frames, as in the lists of AMD and RCF
    (``JPEGImages/480p/blackswan 00000.jpg 00001.jpg ...``), or an image,
    optionally followed by its annotation, as in the lists of DAVIS
    (``/JPEGImages/480p/blackswan/00000.jpg /Annotations/...``). Videos and
    images are named from the data root or from the folder of the videos.
    A name with spaces stands alone in its line. Empty lines and lines that
    start with ``#`` are left out.

    Args:
        ann_file: The list file.
        img_root: Folder of the videos.
        data_root: Folder that image paths may start from.

    Returns:
        The names of the videos in order, each with the image names (without
        suffix) that are listed, or None if the whole video is.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file lists nothing.
    """
    if not Path(ann_file).is_file():
        raise FileNotFoundError(f'list file not found: {ann_file} (ann_file)')
    listed: dict[str, set[str] | None] = {}
    for line in list_from_file(ann_file):
        words = line.split()
        if not words or words[0].startswith('#'):
            continue
        # A name may have spaces, and then stands alone in its line.
        whole = PurePosixPath(line.strip().lstrip('/'))
        relative = _below_images(whole, img_root, data_root)
        if len(words) > 1 and Path(img_root, relative).exists():
            words = [str(whole)]
        entry = PurePosixPath(words[0].lstrip('/'))
        relative = _below_images(entry, img_root, data_root)
        if entry.suffix.lower() in IMAGE_SUFFIXES:
            video, names = str(relative.parent), {relative.stem}
        else:
            video = str(relative)
            names = {PurePosixPath(word).stem for word in words[1:]}
        if not names:
            listed[video] = None
        elif (known := listed.setdefault(video, set())) is not None:
            known |= names
    if not listed:
        raise ValueError(f'list file is empty: {ann_file} (ann_file)')
    return listed


def _below_images(
    entry: PurePosixPath, img_root: str, data_root: str
) -> PurePosixPath:
    """Turn a path from the data root into one from the videos' folder."""
    full = PurePosixPath(data_root) / entry
    if full.is_relative_to(PurePosixPath(img_root)):
        return full.relative_to(PurePosixPath(img_root))
    return entry
