"""What a ledger and a split of the bill say, in plain sentences computed from their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.answers.answer import Printed
from sim.answers.comparison import mean
from sim.domain.given import counted
from sim.domain.headline import SHARES
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.studies.money.method.money import Account, Amount, LedgerLine, ratio
from sim.studies.money.method.spending import Spending, Spent
from sim.studies.money.method.split import MoneyChange, MoneySplit
from sim.words.captions import against, caution, listed, quoted, unit_name
from sim.words.notes import CHANCE, FEW_RUNS, notes
from sim.words.tables import shown

"""What must stand beside money: both denominators, and the posts that cost nothing."""
WORK = ("empty", "posts")
"""Reasons that change how much work is done, and so neither save nor waste."""
OF_THE_DAY = "Pounds are those of the day"
NOT_COUNTED = (
    "Not counted: taxes and benefits of people outside this market, pensions once they are paid, "
    "and what work left undone costs children and others."
)

MEANS = (
    "Amounts are means, so that they add up (medians would not). Sums are from the start; "
    "'at the pay of' divides by the model's index of social workers' pay, which is not CPI."
)


@dataclass(frozen=True)
class Pair:
    """A policy's result and account beside a base's, and what differs."""

    base: Ensemble
    policy: Ensemble
    old_account: Account
    new_account: Account
    split: MoneySplit


class Scale(NamedTuple):
    """How amounts are written, in tables as in sentences: £m for London, £k for one employer."""

    pounds: float
    letter: str
    decimals: int

    @property
    def unit(self) -> str:
        """The unit, as a heading has it."""
        return f"£{self.letter}"

    def number(self, amount: float, *, signed: bool = False) -> str:
        """Return an amount without its unit; no sign on a zero."""
        rounded = round(amount / self.pounds, self.decimals)
        return f"{rounded or 0.0:{'+' if signed and rounded else ''},.{self.decimals}f}"

    def rounded(self, amount: float) -> float:
        """Return an amount in £ as it is written."""
        return round(amount / self.pounds, self.decimals) * self.pounds

    def said(self, amount: float) -> str:
        """Return an amount with its unit and without its sign."""
        return f"£{self.number(abs(amount))}{self.letter}"

    def is_nothing(self, amount: float) -> bool:
        """Return whether an amount is written as zero."""
        return round(amount / self.pounds, self.decimals) == 0


def scale_of(unit: str) -> Scale:
    """Return how amounts of a unit are written."""
    return Scale(1e6, "m", 1) if unit == LONDON else Scale(1e3, "k", 0)


def payers(unit: str) -> str:
    """Return who pays, with the verb, inside a sentence."""
    return "boroughs pay" if unit == LONDON else f"{unit_name(unit)} pays"


def way(amount: float, more: str = "more", less: str = "less") -> str:
    """Return which way a difference goes."""
    return more if amount > 0 else less


def capital(text: str) -> str:
    """Return a sentence with its first letter large."""
    return f"{text[0].upper()}{text[1:]}"


def ledger_sentences(
    ensemble: Ensemble, account: Account, received: Sequence[LedgerLine], unit: str
) -> list[str]:
    """Return what one scenario's ledger says."""
    bill, scale = account.bill.mean(axis=0), scale_of(unit)
    by = f"{ensemble.day(ensemble.months[-1]):%B %Y}"
    largest = sorted(received, key=lambda line: -line.end_share)
    pence = [f"{_plain(line.label)} {100 * line.end_share:.1f}p" for line in largest]
    paid = [text for text in pence if not text.endswith(" 0.0p")]
    return [
        f"{capital(payers(unit))} {scale.said(bill[0])} a year at the start and "
        f"{scale.said(bill[-1])} in {by}. Of every pound then: {listed(paid)}.",
        _beside([ensemble], unit),
    ]


def split_sentences(pair: Pair, unit: str) -> list[str]:
    """Return what a comparison says: the bill, why, the work done, who loses, the public purse."""
    split, scale = pair.split, scale_of(unit)
    return [
        _bill(pair, unit),
        *_reasons(split.reasons, scale),
        *_work(split, unit),
        _shift(split.payees, scale),
        _public_purse(split, unit),
        NOT_COUNTED,
        _per_post(pair, unit),
        _beside([pair.base, pair.policy], unit),
    ]


