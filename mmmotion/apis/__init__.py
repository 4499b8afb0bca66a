"""Entry points for programs that use the toolbox as a library."""

from .config_path import config_path

__all__ = ['config_path']
