"""A procedurally rendered world of moving layers."""
