"""A policy against its base: told apart from luck, split by lever, and by when it acts."""
