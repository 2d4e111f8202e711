"""Where each node of the causal-loop diagram stands, for whatever draws it."""

from __future__ import annotations

DIAGRAM_WIDE, DIAGRAM_TALL = 9.0, 5.0
"""Inches of the diagram; the list of loops stands to the right of it."""
AT = {
    "pay_bill": (0.8, 2.2),
    "charge_rate": (3.35, 4.55),
    "premium": (6.45, 4.55),
    "unfilled": (1.45, 3.15),
    "agency_staff": (5.1, 3.0),
    "to_agency": (8.25, 3.35),
    "vacancies": (3.2, 1.75),
    "coming_back": (6.9, 1.8),
    "leaving": (0.8, 1.05),
    "strain": (2.55, 0.32),
    "hiring": (5.35, 0.32),
    "agency_share": (8.1, 0.55),
}
"""Where each node stands, inches from the lower left of the diagram."""


def places() -> dict[str, tuple[float, float]]:
    """Return where each node stands in the diagram, from 0 to 1, y upwards."""
    return {
        name: (round(x / DIAGRAM_WIDE, 4), round(y / DIAGRAM_TALL, 4))
        for name, (x, y) in AT.items()
    }
