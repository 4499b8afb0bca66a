"""Training, validation and test loops."""
