"""`permanence serve`: the workshop page on this machine, and who may ask it what."""
