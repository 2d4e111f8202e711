"""Splits, pairing, and the test against no policy at all."""
