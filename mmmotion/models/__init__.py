"""Encoders, heads, motion models, losses and the methods made of them."""
