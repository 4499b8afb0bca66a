"""mmengine metrics around the pure functions."""
