"""Boroughs as Mesa agents: what each bids, and how it finds itself in the market."""

from __future__ import annotations

from typing import Any

import mesa


class Borough(mesa.Agent):
    """One employer of children's social workers (Kingston and Richmond are one).

    Attributes:
        name: the DfE name of the employer.
        charge_rate_per_hour: what it pays an agency for an experienced worker's hour, £
            excluding VAT (`MarketState.prices` has every experience band).
        desired_charge_rate: what it would pay if no cap bound it.
        is_member: whether it keeps to the collective cap.
        cap_binds: whether the cap held its bid down this month.
    """

    def __init__(self, model: Any, index: int, name: str, charge_rate: float) -> None:
        super().__init__(model)
        self.index = index
        self.name = name
        self.charge_rate_per_hour = charge_rate
        self.desired_charge_rate = charge_rate
        self.is_member = False
        self.cap_binds = False
        self.months_short = 0
        self.months_content = 0

    @property
    def posts(self) -> int:
        """Posts in the establishment, FTE."""
        return int(self.model.posts[self.index])

    @property
    def permanent(self) -> int:
        """Permanent staff in post, FTE."""
        return int(self.model.workforce.permanent[self.index])

    @property
    def agency(self) -> int:
        """Agency staff placed, FTE."""
        return int(self.model.workforce.placed[self.index])

    @property
    def unfilled_share(self) -> float:
        """Unfilled posts (vacancies not covered) as a share of posts."""
        return float(self.model.unfilled[self.index] / max(self.posts, 1))

    def bid(self, charge_rate: float) -> None:
        """Decide what to pay, £ per hour: no less than the law and no more than a budget allows."""
        lawful = max(charge_rate, self.model.rules.lowest_lawful_charge)
        self.desired_charge_rate = min(lawful, self.model.bid_ceiling)

    @property
    def is_at_ceiling(self) -> bool:
        """Whether it pays the most any borough can afford."""
        return self.charge_rate_per_hour >= self.model.bid_ceiling * (1.0 - 1e-9)

    def pay(self, charge_rate: float) -> None:
        """Settle on this month's charge rate, £ per hour."""
        self.cap_binds = charge_rate < self.desired_charge_rate
        self.charge_rate_per_hour = charge_rate
