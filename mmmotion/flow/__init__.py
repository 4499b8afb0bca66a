"""Optical flow as data: files, colours, sizes, polynomial fits, estimators."""
