"""The workshop page: one hand-made page, served (`permanence serve`) or in one file (explorer)."""
