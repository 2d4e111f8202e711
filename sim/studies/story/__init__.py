"""The circle told in five steps."""
