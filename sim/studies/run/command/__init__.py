"""The commands `run` and `compare`."""
