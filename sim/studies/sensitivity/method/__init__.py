"""The work of `sensitivity`: factors, designs, the twin over them, and what comes of it."""
