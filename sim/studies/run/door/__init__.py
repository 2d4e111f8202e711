"""Results and comparisons in Python."""
