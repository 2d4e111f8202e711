"""Experiments: ensembles, comparisons and what they leave on disk. Nothing here draws."""
