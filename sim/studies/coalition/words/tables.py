"""The coalition game as rows: the same numbers for files, data frames and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sim.studies.coalition.method.game import PAYOFF_UNITS, Payoff
from sim.studies.coalition.method.order import Path as Rounds
from sim.studies.coalition.method.play import Played

Row = dict[str, Any]
GAINS, DEPARTURES, SPILL_OVER = "gains", "departures", "spill-over"
SIDE_PAYMENTS, ORDER, SIGNATORIES = "side-payments", "order", "signatories"
OWN_RULE = "own-rule"
DRAWN, TEMPTED_FIRST = "drawn in each run", "most tempted leave first"


def gain_rows(answer: Played) -> Iterator[Row]:
    """Yield every employer's stake in every payoff."""
    for payoff in Payoff:
        for one in answer.stakes[payoff]:
            yield {
                **_where(answer),
                "employer": one.employer,
                "signs": one.signs,
                "payoff": payoff.value,
                "unit_of_measure": PAYOFF_UNITS[payoff],
                "nobody": one.nobody,
                "inside": one.inside,
                "outside": one.outside,
                "gain": one.gain.mean,
                "standard_error": one.gain.error,
                "q10": one.gain.q10,
                "q90": one.gain.q90,
                "tempted": one.is_tempted,
                "free_rides": one.free_rides,
                "round_of_leaving": answer.turn.get(one.employer)
                if payoff is answer.payoff
                else None,
            }


def departure_rows(answer: Played) -> Iterator[Row]:
    """Yield what each leaving alone does to the leaver and to all others together."""
    for one in answer.departures:
        yield {
            **_where(answer),
            "employer": one.employer,
            "signs": one.signs,
            "posts_fte": one.posts,
            "posts_filled_fte": one.filled.mean,
            "posts_filled_error": one.filled.error,
            "bill_added_per_year": one.bill.mean,
            "bill_added_error": one.bill.error,
            "indifferent_at_post_value": one.indifferent_at,
            "money_gain_per_year": one.money(answer.post_value),
            "others_posts_filled_fte": one.others_filled.mean,
            "others_posts_filled_error": one.others_filled.error,
            "others_bill_added_per_year": one.others_bill.mean,
            "loses_when_another_leaves_fte": answer.losses[one.employer],
        }


def spill_over_rows(answer: Played) -> Iterator[Row]:
    """Yield how many posts each other employer fills more when one leaves alone."""
    for one in answer.departures:
        for other, filled in one.others.items():
            yield {
                **_where(answer),
                "leaver": one.employer,
                "employer": other,
                "posts_filled_fte": filled,
            }


def payment_rows(answer: Played) -> Iterator[Row]:
    """Yield side payments at each value of a filled post, the assumed one first."""
    for one in answer.side_payments:
        yield {**_where(answer), **asdict(one), "holds_from_inside": one.holds_from_inside}


def order_rows(answer: Played) -> Iterator[Row]:
    """Yield the rounds of unravelling and of growth."""
    if answer.order is None:
        return
    paths: tuple[tuple[str, Rounds], ...] = (
        ("leaves", answer.order.unravelling),
        ("joins", answer.order.growth),
    )
    for move, path in paths:
        for step in path.steps:
            yield {
                **_where(answer),
                "move": move,
                "round": step.round,
                "employer": step.employer,
                "payoff": answer.payoff.value,
                "gain": step.gain.mean,
                "standard_error": step.gain.error,
                "members_after": step.members,
                "employers_asked": step.asked,
            }


def signatory_rows(answer: Played) -> Iterator[Row]:
    """Yield the pledge's work by number of signatories, in each order."""
    for order, curve in ((DRAWN, answer.keyed), (TEMPTED_FIRST, answer.path)):
        for one in curve:
            yield {**_where(answer), "order": order, **asdict(one), "works": one.does_the_work}


def own_rule_rows(answer: Played) -> Iterator[Row]:
    """Yield who leaves by the model's own rule, beside the round of unravelling."""
    for rule in answer.own_rules:
        for employer, runs in rule.leaves.items():
            yield {
                **_where(answer),
                "tolerance": rule.tolerance,
                "employer": employer,
                "runs_in_which_it_leaves": runs,
                "runs": answer.runs,
                "mean_month_of_leaving": rule.month[employer],
                "round_of_unravelling": answer.turn.get(employer),
            }


TABLES = {
    GAINS: gain_rows,
    DEPARTURES: departure_rows,
    SPILL_OVER: spill_over_rows,
    SIDE_PAYMENTS: payment_rows,
    ORDER: order_rows,
    SIGNATORIES: signatory_rows,
    OWN_RULE: own_rule_rows,
}
"""Every table of a results folder, by file."""


def _where(answer: Played) -> Row:
    return {
        "scenario": answer.scenario.name,
        "hiring": answer.pair.hiring.value,
        "bid_trigger": answer.pair.bid_trigger.value,
    }


def played_as_json(answer: Played) -> Row:
    """Return one structure's game for JSON: as the tables, without their repeated columns."""

    def rows(name: str) -> list[Row]:
        return [
            {key: value for key, value in row.items() if key not in _where(answer)}
            for row in TABLES[name](answer)
        ]

    order = answer.order
    return {
        **_where(answer),
        "post_value": answer.post_value,
        "post_value_is_default": answer.is_default_value,
        "coalitions_run": answer.coalitions,
        "london": [asdict(level) for level in answer.london],
        "gains": rows(GAINS),
        "departures": rows(DEPARTURES),
        "side_payments": rows(SIDE_PAYMENTS),
        "order": rows(ORDER),
        "largest_stable": _names(order.largest if order else None),
        "smallest_stable": _names(order.smallest if order else None),
        "signatories": rows(SIGNATORIES),
        "critical_number_drawn_order": answer.critical_keyed,
        "critical_number_most_tempted_first": answer.critical_path,
        "own_rule": [asdict(rule) for rule in answer.own_rules],
    }


def _names(coalition: frozenset[str] | None) -> list[str] | None:
    return None if coalition is None else sorted(coalition)
