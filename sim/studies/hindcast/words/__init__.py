"""Scores in tables and files."""
