"""Tipping points in sentences, tables and a map."""
