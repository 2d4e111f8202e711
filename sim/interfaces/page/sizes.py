"""How many runs and years the page asks for: read at once by commands that may never need it."""

from __future__ import annotations

MOST_YEARS = 10
DEFAULT_YEARS = 6
"""A horizon that twenty agent runs of a policy reach in three seconds on two processors."""
DEFAULT_RUNS, DEFAULT_SEED = 20, 1
