"""The twin, its states, and the search for a level."""
