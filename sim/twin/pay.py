"""What agency work pays over a permanent post, for many Londons at once."""

from __future__ import annotations

import numpy as np

from sim.rules import pay
from sim.twin.state import TwinState

SAME_PAY = 1e-6
"""Log pay below which two ways of working pay alike."""


def pay_is_worked_out(twin: TwinState) -> None:
    """Work out what agency work pays over a permanent post, under the law and bids of now."""
    rates = twin.mean_charges() * (1.0 - twin.parameters.agency_margin_share)
    agency, _ = pay.agency_nets(rates, twin.plan.parameters, twin.rules)
    twin.companies_pay_alike = float(np.ptp(np.log(agency), axis=-1).max()) < SAME_PAY
    permanent = twin.pay.pay(twin.rules)
    twin.log_premium = pay.log_premium(agency, np.asarray(permanent.slip.net_annual))
    twin.offer_pay_ratio = permanent.offer_pay_ratio
