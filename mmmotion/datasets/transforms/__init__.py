"""Loading, shaping and packing of samples."""
