"""Fitting the model to London's record: which parameters are likely."""
