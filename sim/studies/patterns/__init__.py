"""Patterns of London's record, and whether the model shows them."""
