"""Policies beside each other, or links cut: paired differences, splits, sweeps, money, stories."""
