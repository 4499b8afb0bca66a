"""Optimizer wrappers."""

from .autocast_optim_wrapper import AutocastOptimWrapper
from .default_optim_wrapper_constructor import DefaultOptimWrapperConstructor

__all__ = ['AutocastOptimWrapper', 'DefaultOptimWrapperConstructor']
