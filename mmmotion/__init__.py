"""Unsupervised motion segmentation: find the objects that move in a video."""

__version__ = '0.1.0'
