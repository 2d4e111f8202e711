"""What drives an answer: screening, indices of variance, and rank correlations of kept runs."""
