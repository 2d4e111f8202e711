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

BOXED = {
    "vacancies": "vacancies",
    "unfilled": "unfilled posts\nthat are wanted",
    "charge_rate": "agency price",
    "premium": "agency over\npermanent pay",
    "to_agency": "going to\nagency",
    "coming_back": "coming back\nfrom agency",
    "agency_staff": "agency staff\nin post",
    "strain": "caseload strain",
    "leaving": "leaving the\nsector",
    "hiring": "permanent\nhiring",
    "agency_share": "agency share",
    "pay_bill": "pay bill a post",
}
"""What stands in each node's box, line by line."""
BENDS = {
    ("vacancies", "unfilled"): -0.15,
    ("unfilled", "charge_rate"): -0.15,
    ("vacancies", "charge_rate"): 0.0,
    ("premium", "to_agency"): -0.2,
    ("to_agency", "vacancies"): 0.0,
    ("to_agency", "agency_staff"): 0.12,
    ("vacancies", "hiring"): -0.25,
    ("hiring", "vacancies"): -0.25,
    ("vacancies", "strain"): -0.25,
    ("strain", "leaving"): -0.35,
    ("leaving", "vacancies"): -0.15,
    ("agency_staff", "coming_back"): -0.2,
    ("coming_back", "agency_staff"): -0.2,
    ("coming_back", "vacancies"): -0.1,
    ("agency_staff", "strain"): -0.22,
    ("strain", "to_agency"): 0.0,
    ("strain", "coming_back"): 0.0,
    ("agency_staff", "unfilled"): 0.12,
    ("vacancies", "agency_share"): 0.05,
    ("agency_staff", "agency_share"): 0.35,
    ("agency_staff", "pay_bill"): 0.1,
    ("vacancies", "pay_bill"): 0.0,
    ("pay_bill", "strain"): 0.0,
    ("charge_rate", "pay_bill"): -0.3,
    ("pay_bill", "charge_rate"): -0.35,
    ("charge_rate", "unfilled"): -0.15,
    ("charge_rate", "agency_staff"): 0.12,
}
BEND = 0.1
"""How far an arrow bows, as a part of its length: to its right, and of one not named above."""


def places() -> dict[str, tuple[float, float]]:
    """Return where each node stands in the diagram, from 0 to 1, y upwards."""
    return {
        name: (round(x / DIAGRAM_WIDE, 4), round(y / DIAGRAM_TALL, 4))
        for name, (x, y) in AT.items()
    }
