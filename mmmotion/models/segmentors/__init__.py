"""How the parts are wired, one file per method."""
