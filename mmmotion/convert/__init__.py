"""Released checkpoints of the original projects to ours."""
