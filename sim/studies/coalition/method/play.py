"""All that `coalition` asks of one scenario under one structure, put together."""

from __future__ import annotations

from dataclasses import dataclass

from sim.answers.structures import Pair
from sim.domain.headline import AGENCY_COST, CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.domain.randomness import FloatArray
from sim.market.outcomes import OUTCOME
from sim.scenario import Scenario
from sim.studies.coalition.method.gains import (
    VALUE_MULTIPLES,
    Departure,
    SidePayment,
    Stake,
    default_post_value,
    departures,
    losses_to_others,
    side_payments,
    stakes,
)
from sim.studies.coalition.method.game import Game, Payoff, Seen
from sim.studies.coalition.method.order import (
    STEPS_OF_SHARE,
    OwnRule,
    Signed,
    Stability,
    along,
    critical_number,
    in_keyed_order,
    own_rule,
    stability,
)

LONDON_ROWS = (
    (WORKFORCE, "permanent_fte", "staff"),
    (POSTS, "permanent_fte", "posts_fte"),
    (UNFILLED, "unfilled_fte", "posts_fte"),
    (CHARGE_RATE, "hourly_charges", "agency_fte"),
    (AGENCY_COST, AGENCY_COST, None),
    ("agency_excess_cost_per_year", "agency_excess_cost_per_year", None),
)
"""London with and without the whole pledge: outcome, and the fields it is made of."""
IMPATIENT = 0.0
"""A tolerance at which a member leaves as soon as it is short of the bid target three months."""


@dataclass(frozen=True)
class Level:
    """One of London's outcomes with no pledge and with the whole pledge, means over runs."""

    outcome: str
    label: str
    unit: str
    nobody: float
    whole: float


@dataclass(frozen=True)
class Played:
    """What the game gives under one structure.

    Attributes:
        payoff: what employers care about in the order of leaving and the stable coalitions.
        post_value: value of a filled post in the payoff `money`, £ a year.
        stakes: every employer's, by payoff.
        losses: unfilled posts each employer gains when one other leaves, FTE.
        side_payments: at `post_value` first, then at several values.
        order: unravelling and growth; None where only leaving alone was asked.
        keyed, path: the pledge's work by number of signatories, in a drawn order and along the
            path of unravelling (empty where there is none).
        critical_keyed, critical_path: see `critical_number`.
        own_rules: the model's own rule at the scenario's tolerance, and at none.
        coalitions: how many were run.
    """

    scenario: Scenario
    pair: Pair
    runs: int
    seed: int
    years: int
    last_month: int
    signers: tuple[str, ...]
    payoff: Payoff
    post_value: float
    is_default_value: bool
    london: list[Level]
    stakes: dict[Payoff, list[Stake]]
    departures: list[Departure]
    losses: dict[str, float]
    side_payments: list[SidePayment]
    order: Stability | None
    keyed: list[Signed]
    path: list[Signed]
    critical_keyed: int | None
    critical_path: int | None
    own_rules: list[OwnRule]
    coalitions: int

    @property
    def turn(self) -> dict[str, int]:
        """In which round each employer leaves the pledge."""
        steps = () if self.order is None else self.order.unravelling.steps
        return {step.employer: step.round for step in steps}

    def tempted(self, payoff: Payoff) -> list[Stake]:
        """Return the members who are tempted in one payoff."""
        return [one for one in self.stakes[payoff] if one.signs and one.is_tempted]

    def free_riders(self, payoff: Payoff) -> list[Stake]:
        """Return the members who would ride free in one payoff."""
        return [one for one in self.tempted(payoff) if one.free_rides]


def played(
    game: Game, payoff: Payoff, *, post_value: float | None, shortlist: int | None
) -> Played:
    """Play the whole game; without a `shortlist` nobody is asked in rounds, only alone."""
    game.expect(_likely(len(game.signers), shortlist))
    default = default_post_value(game)
    value = default if post_value is None else post_value
    left = departures(game)
    held = {one: stakes(game, one, value) for one in Payoff}
    keyed = in_keyed_order(game)
    values = dict.fromkeys([value, *(default * multiple for multiple in VALUE_MULTIPLES)])
    order, path, rules = None, [], []
    if shortlist is not None:
        order = stability(game, payoff, value, shortlist)
        path = along(game, order.unravelling) if order.unravelling.steps else []
        tolerances = dict.fromkeys((game.scenario.levers.cap.tolerance, IMPATIENT))
        rules = [own_rule(game, tolerance, order.unravelling) for tolerance in tolerances]
    structure = game.scenario.structure
    return Played(
        scenario=game.scenario,
        pair=Pair(structure.hiring, structure.bid_trigger),
        runs=game.runs,
        seed=game.seed,
        years=game.years,
        last_month=game.last_month,
        signers=game.signers,
        payoff=payoff,
        post_value=value,
        is_default_value=post_value is None,
        london=_london(game),
        stakes=held,
        departures=left,
        losses=losses_to_others(left),
        side_payments=side_payments(game, left, list(values)),
        order=order,
        keyed=keyed,
        path=path,
        critical_keyed=critical_number(keyed),
        critical_path=critical_number(path),
        own_rules=rules,
        coalitions=game.coalitions,
    )


def _likely(count: int, shortlist: int | None) -> int:
    """Return how many coalitions it takes where everybody leaves in the end."""
    alone = 3 + count + STEPS_OF_SHARE
    return alone if shortlist is None else alone + (1 + min(shortlist, count)) * count + 2


def _london(game: Game) -> list[Level]:
    found = []
    for name, top, bottom in LONDON_ROWS:
        nobody, whole = (
            float(_ratio(seen, top, bottom).mean()) for seen in (game.nobody, game.whole)
        )
        found.append(Level(name, OUTCOME[name].label, OUTCOME[name].unit, nobody, whole))
    return found


def _ratio(seen: Seen, top: str, bottom: str | None) -> FloatArray:
    if bottom != "staff":
        return seen.london(top, bottom)
    permanent, agency = seen.london("permanent_fte"), seen.london("agency_fte")
    found: FloatArray = permanent / (permanent + agency)
    return found
