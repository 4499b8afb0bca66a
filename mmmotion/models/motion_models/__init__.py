"""Masks and flow to a parametric flow."""
