"""The patterns, and how one is judged."""
