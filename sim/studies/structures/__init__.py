"""Scenarios under each rival structure, and how each fits the record."""
