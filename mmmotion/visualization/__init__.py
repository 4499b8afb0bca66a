"""Overlays, flow pictures and panels."""
