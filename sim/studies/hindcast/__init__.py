"""Forecasts from past censuses, scored on what came after."""
