"""Robust: policies crossed with all that nobody knows, what each regrets, and when each fails."""
