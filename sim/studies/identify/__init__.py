"""What the record can tell about each parameter."""
