"""What each way of working pays: take-home pay by route, band of experience and company.

The gap between agency work and a permanent post is what draws staff from one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.domain.borough_figures import SALARIES, BoroughFigures
from sim.domain.parameters import Parameters, PayAssumptions
from sim.domain.randomness import BoolArray, FloatArray
from sim.domain.vocabulary import Route
from sim.rules.tax import Payslip, payslip, take_home_pay
from sim.rules.terms import RulesInForce

PENCE = 100.0
"""Parts of a pound to which two ways of working are compared."""


# Permanent staff


def opening_scales(
    parameters: Parameters,
    employers: Sequence[str],
    figures: Mapping[str, BoroughFigures],
    index: float,
) -> FloatArray:
    """Return what permanent staff earn in 2017/18 pounds, (employer, band).

    A council's own salaries are of the start year, when the pay index is `index`. A band for
    which it gives none is as far from London's scale as those it gives (assumption).
    """
    london = np.array(
        [
            parameters.salary_newly_qualified_2017,
            parameters.salary_mid_scale_2017,
            parameters.salary_top_of_scale_2017,
        ]
    )
    scales = np.repeat(london[None, :], len(employers), axis=0)
    for name, own in figures.items():
        given = [getattr(own, salary) for salary in SALARIES]
        ratios = [
            own_salary / (index * scale)
            for own_salary, scale in zip(given, london, strict=True)
            if own_salary is not None
        ]
        if ratios and name in employers:
            mean = float(np.mean(ratios))
            scales[list(employers).index(name)] = [
                mean * scale if own_salary is None else own_salary / index
                for own_salary, scale in zip(given, london, strict=True)
            ]
    return scales


@dataclass(frozen=True, eq=False)
class PermanentPay:
    """Annual payslips of permanent staff, (employer, band), under the rules of a month.

    `offer_pay_ratio` is net pay over what it would be without a better offer, by employer, at the
    top of the scale; `ordinary_cost` what a worker there costs without one, £ a year.
    """

    slip: Payslip
    offer_pay_ratio: FloatArray
    ordinary_cost: FloatArray


class PermanentPayDesk:
    """Works out permanent pay, and keeps it until law, salaries or offers change.

    Args:
        assumptions: hours, pension and the like.
        scales: salaries in 2017/18 pounds, (employer, band).
    """

    def __init__(self, assumptions: PayAssumptions, scales: FloatArray) -> None:
        self._assumptions, self._scales = assumptions, scales
        self._kept: tuple[tuple[object, ...], PermanentPay] | None = None

    def pay(self, rules: RulesInForce) -> PermanentPay:
        """Return what permanent staff earn under the rules of a month."""
        if self._kept is None or self._kept[0] != rules.tax_terms:
            self._kept = (rules.tax_terms, self._worked_out(rules))
        return self._kept[1]

    def _worked_out(self, rules: RulesInForce) -> PermanentPay:
        salaries = self._scales * rules.salary_index
        offered = salaries * (1.0 + rules.offer_pay_share[:, None]) + rules.offer_payment[:, None]
        slip = payslip(Route.PERMANENT, rules.law, self._assumptions, salary=offered)
        plain = payslip(Route.PERMANENT, rules.law, self._assumptions, salary=salaries)
        ratio = np.asarray(slip.net_annual)[:, -1] / np.asarray(plain.net_annual)[:, -1]
        cost = np.asarray(plain.borough_cost, np.float64)[:, -1]
        return PermanentPay(slip, np.asarray(ratio, np.float64), cost)


# Agency staff


def pays_no_less(one: FloatArray, other: FloatArray) -> BoolArray:
    """Return whether a way of working pays at least another's net, to the penny.

    Both are (..., band), £ a year; the top of the scale decides for all bands (assumption).
    """
    return np.asarray(np.rint(one[..., -1:] * PENCE) >= np.rint(other[..., -1:] * PENCE))


def routes_taken(nets: Mapping[Route, FloatArray]) -> tuple[dict[Route, BoolArray], ...]:
    """Return, for each company group, which route it takes: the best, ties to the first.

    Without a company: the agency's payroll or an umbrella. With one: inside IR35, or off it like
    the others. One that counts as outside IR35 is outside where that is open (`nets` has it).

    Args:
        nets: take-home pay at London's mean rates, £ a year, (..., band), by route.
    """
    payroll = pays_no_less(nets[Route.AGENCY_PAYE], nets[Route.UMBRELLA])
    without = {Route.AGENCY_PAYE: payroll, Route.UMBRELLA: ~payroll}
    best = np.where(payroll, nets[Route.AGENCY_PAYE], nets[Route.UMBRELLA])
    inside = pays_no_less(nets[Route.PSC_INSIDE], best)
    company = {Route.PSC_INSIDE: inside}
    company |= {route: taken & ~inside for route, taken in without.items()}
    outside = company
    if Route.PSC_OUTSIDE in nets:
        outside = {Route.PSC_OUTSIDE: np.ones_like(payroll)}
    return without, company, outside


def agency_routes(off_payroll_enforced: bool) -> tuple[Route, ...]:
    """Return the routes that agency staff may take."""
    closed = (Route.PERMANENT, *([Route.PSC_OUTSIDE] if off_payroll_enforced else []))
    return tuple(route for route in Route if route not in closed)


def nets_by_route(
    rates: FloatArray, assumptions: PayAssumptions, rules: RulesInForce
) -> dict[Route, FloatArray]:
    """Return take-home pay by each open route at some assignment rates, (..., band), £ a year."""
    return take_home_pay(agency_routes(rules.off_payroll_enforced), rules.law, assumptions, rates)


def agency_nets(
    rates: FloatArray, assumptions: PayAssumptions, rules: RulesInForce
) -> tuple[FloatArray, tuple[dict[Route, BoolArray], ...]]:
    """Return take-home pay by company group at some assignment rates, and the routes taken.

    Args:
        rates: assignment rates, £ per hour, (..., band).

    Returns:
        (..., band, company group), £ a year; and `routes_taken`.
    """
    nets = nets_by_route(rates, assumptions, rules)
    taken = routes_taken(nets)
    groups = [sum((nets[route] * one for route, one in group.items()), 0.0) for group in taken]
    return np.stack(groups, axis=-1), taken


def log_premium(agency_nets: FloatArray, permanent_nets: FloatArray) -> FloatArray:
    """Return ln(agency net / permanent net), (..., employer, band, group).

    Args:
        agency_nets: (..., band, group). permanent_nets: (employer, band). Both £ a year.
    """
    return np.log(agency_nets)[..., None, :, :] - np.log(permanent_nets)[:, :, None]
