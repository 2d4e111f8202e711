"""Where a borough's money goes, and what a policy saves or costs."""
