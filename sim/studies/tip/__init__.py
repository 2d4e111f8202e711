"""Where the circle breaks: the mean field, its states, and the agents beside it."""
