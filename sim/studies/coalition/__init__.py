"""The cap as a game: who would leave, in which order, and who holds it."""
