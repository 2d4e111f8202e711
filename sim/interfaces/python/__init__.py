"""The Python interface: results as tables, figures and pages of a notebook."""
