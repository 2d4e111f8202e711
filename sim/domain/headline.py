"""The outcomes that everybody looks at, and which of them go together: their names, said once.

What each is made of stands in `sim/market/outcomes.py`.
"""

from __future__ import annotations

WORKFORCE = "permanent_share_of_workforce"
POSTS = "permanent_share_of_posts"
UNFILLED = "unfilled_share_of_posts"
AGENCY_SHARE = "agency_share"
CHARGE_RATE = "charge_rate_per_hour"
AGENCY_COST = "agency_cost_per_year"

PERMANENT_SHARES = (WORKFORCE, POSTS)
"""What the census publishes and forecasts are scored on. The first flatters where posts are left
empty, so the second stands beside it."""
SHARES = (*PERMANENT_SHARES, UNFILLED)
"""What is read together: neither permanent share means much without unfilled posts."""
HEADLINE = (*SHARES, CHARGE_RATE, AGENCY_COST)
"""What a comparison of policies shows."""
