"""Loops through time, and the diagram of the circle."""