def _bill(pair: Pair, unit: str) -> str:
    bill, scale, policy = pair.split.bill, scale_of(unit), pair.policy
    mean, total = bill.difference.mean, bill.since_start.mean
    over = "the year" if policy.years == 1 else f"the {policy.years} years"
    who, old = f"Under {quoted(policy.scenario)} {payers(unit)}", quoted(pair.base.scenario)
    if scale.is_nothing(mean) and scale.is_nothing(total):
        return f"{who} the same as under {old}."
    gaps = pair.new_account.bill[:, -1] - pair.old_account.bill[:, -1]
    as_many = int(np.sum(gaps > 0 if mean > 0 else gaps < 0))
    return (
        f"{who} {scale.said(mean)} a year {way(mean)} than under {old} in "
        f"{policy.day(policy.months[-1]):%B %Y} ({way(mean)} in {as_many} of {policy.runs} runs), "
        f"and {scale.said(total)} {way(total)} over {over}."
    )


def _reasons(reasons: Sequence[MoneyChange], scale: Scale) -> list[str]:
    about = [one for one in reasons if one.name not in WORK]
    about.sort(key=lambda one: -abs(one.difference.mean))
    found = []
    for verb, sign in (("Saved a year by", -1), ("Added a year by", 1)):
        named = _named(about, sign, scale)
        if named:
            found.append(f"{verb}: {listed(named)}.")
    return found


def _named(changes: Sequence[MoneyChange], sign: int, scale: Scale) -> list[str]:
    """Return the changes of one sign, each with its amount."""
    return [
        f"{_plain(one.label)} {scale.said(one.difference.mean)}"
        for one in changes
        if sign * one.difference.mean > 0 and not scale.is_nothing(one.difference.mean)
    ]


def _plain(label: str) -> str:
    """Return a label for use in a list, where a comma of its own would mislead."""
    name, comma, more = label.partition(", ")
    return f"{name} ({more})" if comma else name


def _work(split: MoneySplit, unit: str) -> list[str]:
    scale = scale_of(unit)
    mean = {one.name: one.difference.mean for one in split.reasons}
    empty, work = mean["empty"], sum(mean[name] for name in WORK)
    same = _bill_and_purse(split, scale)[0] - scale.rounded(work)
    found = []
    if not scale.is_nothing(empty):
        what = way(empty, "that is work done, not waste", "that is work not done, not a saving")
        found.append(
            f"{scale.said(empty)} a year {way(empty)} is paid because {way(empty, 'fewer', 'more')}"
            f" posts stand empty: {what}."
        )
    if not scale.is_nothing(work):
        found.append(
            f"For the same filled posts {payers(unit)} {scale.said(same)} a year {way(same)}."
        )
    return found


def _shift(payees: Sequence[MoneyChange], scale: Scale) -> str:
    lost, gained = (_named(payees, sign, scale) for sign in (-1, 1))
    return (
        f"Who receives less a year: {listed(lost or ['nobody'])}; who receives more: "
        f"{listed(gained or ['nobody'])}. Together they make up the change in the bill."
    )


def _public_purse(split: MoneySplit, unit: str) -> str:
    scale = scale_of(unit)
    bill, net = _bill_and_purse(split, scale)
    hmrc = bill - net
    who = "boroughs" if unit == LONDON else unit_name(unit)
    saves = "save" if unit == LONDON else "saves"
    end = f"the public purse ({who} and HMRC together) is "
    if scale.is_nothing(net):
        end += "neither better nor worse off"
    else:
        end += f"{scale.said(net)} a year {way(net, 'worse', 'better')} off"
        if net < 0 and _empty_posts_save(split, scale):
            end += ", the work not done in empty posts counted as if it were a saving"
    if scale.is_nothing(hmrc):
        return f"HMRC receives as much as before; {end}."
    if scale.is_nothing(bill) or bill > 0 or hmrc > 0:
        return f"HMRC receives {scale.said(hmrc)} a year {way(hmrc)}; {end}."
    return (
        f"Cost shift: {who} {saves} {scale.said(bill)} a year, but HMRC receives "
        f"{scale.said(hmrc)} less; {end}."
    )


