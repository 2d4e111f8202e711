"""A calibration in words: sentences and tables."""
