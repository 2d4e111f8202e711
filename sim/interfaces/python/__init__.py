"""The Python interface: every question as a function, and saved answers opened again."""
