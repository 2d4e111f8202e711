"""The cheapest way to a target, with a stated chance under every rival structure."""
