"""The ground the model stands on: its words, its parameters, its evidence and its luck."""