def _bill_and_purse(split: MoneySplit, scale: Scale) -> tuple[float, float]:
    """Return how both differ as the table of who receives what has them."""
    *_, bill, purse = (new - old for _, old, new, _ in received(split, scale))
    return bill, purse


def _empty_posts_save(split: MoneySplit, scale: Scale) -> bool:
    empty = next(one.difference.mean for one in split.reasons if one.name == "empty")
    return empty < 0 and not scale.is_nothing(empty)


def _per_post(pair: Pair, unit: str) -> str:
    old, new = (
        float(ratio(one.bill[:, -1], one.filled[:, -1]).mean())
        for one in (pair.old_account, pair.new_account)
    )
    return (
        f"For each filled post {payers(unit)} £{old:,.0f} a year under "
        f"{quoted(pair.base.scenario)} and £{new:,.0f} under {quoted(pair.policy.scenario)}."
    )


def _beside(ensembles: Sequence[Ensemble], unit: str) -> str:
    found = []
    for name in SHARES:
        values = [mean(one.of(name, unit)[:, -1]) for one in ensembles]
        found.append(f"{OUTCOME[name].label} {', then '.join(shown(v, 'share') for v in values)}")
    return f"Beside the money, at the end (means): {'; '.join(found)}."


def spending_sentences(found: Spending, unit: str) -> list[str]:
    """Return what of a difference in spending is no saving, and what a permanent post costs."""
    sentences = [*_work(found.split, unit), _public_purse(found.split, unit)]
    if found.bill_a_post is None or found.policies_a_post is None:
        return [*sentences, "No permanent staff are added, so there is no cost for each."]
    bought = f"£{found.policies_a_post:,.0f} a year goes on the policy"
    more = f"{found.extra_permanent:,.0f} further permanent staff"
    if found.bill_a_post <= 0.0:
        return [
            *sentences,
            f"{more} come with a lower bill, so none adds to it; {bought} for each.",
        ]
    return [
        *sentences,
        f"For each of {more} {payers(unit)} £{found.bill_a_post:,.0f} a year more in all; "
        f"{bought} for each.",
    ]


class Written(NamedTuple):
    """A line of spending as it is written, in £: rows and columns add up to the last digit."""

    name: str
    label: str
    old: float
    new: float
    since_start: float
    since_start_real: float

    @property
    def difference(self) -> float:
        """What the policy spends more, a year."""
        return self.new - self.old


def adding_up(parts: Sequence[float], whole: float, scale: Scale) -> list[float]:
    """Return amounts as they are written, so that they add up to the whole as it is written.

    The largest takes what rounding leaves over.
    """
    found = [scale.rounded(one) for one in parts]
    largest = max(range(len(found)), key=lambda place: abs(found[place]))
    found[largest] = scale.rounded(found[largest] + scale.rounded(whole) - sum(found))
    return found


def received(split: MoneySplit, scale: Scale) -> list[tuple[MoneyChange, float, float, float]]:
    """Return old, new and sum of who receives what as they are written; then bill and public purse.

    Payees add up to the bill, and the purse is the bill less what HMRC receives.
    """

    def amounts(one: MoneyChange) -> tuple[float, ...]:
        return (one.old or 0.0, one.new or 0.0, one.since_start.mean)

    columns = zip(*map(amounts, split.payees), strict=True)
    bill = amounts(split.bill)
    told = [adding_up(one, total, scale) for one, total in zip(columns, bill, strict=True)]
    rows = dict(zip((one.name for one in split.payees), zip(*told, strict=True), strict=True))
    whole = tuple(map(scale.rounded, bill))
    purse = tuple(one - other for one, other in zip(whole, rows["hmrc"], strict=True))
    lines = (*split.payees, split.bill, split.public_purse)
    return [
        (one, *values) for one, values in zip(lines, (*rows.values(), whole, purse), strict=True)
    ]


