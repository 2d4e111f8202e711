"""The books, and their split into prices and people."""
