"""Small tables of figures, each with a source column; SOURCES.md tells where they come from."""
