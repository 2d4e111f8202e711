"""The coalition game as a person reads it: the tables behind the findings."""

from __future__ import annotations

from collections.abc import Sequence

from sim.answers.answer import Printed
from sim.domain.given import counted
from sim.studies.coalition.method.game import PAYOFF_LABELS, Payoff
from sim.studies.coalition.method.play import Played
from sim.studies.coalition.words import sentences as words
from sim.words.captions import pair_name, unit_name
from sim.words.tables import shown

SHOWN_OF_PATH = 5
"""Every fifth number of signatories of a path is printed; the file has all."""


def of_one(answer: Played) -> list[Printed]:
    """Return one structure's game: employers, London, signatories and side payments."""
    signs = [_signatories(answer)] if answer.keyed or answer.path else []
    return [_employers(answer), _london(answer), *signs, _payments(answer)]


def title(answer: Played, sets: Sequence[str]) -> list[str]:
    """Return the lines above everything."""
    return [
        f"{answer.scenario.title or answer.scenario.name}: who holds the pledge?",
        *([f"Changed: {', '.join(sets)}"] if sets else []),
    ]


def _when(answer: Played) -> str:
    years = f"{answer.years} year{'' if answer.years == 1 else 's'} on"
    return f"{years}: means of {counted(answer.runs, 'paired run')}"


def _employers(answer: Played) -> Printed:
    stakes = {one.employer: one for one in answer.stakes[answer.payoff]}
    unfilled = {one.employer: one for one in answer.stakes[Payoff.UNFILLED]}
    cost = {one.employer: one for one in answer.stakes[Payoff.AGENCY_COST]}
    order = sorted(
        answer.departures, key=lambda one: (not one.signs, -stakes[one.employer].gain.mean)
    )
    rows = []
    for one in order:
        name, stake = one.employer, stakes[one.employer]
        turn = answer.turn.get(name)
        rows.append(
            (
                unit_name(name) + ("" if one.signs else "*"),
                shown(unfilled[name].gain.mean, "share", signed=True),
                shown(-cost[name].gain.mean, "£ per year", signed=True),
                shown(one.money(answer.post_value), "£ per year", signed=True),
                words.thousands(one.indifferent_at),
                words.yes(stake),
                "-" if turn is None else str(turn),
            )
        )
    outsiders = any(not one.signs for one in answer.departures)
    heading = (
        f"Gain from leaving alone while all others hold, {_when(answer)}\n"
        f"fewer unfilled: points of posts; money: at {words.thousands(answer.post_value)} a year "
        "for a filled post (assumed); worth it above: the value at which it gains nothing; "
        f"free rider and round: by {PAYOFF_LABELS[answer.payoff]}"
        + ("; * has not signed: staying out against signing too" if outsiders else "")
    )
    return Printed(
        heading,
        (
            "",
            "fewer\nunfilled",
            "agency\ncost",
            "money",
            "worth it\nabove",
            "free\nrider",
            "leaves\nin round",
        ),
        rows,
    )


def _london(answer: Played) -> Printed:
    rows = [
        (
            level.label[0].upper() + level.label[1:],
            shown(level.nobody, level.unit),
            shown(level.whole, level.unit),
            shown(level.whole - level.nobody, level.unit, signed=True),
        )
        for level in answer.london
    ]
    return Printed(
        f"London with no pledge and with the whole pledge ({len(answer.signers)} sign)",
        ("", "nobody", "whole", "difference"),
        rows,
    )


def _signatories(answer: Played) -> Printed:
    rows = []
    for name, curve in (("drawn", answer.keyed), ("tempted first", answer.path)):
        for one in curve:
            ends = one.members in (curve[0].members, curve[-1].members)
            is_critical = one.members in (answer.critical_keyed, answer.critical_path)
            if name == "drawn" or ends or is_critical or one.members % SHOWN_OF_PATH == 0:
                rows.append(
                    (
                        name,
                        str(one.members),
                        shown(one.charge_rate_per_hour, "£ per hour"),
                        shown(one.charge_effect, "share of runs"),
                        shown(one.excess_effect, "share of runs"),
                        shown(one.unfilled_share, "share"),
                        "yes" if one.does_the_work else "no",
                    )
                )
    return Printed(
        "What is left of the whole pledge's effect with fewer signatories",
        (
            "who signs",
            "sign",
            "charge",
            "effect\non it",
            "on excess\ncost",
            "unfilled",
            "half left",
        ),
        rows,
    )


def _payments(answer: Played) -> Printed:
    rows = [
        (
            words.thousands(one.post_value) + (" (assumed)" if place == 0 else ""),
            str(one.tempted),
            shown(one.needed, "£ per year"),
            shown(one.available, "£ per year"),
            "yes" if one.holds_from_inside else "no",
            shown(one.saving, "£ per year", signed=True),
        )
        for place, one in enumerate(answer.side_payments)
    ]
    return Printed(
        "Yearly side payments that keep the pledge whole, by the value of a filled post",
        (
            "a filled post\nis worth",
            "gain by\nleaving",
            "they\nneed",
            "others have\nto lose",
            "can pay",
            "pledge\nagainst none",
        ),
        rows,
    )


def of_pairs(answers: Sequence[Played]) -> Printed:
    """Return leaving alone under several structures, one row each."""
    payoff = answers[0].payoff
    rows = []
    for answer in answers:
        prices = sorted(
            one.indifferent_at
            for one in answer.departures
            if one.signs and one.indifferent_at >= 0.0
        )
        ends = f"{prices[0] / 1000:,.0f}..{prices[-1] / 1000:,.0f}" if prices else "-"
        here = answer.side_payments[0]
        hiring, trigger = pair_name(answer.pair).split(", ")
        rows.append(
            (
                hiring,
                trigger,
                f"{len(answer.tempted(payoff))}, {len(answer.free_riders(payoff))}",
                ", ".join(
                    str(len(answer.tempted(one))) for one in (Payoff.AGENCY_COST, Payoff.MONEY)
                ),
                ends,
                shown(here.needed, "£ per year"),
                "-" if answer.critical_keyed is None else str(answer.critical_keyed),
            )
        )
    return Printed(
        f"Leaving alone under each rival structure: of {len(answers[0].signers)} signatories\n"
        f"tempted and free riders by {PAYOFF_LABELS[payoff]}, {_when(answers[0])}; half left: "
        "signatories with whom half of the effect remains, in a drawn order",
        (
            "hiring is",
            "bids on",
            "tempted,\nriders",
            "by cost,\nmoney",
            "worth it\nabove £k",
            "side\npay",
            "half\nleft",
        ),
        rows,
    )


def notes_of_pairs(noted: Sequence[str]) -> list[str]:
    """Return the notes that hold under every structure."""
    kept = [note for note in noted if not note.startswith("Structure: ")]
    return [*kept, "To see the order of leaving, name one structure or none."]
