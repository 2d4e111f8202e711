"""Findings in words and tables: what a terminal, a page and a file say alike."""
