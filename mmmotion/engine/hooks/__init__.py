"""Hooks, one concern each."""
