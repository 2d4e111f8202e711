"""The work: futures, policies in them, regret, and the boxes in which a policy fails."""
