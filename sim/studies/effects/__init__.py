"""What each lever does by itself and beside the others."""
