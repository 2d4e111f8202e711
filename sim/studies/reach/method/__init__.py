"""The work of `reach`: levers and bounds, packages judged by the twin, the search."""
