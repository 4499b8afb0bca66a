"""One self-contained page about a video and its moving objects."""

from .page import write_report

__all__ = ['write_report']
