"""Files that a synthetic world is made from."""

from .footage import open_footage
from .picture_folder import list_pictures
from .silhouettes import open_silhouettes
from .world import WorldSettings


def check_sources(world: WorldSettings) -> None:
    """Look whether the folders and files of a world hold what they should.

    Args:
        world: Settings of the world.

    Raises:
        FileNotFoundError: If a folder or file does not exist.
        ValueError: If one is empty, no such file, or a video is too short.
    """
    if world.silhouettes is not None:
        open_silhouettes(world.silhouettes)
    if world.textures is not None:
        list_pictures(world.textures, 'textures')
    if world.background_videos is not None:
        open_footage(world.background_videos, world.num_frames)
