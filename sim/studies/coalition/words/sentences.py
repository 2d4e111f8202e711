"""What a coalition game shows, in sentences: the findings first, then what they rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.domain.given import counted
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS
from sim.ensemble.draws import Draws
from sim.studies.coalition.method.gains import SidePayment, Stake
from sim.studies.coalition.method.game import CLEAR, PAYOFF_LABELS, PAYOFF_UNITS, Payoff
from sim.studies.coalition.method.order import HALF, OwnRule
from sim.studies.coalition.method.play import Played
from sim.words.captions import listed, unit_name
from sim.words.notes import FEW_RUNS
from sim.words.tables import shown

NAMED = 3
"""So many names stand in a sentence; the table has the rest."""


def findings(answer: Played) -> list[str]:
    """Return what the game shows, worked out from its numbers, the most important first."""
    return [
        *_idle(answer),
        _temptation(answer),
        _money(answer),
        _spill_over(answer),
        *([] if answer.order is None else [_unravelling(answer), _stable(answer)]),
        *_critical(answer),
        *_side_payment(answer),
        *(_own_rule(answer, rule) for rule in answer.own_rules),
    ]


def _idle(answer: Played) -> list[str]:
    if any(level.nobody != level.whole for level in answer.london):
        return []
    return ["The cap never holds a bid down in these runs, so signing makes no difference."]


def gain_words(value: float, payoff: Payoff) -> str:
    """Return a gain as it is said: points of a share, or pounds a year."""
    if PAYOFF_UNITS[payoff] == "share":
        return f"{shown(value, 'share', signed=True)} points"
    return f"{shown(value, PAYOFF_UNITS[payoff], signed=True)} a year"


def gain_cell(value: float, payoff: Payoff) -> str:
    """Return a gain as a table has it."""
    return shown(value, PAYOFF_UNITS[payoff], signed=True)


def thousands(value: float) -> str:
    """Return pounds in thousands: the value of a post."""
    return f"£{value / 1000:,.0f}k" if np.isfinite(value) else "-"


def _cares(payoff: Payoff) -> str:
    return f"Where employers care about {PAYOFF_LABELS[payoff]}"


def _count(number: int, of: int) -> str:
    return f"none of {of}" if number == 0 else f"all {of}" if number == of else f"{number} of {of}"


def _temptation(answer: Played) -> str:
    payoff, count = answer.payoff, len(answer.signers)
    tempted, riders = answer.tempted(payoff), answer.free_riders(payoff)
    start = f"{_cares(payoff)}, {_count(len(tempted), count)} signatories are"
    if not tempted:
        return (
            f"{start} clearly better off outside while the others hold: nobody is tempted to leave."
        )
    most = sorted(tempted, key=lambda one: -one.gain.mean)[:NAMED]
    names = listed([f"{unit_name(m.employer)} ({gain_words(m.gain.mean, payoff)})" for m in most])
    some = "all of them" if len(riders) == len(tempted) else f"{len(riders)} of them"
    rides = f"{some} ride free: better off outside a pledge of others than with none"
    likes = sum(one.likes_the_pledge for one in answer.stakes[payoff] if one.signs)
    return (
        f"{start} clearly better off outside while the others hold, most of all {names}; {rides}. "
        f"Inside the whole pledge {_count(likes, count)} are better off than with no pledge."
    )


def _money(answer: Played) -> str:
    tempted = answer.tempted(Payoff.MONEY)
    prices = sorted(
        one.indifferent_at for one in answer.departures if one.signs and one.indifferent_at >= 0.0
    )
    text = (
        f"In money, with a filled post valued at {thousands(answer.post_value)} a year (an "
        f"assumption), {_count(len(tempted), len(answer.signers))} are tempted."
    )
    if not prices:
        return (
            f"{text} Leaving clearly fills posts for nobody, so no value of a post tempts anybody."
        )
    return (
        f"{text} Leaving alone fills a post at {thousands(prices[0])} to {thousands(prices[-1])} a "
        f"year (median {thousands(float(np.median(prices)))}): the higher price is paid to all its "
        "agency staff. The pledge holds by itself where a filled post is worth less than the "
        "lowest of these."
    )


def _spill_over(answer: Played) -> str:
    leavers = [one for one in answer.departures if one.signs]
    filled = sum(one.filled.mean for one in leavers)
    lost = -sum(one.others_filled.mean for one in leavers)
    if filled <= 0.0:
        return "Leaving alone fills no posts, so there is nothing that others could lose."
    worst = max(answer.losses, key=lambda name: answer.losses[name])
    return (
        f"For each post a leaver fills, others together lose {lost / filled:.2f}. "
        f"{unit_name(worst)} loses most when another leaves ({answer.losses[worst]:.2f} posts on "
        "average)."
    )


def _unravelling(answer: Played) -> str:
    assert answer.order is not None
    steps = answer.order.unravelling.steps
    if not steps:
        return f"{_cares(answer.payoff)}, the whole pledge does not come apart: nobody leaves it."
    first = listed([unit_name(step.employer) for step in steps[:NAMED]])
    left = len(answer.order.unravelling.end)
    ends = "nobody is left in it" if left == 0 else f"{left} remain, who do not want to leave"
    return (
        f"{_cares(answer.payoff)}, the pledge unravels in {len(steps)} "
        f"round{'' if len(steps) == 1 else 's'}, {first} first, "
        f"until {ends}."
    )


def _stable(answer: Played) -> str:
    order = answer.order
    assert order is not None
    if order.largest is None or order.smallest is None:
        return (
            "No coalition at the ends of unravelling and of growth is both internally and "
            "externally stable."
        )
    sizes = sorted({len(order.smallest), len(order.largest)})
    names = ["no pledge at all" if size == 0 else f"{size} signatories" for size in sizes]
    return (
        f"Stable coalitions found (no member gains by leaving, no outsider by joining): "
        f"{' and '.join(names)}; smallest {sizes[0]}."
    )


def _critical(answer: Played) -> list[str]:
    count = len(answer.signers)
    work = f"at least {100 * HALF:.0f} % of its effect on the agency price and on excess cost"
    if not (answer.keyed or answer.path):
        return []
    told = []
    if answer.critical_keyed is not None:
        told.append(f"{answer.critical_keyed} of {count} in an order drawn in each run")
    if answer.critical_path is not None:
        path = f"{answer.critical_path} of {count} when the most tempted leave first"
        told.append(path + (", and smaller numbers do not arise" if stops_early(answer) else ""))
    if not told:
        return [f"The whole pledge does not lower both price and cost: no number keeps {work}."]
    return [f"The cap keeps {work} with {' and '.join(told)}."]


def stops_early(answer: Played) -> bool:
    """Return whether leaving ends while the cap still does half of its work."""
    return bool(answer.path) and answer.path[0].members == answer.critical_path


def _side_payment(answer: Played) -> list[str]:
    here = answer.side_payments[0]
    values = sorted(answer.side_payments[1:], key=lambda one: one.post_value)
    first = next((one for one in values if one.needed > one.available), None)
    found = [
        f"Side payments that keep the pledge whole, at {thousands(here.post_value)} a post: "
        f"{_payment(here)}"
    ]
    if first is not None and here.holds_from_inside:
        found.append(f"At {thousands(first.post_value)} a post: {_payment(first)}")
    return found


def _payment(one: SidePayment) -> str:
    if one.needed == 0.0:
        return "none is needed."
    needed, available, saving = (
        shown(value, "£ per year") for value in (one.needed, one.available, one.saving)
    )
    if one.holds_from_inside:
        inside = f"the others have {available} to lose and can pay it"
    else:
        inside = (
            f"the others have {available} to lose, so members cannot pay it among themselves and "
            "would need a bond or an outside payer"
        )
    saved = "saves" if one.saving > 0.0 else "brings"
    return (
        f"{needed} a year for {one.tempted} members; {inside}. Against no pledge the whole pledge "
        f"{saved} its members {saving} a year."
    )


def _own_rule(answer: Played, rule: OwnRule) -> str:
    leaving = sum(runs > 0 for runs in rule.leaves.values())
    text = (
        f"By the model's own rule, at a tolerance of {100 * rule.tolerance:.0f} % unfilled posts, "
        f"{leaving} of {len(rule.leaves)} leave in at least one run"
    )
    if rule.agreement is None:
        return f"{text}."
    return f"{text}; rank correlation with the order of unravelling {rule.agreement:.2f}."


# What it rests on


def notes(answer: Played, draws: Draws, shortlist: int) -> list[str]:
    """Return what must stand beside the numbers."""
    text = draws.calibration
    structure = answer.scenario.structure
    bound = answer.runs < FEW_RUNS
    return [
        f"{text[0].upper()}{text[1:]}. Means over "
        f"{counted(answer.runs, 'paired run')}"
        + ("; with so few, small gains can be luck." if bound else "."),
        f"Structure: boroughs bid on {BIDS_ON[structure.bid_trigger]}, hiring is "
        f"{HIRING_LABELS[structure.hiring]}; the record does not tell rival structures "
        "apart.",
        f"{answer.scenario.levers.cap.grounds} The census says who is short, and how many posts "
        f"and agency staff each has at the start.",
        "What employers care about is an assumption (--cares-about). " + _value_note(answer),
        "Leaving alone means never signing while everybody else's membership is held fixed. "
        "Payoffs are "
        f"means of the twelve months up to {answer.years} year"
        f"{'' if answer.years == 1 else 's'} after the pledge begins. Tempted: the mean gain is "
        f"over {CLEAR:g} standard errors, which luck alone gives one in ten, so three among "
        f"thirty.",
        *(
            []
            if answer.order is None
            else [
                f"Order of leaving: each round asks the {shortlist} with the largest gains when "
                f"last asked, and everybody before it ends; stability was checked only for "
                f"coalitions on the two paths."
            ]
        ),
        *_signers_note(answer),
        "The permanent share of the workforce can rise because posts stand empty: read it with "
        "the share of posts and the unfilled posts.",
    ]


def _value_note(answer: Played) -> str:
    if answer.is_default_value:
        return (
            "The value of a filled post is what a year's agency cover costs with no pledge, a "
            "lower bound (--post-value)."
        )
    return "The value of a filled post is the one given (--post-value)."


def _signers_note(answer: Played) -> list[str]:
    members = answer.scenario.levers.cap.members
    if not isinstance(members, float) or members == 1.0:
        return []
    return [
        f"The scenario has {100 * members:.0f} % sign; here the whole pledge is all "
        f"{len(answer.signers)}, and the question is who would not."
    ]


def pair_findings(answers: Sequence[Played]) -> list[str]:
    """Return how far the temptation is the same under every structure."""
    found = []
    for payoff in (answers[0].payoff, Payoff.MONEY):
        counts = [len(answer.tempted(payoff)) for answer in answers]
        value = (
            " (at the value of a filled post assumed under each)" if payoff is Payoff.MONEY else ""
        )
        found.append(
            f"{_cares(payoff)}{value}, {_between(counts, len(answers[0].signers))} signatories are "
            f"tempted under {len(answers)} structures."
        )
    return list(dict.fromkeys(found))


def _between(counts: Sequence[int], of: int) -> str:
    low, high = min(counts), max(counts)
    return _count(low, of) if low == high else f"{low} to {high} of {of}"


def yes(stake: Stake) -> str:
    """Return whether an employer would ride free, or is only tempted, in a word."""
    return "yes" if stake.free_rides else "tempted" if stake.is_tempted else "no"
