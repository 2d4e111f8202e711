"""What effects of levers mean in words: numbers for a table, sure signs, and what must be known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.answers.comparison import mean
from sim.answers.structures import Pair
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.studies.effects.method import (
    EFFECT_OUTCOMES,
    WHOLE_PACKAGE,
    Effect,
    holds_under,
    idle_under,
)
from sim.studies.money.words import OF_THE_DAY
from sim.words.notes import CHANCE, FEWEST_SLOWED, OF_ONE_STRUCTURE, notes
from sim.words.tables import shown

THOUSAND = 1e3


@dataclass
class Heard:
    """What is kept of the ensembles that go by: enough to say what must be known."""

    slowed: dict[Pair, float] = field(default_factory=dict)
    """Employers whose budgets slow their bids at the end, without levers."""
    _base: Ensemble | None = None
    _last: Ensemble | None = None

    def hear(self, pair: Pair, lever: str | None, ensemble: Ensemble) -> None:
        """Take in one ensemble."""
        if lever is None:
            self._base = ensemble
            self.slowed[pair] = mean(ensemble.london("employers_slowed_by_budget")[:, -1])
        else:
            self._last = ensemble

    @property
    def base(self) -> Ensemble:
        """London without levers, under the last structure."""
        assert self._base is not None
        return self._base

    @property
    def last(self) -> Ensemble:
        """The whole package, under the last structure."""
        assert self._last is not None
        return self._last


# Numbers


def lever_name(lever: str) -> str:
    """Return a lever's name as a table has it."""
    return lever.replace("_", " ")


def pair_name(pair: Pair) -> str:
    """Return a structure as a sentence has it."""
    return f"{HIRING_LABELS[pair.hiring]} hiring, bids on {BIDS_ON[pair.bid_trigger]}"


def level(value: float, measure: str) -> str:
    """Return an outcome's value: money in thousands."""
    if measure == "share":
        return shown(value, measure)
    return f"{_scaled(value, measure):,.{_digits(measure)}f}"


def signed(value: float, measure: str) -> str:
    """Return a difference with its sign, and none on a zero: shares in percentage points."""
    if measure == "share":
        return shown(value, measure, signed=True)
    digits = _digits(measure)
    number = round(_scaled(value, measure), digits)
    return f"{number:+,.{digits}f}" if number else f"{0:.{digits}f}"


def between(one: Effect, measure: str) -> str:
    """Return an effect's 80 % interval, short."""
    return f"{signed(one.q10, measure)}..{signed(one.q90, measure)}"


def measured_in(measure: str) -> str:
    """Return what the numbers of a table are in, where its title does not say it."""
    if measure == "share":
        return "differences in percentage points"
    return f"in {measure.replace('£', '£ thousand', 1)}" if measure.startswith("£") else ""


def _scaled(value: float, measure: str) -> float:
    return value / THOUSAND if measure.startswith("£") else value


def _digits(measure: str) -> int:
    return 1 if measure.startswith("£") else 2


# Sentences


def signs(found: Sequence[Effect]) -> list[str]:
    """Return one sentence an outcome: whose sign holds under every structure, some, or none."""
    return [_signs(found, outcome) for outcome in EFFECT_OUTCOMES]


def _signs(found: Sequence[Effect], outcome: str) -> str:
    count = len({one.pair for one in found})
    idle = idle_under(found)
    by_verdict: dict[str, list[str]] = {verdict: [] for verdict in _verdicts(count)}
    for lever in dict.fromkeys(one.lever for one in found):
        if len(idle.get(lever, ())) == count:
            continue
        more, less, _ = holds_under(found, lever, outcome)
        verdict, counted = _verdict(more, less, count)
        by_verdict[verdict].append(lever_name(lever) + (f" ({counted})" if counted else ""))
    told = [f"{verdict} {', '.join(names)}" for verdict, names in by_verdict.items() if names]
    label = OUTCOME[outcome].label
    return f"{label[0].upper()}{label[1:]}: {'; '.join(told) or 'nothing moves it'}."


def _verdicts(count: int) -> tuple[str, ...]:
    where = _everywhere(count)
    return (
        f"raised {where} by",
        f"lowered {where} by",
        "raised under some, uncertain under the others, by",
        "lowered under some, uncertain under the others, by",
        "raised under some but lowered under others by",
        f"of uncertain sign {where}:",
    )


def _verdict(more: int, less: int, count: int) -> tuple[str, str]:
    """Return a verdict, and under how many structures where it is not all or none."""
    raised, lowered, raised_some, lowered_some, both, unsure = _verdicts(count)
    if count in (more, less):
        return (raised if more else lowered), ""
    if more and less:
        return both, f"raised {more}, lowered {less} of {count}"
    if more or less:
        return (raised_some if more else lowered_some), f"{more or less} of {count}"
    return unsure, ""


def _everywhere(count: int) -> str:
    return "under every structure" if count > 1 else "under this structure"


def effect_notes(found: Sequence[Effect], heard: Heard, unit: str) -> list[str]:
    """Return what must stand beside effects under one or more structures.

    Args:
        found: every effect.
        heard: what was kept of the ensembles.
        unit: London or an employer.
    """
    base, last = heard.base, heard.last
    pay = f"Pounds are at the pay of {last.day(0).year}"
    general = [
        note.replace(OF_THE_DAY, pay)
        for note in notes(last, unit, base)
        if note != CHANCE and not note.startswith(OF_ONE_STRUCTURE)
    ]
    whole = f"; {WHOLE_PACKAGE} has all of them" if _has_whole(found) else ""
    return [
        general[0],
        "Differences are paired run by run. A sign is sure where the 80 % interval excludes zero; "
        "ends are rounded in the tables.",
        "Structures are rivals, and the record does not tell them apart. Without levers even an "
        f"existing cap is off{whole}.",
        "The permanent share of the workforce can rise because posts stand empty: read it with "
        "the share of posts and the unfilled posts.",
        *_idle(found),
        *_budgets(heard),
        *general[1:],
    ]


def _has_whole(found: Sequence[Effect]) -> bool:
    return any(one.lever == WHOLE_PACKAGE for one in found)


def _idle(found: Sequence[Effect]) -> list[str]:
    count = len({one.pair for one in found})
    return [
        f"{lever_name(lever).capitalize()} alone changes nothing in at least eight runs of ten "
        + (_everywhere(count) if len(where) == count else f"under: {_listed(where)}")
        + ": it never binds there, or starts too late."
        for lever, where in idle_under(found).items()
    ]


def _budgets(heard: Heard) -> list[str]:
    """Say where budgets slow prices, so that differences rest on what budgets bear."""
    reached = {pair: n for pair, n in heard.slowed.items() if n >= FEWEST_SLOWED}
    if not reached:
        return []
    employers = len(heard.base.units) - 1
    where = "; ".join(f"{pair_name(pair)}: {number:.0f}" for pair, number in reached.items())
    return [
        f"Employers whose bids are slowed by budgets at the end without levers, of {employers}: "
        f"{where}. What a budget bears is an assumption, and differences there rest on it."
    ]


def _listed(found: Sequence[Pair]) -> str:
    return "; ".join(pair_name(pair) for pair in found)
