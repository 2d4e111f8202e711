"""A brief: a question in, one page out."""
