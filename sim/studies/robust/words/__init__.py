"""What is said of robustness: tables, sentences, notes."""
