"""A grid or a Sobol design over levers."""
