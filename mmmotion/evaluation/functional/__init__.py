"""Scores of masks as pure functions."""
