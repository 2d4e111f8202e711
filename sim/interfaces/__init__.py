"""How people meet the model: command line, Python, charts. Numbers come from `experiments`."""
