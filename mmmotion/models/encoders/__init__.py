"""Image or flow to features."""
