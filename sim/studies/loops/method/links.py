"""The circle as a signal flow graph: its nodes, its links, and each link's gain on the twin.

Counts are in points of London's posts (1 = one per cent of them), flows in points of posts a year,
charge rate, premium, strain and pay bill in per cent (of logs). A gain is thus in the effect's
unit per unit of the cause. Nodes that build up (vacancies, agency staff, the charge rate) keep a
part of a rise from month to month; what they keep is measured like every link.

What is left out: newly qualified starters, who answer nothing here; moves between boroughs, which
London neither gains nor loses by; members leaving a cap, which is a step and has no gain; vacancies
that boroughs get used to, and posts that budgets hold back, both over years.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LINK_LABELS, Link
from sim.london.caseloads import caseloads_change, feel_the_strain
from sim.london.ofsted import ofsted_inspects
from sim.london.pledge import pledge_members_comply_or_defect
from sim.london.prices import boroughs_bid_for_agency_staff
from sim.studies.loops.method import probe
from sim.studies.loops.method.graph import gain, self_loops_absorbed, without_node
from sim.studies.loops.method.probe import Month, ProbedTwin, ratio
from sim.twin import routes
from sim.twin.flows import (
    agency_staff_choose_assignments,
    assignments_end,
    boroughs_hire_permanent_staff,
    permanent_staff_leave,
)
from sim.twin.pay import pay_is_worked_out

POINTS, POINTS_A_YEAR, PER_CENT = "points of posts", "points of posts a year", "%"
TAX_LAW, ARITHMETIC = "tax law", "arithmetic"


@dataclass(frozen=True)
class Node:
    """A variable of the circle; `read` gives its level (share of posts, log or strain)."""

    name: str
    label: str
    unit: str


NODES = (
    Node("vacancies", "vacancies", POINTS),
    Node("unfilled", "unfilled posts that are wanted", POINTS),
    Node("charge_rate", "price paid to the agency", PER_CENT),
    Node("premium", "agency over permanent take-home pay", PER_CENT),
    Node("to_agency", "staff going to agency", POINTS_A_YEAR),
    Node("coming_back", "agency staff coming back", POINTS_A_YEAR),
    Node("agency_staff", "agency staff in post", POINTS),
    Node("strain", "caseload strain", PER_CENT),
    Node("leaving", "leaving the sector", POINTS_A_YEAR),
    Node("hiring", "permanent hiring", POINTS_A_YEAR),
    Node("agency_share", "agency share of the workforce", "points"),
    Node("pay_bill", "pay bill a post", PER_CENT),
)
NODE = {node.name: node for node in NODES}
NAMES = tuple(NODE)
POOL = "agency_pool"
"""Agency staff in post or between assignments: measured, then passed through."""
MEASURED = (*NAMES, POOL)


@dataclass(frozen=True)
class CausalLink:
    """A directed link of the circle.

    Attributes:
        cause, effect: names of nodes.
        sign: what its gain should be: +1 or -1.
        says: what it is, in words.
        cut: the link of a scenario's `structure.cut_links` that cuts it, if one does.
        rests_on: parameters its gain rests on beside the state of the market, or `tax law`;
            nothing for what is mere arithmetic of posts and pounds.
    """

    cause: str
    effect: str
    sign: int
    says: str
    cut: Link | None = None
    rests_on: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[str, str]:
        """(cause, effect)."""
        return self.cause, self.effect


def _cuttable(
    cause: str, effect: str, sign: int, cut: Link, *rests_on: str, says: str = ""
) -> CausalLink:
    return CausalLink(cause, effect, sign, says or LINK_LABELS[cut], cut, rests_on)


def _plain(cause: str, effect: str, sign: int, says: str, *rests_on: str) -> CausalLink:
    return CausalLink(cause, effect, sign, says, None, rests_on)


CIRCLE = (
    _plain("vacancies", "unfilled", 1, "a vacancy nobody covers is an unfilled post"),
    _cuttable("unfilled", "charge_rate", 1, Link.UNFILLED_RAISES_BIDS, "bid_speed"),
    _cuttable(
        "vacancies", "charge_rate", 1, Link.UNFILLED_RAISES_BIDS, "bid_speed", "vacancy_weight",
        says="vacancies themselves raise what a borough bids",
    ),
    _cuttable("charge_rate", "charge_rate", 1, Link.RIVALS_ARE_LEAPFROGGED, "leapfrog_speed"),
    _plain("charge_rate", "premium", 1, "a higher charge is higher take-home pay", TAX_LAW),
    _cuttable("premium", "to_agency", 1, Link.PAY_DRAWS_TO_AGENCY, "pay_sensitivity"),
    _cuttable(
        "premium", "coming_back", -1, Link.PAY_DRAWS_TO_AGENCY, "pay_sensitivity",
        says="better agency pay keeps agency staff from coming back",
    ),
    _cuttable(
        "premium", "agency_staff", 1, Link.PAY_DRAWS_TO_AGENCY,
        "outsiders_per_post", "outsider_premium_elasticity", "exit_premium_elasticity",
        says="better agency pay draws agency staff to London and holds them",
    ),
    _cuttable(
        "to_agency", "vacancies", 1, Link.LEAVING_OPENS_VACANCIES,
        says="staff who go to agency leave a vacancy behind",
    ),
    _plain(
        "to_agency", "agency_staff", 1, "staff who go to agency cover posts", "bench_leak_per_month"
    ),
    _plain("coming_back", "vacancies", -1, "staff who come back fill a vacancy"),
    _plain("coming_back", "agency_staff", -1, "staff who come back no longer cover"),
    _plain(
        "agency_staff", "coming_back", 1, "the more agency staff, the more come back",
        "flow_to_permanent_per_year",
    ),
    _plain(
        "vacancies", "agency_staff", 1, "vacancies are work for agency staff", "bench_search_share"
    ),
    _plain("agency_staff", "unfilled", -1, "agency staff cover posts"),
    _plain("vacancies", "strain", 1, "fewer staff carry more cases each"),
    _plain("agency_staff", "strain", -1, "agency staff carry cases too", "agency_effectiveness"),
    _cuttable("strain", "leaving", 1, Link.STRAIN_DRIVES_LEAVING, "strain_to_leaving"),
    _plain("strain", "to_agency", 1, "strain tips staff towards agency", "strain_to_route"),
    _plain("strain", "coming_back", -1, "strain keeps agency staff away", "strain_to_route"),
    _plain("strain", "hiring", -1, "strain deters applicants", "strain_to_hiring"),
    _cuttable("leaving", "vacancies", 1, Link.LEAVING_OPENS_VACANCIES),
    _plain("vacancies", "hiring", 1, "boroughs hire where posts are vacant", "vacancy_elasticity"),
    _plain("hiring", "vacancies", -1, "starters fill vacancies", "notice_months"),
    _cuttable(
        "agency_share", "hiring", -1, Link.AGENCY_SHARE_REPELS_APPLICANTS, "reputation_sensitivity"
    ),
    _plain("vacancies", "agency_share", 1, "fewer permanent staff: a higher agency share"),
    _plain("agency_staff", "agency_share", 1, "more agency staff: a higher agency share"),
    _plain("charge_rate", "pay_bill", 1, "dearer agency staff cost more"),
    _plain("agency_staff", "pay_bill", 1, "every agency worker is paid for"),
    _plain("vacancies", "pay_bill", -1, "a vacancy saves a salary"),
    _cuttable("pay_bill", "strain", 1, Link.OVERSPEND_CUTS_OFFER, "budget_sensitivity"),
    _cuttable("pay_bill", "charge_rate", -1, Link.OVERSPEND_SLOWS_BIDS, "overspend_limit_share"),
    _cuttable(
        "charge_rate", "agency_staff", -1, Link.DEAR_COVER_IS_UNWANTED, "cover_demand_elasticity",
        says="dear cover is less wanted, so fewer are placed",
    ),
    _cuttable(
        "charge_rate", "unfilled", -1, Link.DEAR_COVER_IS_UNWANTED, "cover_demand_elasticity"
    ),
)  # fmt: skip

READS = {
    "vacancies": probe.vacancies, "unfilled": probe.unfilled, "charge_rate": probe.charge,
    "premium": probe.premium, "agency_staff": probe.cover, "strain": probe.strain,
    "agency_share": probe.agency_share, "pay_bill": probe.pay_bill,
}  # fmt: skip

BIDDING = (boroughs_bid_for_agency_staff, pledge_members_comply_or_defect)
PLACING = (assignments_end, agency_staff_choose_assignments)
LEAVE, CHOOSE, HIRE = (
    permanent_staff_leave,
    routes.staff_reconsider_their_route,
    boroughs_hire_permanent_staff,
)


def london_gains(measured: FloatArray) -> FloatArray:
    """Return the gains between London's nodes, (draw, effect, cause) in order of `NAMES`.

    The charge rate is London's here: how boroughs follow each other is within how long a rise of
    it lasts.

    Args:
        measured: what `measured_gains` returns.
    """
    return self_loops_absorbed(without_node(measured, MEASURED.index(POOL)))


def measured_gains(month: Month) -> FloatArray:
    """Return the gain of every link in a month, (draw, effect, cause) in order of `MEASURED`.

    A link that a scenario cuts, or that its structure does not have, has gain 0. Agency staff
    between assignments are apart from those in post, and what rivals pay from a borough's own
    charge rate.
    """
    found: dict[tuple[str, str], FloatArray] = {}
    for part in (_of_pay, _of_route, _of_agency, _of_strain, _of_hiring, _of_money):
        found |= part(month)
    gains = np.zeros((month.draws, len(MEASURED), len(MEASURED)))
    for (cause, effect), values in found.items():
        gains[:, MEASURED.index(effect), MEASURED.index(cause)] = values
    return gains


def price_pushes(month: Month) -> dict[Link, FloatArray]:
    """Return by how much a year each way of bidding moves London's charge rate, in logs, (draw,).

    Not how it answers a change, but what it does as things stand: with it, less without it.
    """
    return {
        link: MONTHS_PER_YEAR * (_bid(month) - _bid(month, link))
        for link in (Link.UNFILLED_RAISES_BIDS, Link.RIVALS_ARE_LEAPFROGGED)
    }


def _bid(month: Month, cut: Link | None = None) -> FloatArray:
    twin = month.at(BIDDING[0])
    if cut is not None:
        twin.links = replace(twin.links, **{cut.value: False})
    for phase in BIDDING:
        phase(twin)
    return probe.charge(twin)


Found = dict[tuple[str, str], FloatArray]


def _of_pay(month: Month) -> Found:
    """Being short, rivals and tax: how the charge rate and the premium come about."""
    first = BIDDING[0]
    (own,) = month.responses(first, probe.higher_charges_alone, BIDDING, probe.charge)
    (short,) = month.responses(first, probe.more_unfilled, BIDDING, probe.charge)
    (vacant,) = month.responses(first, probe.more_vacancies, BIDDING, probe.charge)
    (rivals,) = month.responses(first, probe.higher_charges_of_rivals, BIDDING, probe.charge)
    (slowed,) = month.responses(first, probe.higher_pay_bill, BIDDING, probe.charge)
    pay = pay_is_worked_out
    (net,) = month.responses(pay, probe.higher_charges, (pay,), probe.premium)
    return {
        ("unfilled", "charge_rate"): gain(short, lag=1, memory=own),
        ("vacancies", "charge_rate"): gain(vacant, memory=own),
        ("charge_rate", "charge_rate"): gain(rivals, lag=1, memory=own),
        ("pay_bill", "charge_rate"): gain(slowed, lag=1, memory=own),
        ("charge_rate", "premium"): gain(net),
    }


def _of_route(month: Month) -> Found:
    """Going to agency work and coming back: what moves staff, and what their moves do."""
    flows, stocks = (probe.going, probe.returning), (probe.vacancies, probe.pool)
    going, back = month.responses(CHOOSE, probe.higher_premium, (CHOOSE,), *flows)
    strained, stay = month.responses(CHOOSE, probe.more_strain, (CHOOSE,), *flows)
    (of_cover,) = month.responses(CHOOSE, probe.more_cover, (CHOOSE,), probe.returning)
    kept, joined = _memory_of_vacancies(month), _memory_of_pool(month)
    goes, opens, joins = month.responses(
        CHOOSE, probe.faster_to_agency, (CHOOSE,), probe.going, *stocks
    )
    fills, lost = month.responses(CHOOSE, probe.more_cover, (CHOOSE,), *stocks)
    (cover,) = month.responses(CHOOSE, probe.more_cover, (), probe.pool)
    return {
        ("premium", "to_agency"): gain(going, lag=1),
        ("premium", "coming_back"): gain(back, lag=1),
        ("strain", "to_agency"): gain(strained),
        ("strain", "coming_back"): gain(stay),
        ("agency_staff", "coming_back"): gain(of_cover, lag=1),
        ("to_agency", "vacancies"): gain(ratio(opens, goes), memory=kept),
        ("to_agency", POOL): gain(ratio(joins, goes), memory=joined),
        ("coming_back", "vacancies"): gain(ratio(fills, of_cover), memory=kept),
        ("coming_back", POOL): gain(ratio(_nothing(lost - cover), of_cover), memory=joined),
    }


def _nothing(difference: FloatArray) -> FloatArray:
    return np.where(np.abs(difference) < probe.ROUNDING, 0.0, difference)


def _of_agency(month: Month) -> Found:
    """Who works for agencies, who of them is in post, and what that leaves unfilled."""
    joined, kept = _memory_of_pool(month), _memory_of_cover(month)
    drawn, held, stays = (
        month.responses(moment, push, (moment,), probe.pool)[0]
        for moment, push in (
            (PLACING[1], probe.higher_premium),
            (LEAVE, probe.higher_premium),
            (LEAVE, probe.more_of_the_pool_in_post),
        )
    )
    (unwanted,) = month.responses(PLACING[1], probe.higher_charges, PLACING[1:], probe.cover)
    (placed,) = month.responses(PLACING[0], probe.more_waiting, PLACING, probe.cover)
    (wanted,) = month.responses(PLACING[0], probe.more_vacancies, PLACING, probe.cover)
    count = (ProbedTwin.count_unfilled,)
    after = ofsted_inspects
    (open_posts,) = month.responses(after, probe.more_vacancies, count, probe.unfilled)
    (covered,) = month.responses(after, probe.more_cover, count, probe.unfilled)
    (by_choice,) = month.responses(after, probe.higher_charges, count, probe.unfilled)
    return {
        ("premium", POOL): gain(drawn + held, lag=1, memory=joined),
        ("charge_rate", "agency_staff"): gain(unwanted, memory=kept),
        ("agency_staff", POOL): gain(stays, lag=1, memory=joined),
        (POOL, "agency_staff"): gain(placed, memory=kept),
        ("vacancies", "agency_staff"): gain(wanted, memory=kept),
        ("vacancies", "unfilled"): gain(open_posts),
        ("agency_staff", "unfilled"): gain(covered),
        ("charge_rate", "unfilled"): gain(by_choice),
    }


def _of_strain(month: Month) -> Found:
    """What strains staff, and who leaves for it."""
    feel, before = feel_the_strain, caseloads_change
    found = {
        (cause, "strain"): gain(month.responses(before, push, (feel,), probe.strain)[0], lag=1)
        for cause, push in (
            ("vacancies", probe.more_vacancies),
            ("agency_staff", probe.more_cover),
            ("pay_bill", probe.higher_pay_bill),
        )
    }
    (leaving,) = month.responses(LEAVE, probe.worse_conditions, (feel, LEAVE), probe.leaving)
    leave, opens = month.responses(
        LEAVE, probe.more_leaving, (LEAVE,), probe.leaving, probe.vacancies
    )
    found["strain", "leaving"] = gain(leaving)
    found["leaving", "vacancies"] = gain(ratio(opens, leave), memory=_memory_of_vacancies(month))
    return found


def _of_hiring(month: Month) -> Found:
    """What makes applicants accept a permanent post, and when they fill it."""
    found = {
        (cause, "hiring"): gain(month.responses(HIRE, push, (HIRE,), probe.hiring)[0])
        for cause, push in (
            ("vacancies", probe.more_vacancies_alone),
            ("strain", probe.more_strain),
            ("agency_share", probe.higher_agency_share),
        )
    }
    notice = len(month.at(HIRE).offers)
    (fills,) = month.responses(HIRE, probe.more_offers_accepted, (HIRE,), probe.vacancies)
    if not notice:
        (starts,) = month.responses(HIRE, probe.more_offers_accepted, (HIRE,), probe.hiring)
        fills = ratio(fills, starts)
    (fewer,) = month.responses(HIRE, probe.more_vacancies, (), probe.agency_share)
    (more,) = month.responses(HIRE, probe.more_cover, (), probe.agency_share)
    found["hiring", "vacancies"] = gain(fills, lag=notice, memory=_memory_of_vacancies(month))
    found["vacancies", "agency_share"] = gain(fewer)
    found["agency_staff", "agency_share"] = gain(more, lag=1)
    return found


def _of_money(month: Month) -> Found:
    """What raises the pay bill a post."""
    return {
        (cause, "pay_bill"): gain(month.responses(probe.MONTH_IS_OVER, push, (), probe.pay_bill)[0])
        for cause, push in (
            ("charge_rate", probe.higher_charges),
            ("agency_staff", probe.more_cover),
            ("vacancies", probe.more_vacancies),
        )
    }


# What is left of a rise a month later


def _memory_of_vacancies(month: Month) -> FloatArray:
    """Fewer permanent staff leave or go when there are fewer."""
    return month.responses(LEAVE, probe.more_vacancies, (LEAVE, CHOOSE), probe.vacancies)[0]


def _memory_of_pool(month: Month) -> FloatArray:
    """Agency staff between assignments drift away."""
    return month.responses(LEAVE, probe.more_waiting, (LEAVE,), probe.pool)[0]


def _memory_of_cover(month: Month) -> FloatArray:
    """Who is in post stays there until the assignment ends; others come forward meanwhile."""
    phases = (LEAVE, *PLACING)
    return month.responses(LEAVE, probe.more_of_the_pool_in_post, phases, probe.cover)[0]


def slowed_by_budget(month: Month) -> FloatArray:
    """Return the share of boroughs whose budgets slow their bids, (draw,)."""
    twin = month.at(probe.MONTH_IS_OVER)
    return np.broadcast_to(twin.is_slowed, twin.shape).mean(axis=1)


def levels(twin: ProbedTwin) -> dict[str, FloatArray]:
    """Return where the nodes that are levels stand, by name: shares, £ per hour and ratios."""
    last = {name: read(twin) for name, read in READS.items()}
    for name in ("charge_rate", "premium"):
        last[name] = np.exp(last[name])
    del last["pay_bill"]
    return last
