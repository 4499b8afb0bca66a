"""What is wrong with an input."""


class InputError(ValueError):
    """An input that is no video, or none that can be worked on."""
