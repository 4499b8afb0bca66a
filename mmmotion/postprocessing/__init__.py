"""Masks to better masks."""
