"""The game in sentences, tables and print."""
