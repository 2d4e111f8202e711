"""The game, its gains, the order of leaving."""
