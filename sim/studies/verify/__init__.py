"""A report run again and compared with itself."""
