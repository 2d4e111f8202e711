"""What every command shares: options, progress, folders of results."""
