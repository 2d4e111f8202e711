"""Forecasts, filters, baselines and scores."""
