"""Links and loops in sentences and values."""
