"""Names of files and folders, which need not be UTF-8."""


def encode_name(text: str) -> bytes:
    """Return the bytes of a text with names of files in it.

    The same on every machine. What Python could not decode in a name
    becomes what it was.

    Args:
        text: The text, or a name alone.
    """
    return text.encode('utf-8', 'surrogateescape')
