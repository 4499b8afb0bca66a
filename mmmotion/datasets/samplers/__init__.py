"""Which frames are drawn, and in which order."""
