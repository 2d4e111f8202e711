"""What questions share: comparisons, rival structures, and results written and read back."""
