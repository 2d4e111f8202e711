"""One offline page of a result, and the check that makes it again."""
