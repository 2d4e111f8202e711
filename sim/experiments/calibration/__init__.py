"""Fitting the model to London's record, and what that can tell."""
