"""The graph, its links, and their strength by probe."""
