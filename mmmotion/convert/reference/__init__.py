"""Comparison with reference outputs of the original implementations."""