def written(found: Spending, scale: Scale) -> list[Written]:
    """Return a policy's spending as it is written: kinds, then all, which is their sum."""
    *parts, whole = found.lines

    def amounts(one: Spent) -> tuple[float, ...]:
        return (one.old, one.new, one.since_start.mean, one.since_start_real.mean)

    columns = zip(*map(amounts, parts), strict=True)
    sums = amounts(whole)
    told = [adding_up(one, total, scale) for one, total in zip(columns, sums, strict=True)]
    lines = [
        Written(one.name, one.label, *values)
        for one, values in zip(parts, zip(*told, strict=True), strict=True)
    ]
    return [*lines, Written(whole.name, whole.label, *map(scale.rounded, sums))]


def printed_spending(base: Ensemble, policy: Ensemble, found: Spending, unit: str) -> Printed:
    """Return a policy's spending beside the base's, and what of it is no saving."""
    scale = scale_of(unit)
    first, last = base.day(0).year, base.day(base.months[-1]).year

    def gap(one: Written, paired: Amount) -> str:
        ends = (scale.number(end, signed=True) for end in (paired.q10, paired.q90))
        return f"{scale.number(one.difference, signed=True)}\n{' to '.join(ends)}"

    rows = [
        (
            line.label, scale.number(line.old), scale.number(line.new), gap(line, exact.difference),
            scale.number(line.since_start, signed=True),
            scale.number(line.since_start_real, signed=True),
        )
        for line, exact in zip(written(found, scale), found.lines, strict=True)
    ]  # fmt: skip
    title = (
        f"Spending: {against(base.scenario, policy.scenario)}\n"
        f"{unit_name(unit)}: {scale.unit} a year "
        f"in September {last}, pounds of the day; means of "
        f"{counted(base.runs, 'run')}"
    )
    header = ("", "old", "new", "difference,\n80 % interval", f"sum to\n{last}",
              f"at the pay\nof {first}")  # fmt: skip
    return Printed(title, header, rows, notes=spending_sentences(found, unit), tight=True)


def spending_as_json(found: Mapping[str, Spending], unit: str) -> dict[str, Any]:
    """Return spending by policy as plain values."""
    return {
        name: {
            "lines": [
                {
                    key: asdict(value) if isinstance(value, Amount) else value
                    for key, value in line._asdict().items()
                }
                for line in one.lines
            ],
            "reasons": [asdict(reason) for reason in one.split.reasons],
            "public_purse": asdict(one.split.public_purse),
            "extra_permanent_fte": one.extra_permanent,
            "bill_for_each_extra_permanent": one.bill_a_post,
            "policy_cost_for_each_extra_permanent": one.policies_a_post,
            "sentences": spending_sentences(one, unit),
        }
        for name, one in found.items()
    }


def money_notes(
    ensemble: Ensemble, unit: str, level: float | None, base: Ensemble | None = None
) -> list[str]:
    """Return what must stand beside amounts of money.

    Args:
        ensemble: the result, or the policy's in a comparison.
        unit: London or an employer.
        level: the pay index at the end over its value at the start, if pounds are deflated by it.
        base: what the ensemble is compared with.
    """
    rough = "" if ensemble.runs >= FEW_RUNS else "; with so few their ends are rough"
    found = [
        f"{caution([ensemble])} Amounts are means, so that they add up (medians would not); "
        f"80 % intervals leave out the lowest and the highest 1 in 10 of "
        f"{counted(ensemble.runs, 'run')}{rough}.",
        *(note for note in notes(ensemble, unit, base)[1:] if note != CHANCE),
    ]
    if level is None:
        return found
    year = ensemble.day(0).year
    found = [note.replace(OF_THE_DAY, f"Pounds are at the pay of {year}") for note in found]
    found.append(
        f"At the pay of {year}: divided by the model's index of social workers' pay, {level:.2f} "
        "at the end. That is a pay index, not consumer prices (CPI): with CPI the same amounts "
        "would differ."
    )
    return found
