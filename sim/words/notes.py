"""What a reader must know beside the numbers: each note one sentence or two, none of them optional.

A table is only as honest as what stands below it. These notes go with every table and into
every JSON answer of an ensemble or a comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from sim.answers.comparison import mean
from sim.domain import evidence
from sim.domain.calendar import tax_year, tax_year_of
from sim.domain.given import counted
from sim.domain.headline import WORKFORCE
from sim.domain.randomness import BoolArray, Purpose, Streams
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, LINK_LABELS, LONDON
from sim.ensemble.run import Ensemble
from sim.market.outcomes import PLACE
from sim.rules.in_force import Rulebook
from sim.rules.levers import Lever, Levers
from sim.rules.levers.lever import WHO
from sim.rules.levers.members import Members, members_of
from sim.rules.levers.timeline import differ_from, spans
from sim.rules.levers.words import members_in_words
from sim.rules.tax_law import last_tabulated_year
from sim.words.captions import caution, quoted, stylised, unit_name
from sim.words.grounds import rests_on
from sim.words.own_figures import started_from

FEW_RUNS = 20
OF_ONE_STRUCTURE = ("Structure", "Cap of", "Caseload bar of", "Under ")
"""How notes begin that are about one structure only."""
FEWEST_SLOWED = 1.0
"""Employers slowed by budgets, on average over runs, from which it is worth a sentence."""
CHANCE = (
    "Chance of 90 %: share of runs that reach it on at least one 30 September; it need not last, "
    "and a "
    "small borough can touch it by luck."
)


def notes(ensemble: Ensemble, unit: str = LONDON, base: Ensemble | None = None) -> list[str]:
    """Return what must stand beside an ensemble's numbers, or beside its differences from a base.

    Args:
        ensemble: the result, or the policy's result in a comparison.
        unit: London or an employer.
        base: what the ensemble is compared with.
    """
    found = [_calibration(ensemble), *_structures(ensemble, base)]
    for name in Levers.model_fields:
        found += _lever(name, ensemble, unit, base)
    found += [note for one in (base, ensemble) if one is not None for note in _budgets(one)]
    found.append(_caseload_bar(ensemble))
    found += _start(ensemble, unit)
    found += started_from(ensemble.scenario.start)
    if unit != LONDON:
        found += _one_employer(ensemble, unit)
    if base is not None:
        found.append(rests_on(ensemble))
    found += [CHANCE, _money(ensemble)]
    return found


def apart(noted: Sequence[list[str]]) -> tuple[list[list[str]], list[str]]:
    """Return the notes of several tables: those of each alone, and those of all.

    The first note of each, on calibration, stays with its table.
    """
    if len(noted) < 2:
        return [list(one) for one in noted], []
    common = [note for note in noted[0][1:] if all(note in one for one in noted)]
    return [[note for note in one if note not in common] for one in noted], common


def combined(noted: Sequence[Sequence[str]]) -> list[str]:
    """Return the notes of several tables, each once."""
    return list(dict.fromkeys(note for one in noted for note in one))


def _calibration(ensemble: Ensemble) -> str:
    text = (
        f"{caution([ensemble])} Tables and charts give means; "
        f"80 % intervals leave out the lowest and the highest 1 in 10 of {ensemble.runs} runs"
    )
    return text + ("." if ensemble.runs >= FEW_RUNS else "; with so few runs their ends are rough.")


def _structures(ensemble: Ensemble, base: Ensemble | None) -> list[str]:
    here = _structure(ensemble)
    if base is None or _structure(base) == here:
        return [f"Structure: {here}; the record does not tell rival structures apart."]
    return [
        f"Structure of {quoted(one.scenario)}: {_structure(one)}; the record does not tell "
        "rival structures apart."
        for one in (base, ensemble)
    ]


def _structure(ensemble: Ensemble) -> str:
    hiring, triggers = (sorted(set(half)) for half in zip(*ensemble.structures, strict=True))
    bids = " or ".join(BIDS_ON[trigger] for trigger in triggers)
    ways = " or ".join(HIRING_LABELS[one] for one in hiring)
    text = f"boroughs bid on {bids}, hiring is {ways}"
    count = len(set(ensemble.structures))
    if count > 1:
        text = f"runs are shared equally among {count} rival structures ({text})"
    cut = ensemble.scenario.structure.cut_links
    return text + (f", cut: {'; '.join(LINK_LABELS[link] for link in cut)}" if cut else "")


def _lever(name: str, ensemble: Ensemble, unit: str, base: Ensemble | None) -> list[str]:
    """Return what a lever did and what its effect rests on, where the numbers depend on it."""
    lever: Any = getattr(ensemble.scenario.levers, name)
    before: Any = lever if base is None else getattr(base.scenario.levers, name)
    if lever.is_no_op and before.is_no_op:
        return []
    found = []
    if name == "cap":
        found += [_pledge(one, unit) for one in (base, ensemble) if one is not None and _caps(one)]
    if base is None or lever != before:
        found.append(lever.grounds)
    return found + _too_late(name, ensemble, base)


def _too_late(name: str, ensemble: Ensemble, base: Ensemble | None) -> list[str]:
    """Return what of a lever starts after the last month shown, and whether anything differs."""
    lever: Lever = getattr(ensemble.scenario.levers, name)
    opening, last = ensemble.scenario.start.opening, ensemble.day(ensemble.months[-1])
    later = [one.first for one in spans(lever, opening) if one.first and one.first > last]
    before = None if base is None else getattr(base.scenario.levers, name)
    if not later or lever == before:
        return []
    starts = f"starts after the last month shown, in {later[0]:%B %Y}"
    subject = f"The lever '{Levers.model_fields[name].description}'"
    if later[0] != spans(lever, opening)[0].first:
        subject = f"What '{Levers.model_fields[name].description}' becomes next"
    if base is None or before is None:
        return [f"{subject} {starts}."]
    if _is_identical(base, ensemble):
        return [f"{subject} {starts}: it changes nothing."]
    since = differ_from(before, lever, opening)
    if since is None or since > last:
        return [f"{subject} {starts}: what differs here comes from elsewhere."]
    begins = "the start" if since <= opening else f"{since:%B %Y}"
    return [
        f"{subject} {starts}; what differs here is what {quoted(base.scenario)} and "
        f"{quoted(ensemble.scenario)} have in force before, from {begins} on."
    ]


def _is_identical(one: Ensemble, other: Ensemble) -> bool:
    """Return whether every recorded number of two ensembles is the same."""
    if (one.facts, one.runs, one.years) != (other.facts, other.runs, other.years):
        return False
    return all(
        np.array_equal(read(one)(outcome), read(other)(outcome), equal_nan=True)
        for outcome in PLACE
        for read in (attrgetter("london"), attrgetter("employers"))
    )


def _caps(ensemble: Ensemble) -> bool:
    return not ensemble.scenario.levers.cap.is_no_op


def _left(times: float) -> str:
    """Return how often boroughs left a cap, given the mean over runs."""
    if not times:
        return "no borough left it"
    often = f"{times:.1f} times a run" if times >= 0.05 else "less than once in 20 runs"
    return f"boroughs left it {often}"


def _pledge(ensemble: Ensemble, unit: str) -> str:
    """Return whether a cap bound, how often it was left, and who keeps to it at the end."""
    about, runs = f"Cap of {quoted(ensemble.scenario)}{_signed(ensemble)}", ensemble.runs
    bound = sum(fact["cap_bound"] > 0 for fact in ensemble.facts)
    if not bound:
        return f"{about}: it never bound."
    left = mean(np.array([fact["defections"] for fact in ensemble.facts]))
    text = f"{about}: it bound in {bound} of {counted(runs, 'run')}; "
    text += f"{_left(left)}; "
    keep = ensemble.of("pledge_members", unit)[:, -1]
    if unit == LONDON:
        kept = round(mean(keep))
        text += f"{counted(kept, 'employer')} {'is' if kept == 1 else 'are'} in it at the end."
    else:
        text += f"{unit_name(unit)} is in it at the end of {int(keep.sum())}."
    return text + _equal_pay(ensemble)


def _signed(ensemble: Ensemble) -> str:
    """Return who signs a cap in the time that is shown."""
    opening, last = ensemble.scenario.start.opening, ensemble.day(ensemble.months[-1])
    found: list[str] = []
    said = None
    for span in spans(ensemble.scenario.levers.cap, opening):
        who = members_in_words(getattr(span.terms, WHO))
        if who != said and (span.first is None or span.first <= last):
            found.append(f"from {span.first:%B %Y} by {who}" if span.first else f"by {who}")
            said = who
    return f" (signed {'; '.join(found)})" if found else ""


def _equal_pay(ensemble: Ensemble) -> str:
    """Say where a cap has sunk below what the law lets an agency worker be paid."""
    scenario, last = ensemble.scenario, ensemble.day(ensemble.months[-1])
    employers, streams = ensemble.units[1:], Streams(ensemble.seed)
    opening = scenario.start.opening

    def who(members: Members, purpose: Purpose) -> BoolArray:
        return members_of(members, employers, streams, purpose)

    book = Rulebook(scenario.levers, scenario.parameters, opening, len(employers), who)
    rules = book.in_force(last)
    if rules.cap_charge_rate >= rules.lowest_lawful_charge:
        return ""
    return (
        f" Equal pay lifts it: at the end about £{rules.lowest_lawful_charge:.2f} an hour is the "
        f"least that may be paid, and the cap of £{rules.cap_charge_rate:.2f} gives way."
    )


def _budgets(ensemble: Ensemble) -> list[str]:
    """Say where budgets slow prices: how far they do is assumed."""
    slowed = mean(ensemble.london("employers_slowed_by_budget")[:, -1])
    if not slowed >= FEWEST_SLOWED:
        return []
    return [
        f"Under {quoted(ensemble.scenario)} budgets slow the bids of "
        f"{counted(round(slowed), 'employer')} at the "
        "end: its price and cost rest on parameters.overspend_limit_share, an assumption."
    ]


def _caseload_bar(ensemble: Ensemble) -> str:
    bars = ensemble.london("employers_above_bar")
    return (
        f"Caseload bar of {ensemble.scenario.levers.permanent_offer.caseload_bar:g}: "
        f"{counted(round(mean(bars[:, 0])), 'employer')} above it at the start, "
        f"{mean(bars[:, -1]):.0f} at the "
        "end."
    )


def _start(ensemble: Ensemble, unit: str) -> list[str]:
    start = ensemble.scenario.start
    if start.stylised:
        vacant = f"{100 * (start.vacancy_share or 0.0):.0f} %"
        return [f"{stylised(ensemble)} Its vacancy share, {vacant}, is assumed."]
    if unit != LONDON:
        return []
    modelled = mean(ensemble.of(WORKFORCE)[:, 0])
    published = evidence.london_published_permanent_share(start.year)
    return [
        f"London's permanent share of the workforce in {start.year} is {100 * published:.1f} % as "
        f"published; it starts at {100 * modelled:.1f} % here, with gaps in the census filled."
    ]


def _one_employer(ensemble: Ensemble, unit: str) -> list[str]:
    posts = mean(ensemble.of("posts_fte", unit)[:, 0])
    luck = "luck alone moves its shares from year to year"
    found = [f"{unit_name(unit)} has about {posts:.0f} posts: {luck}."]
    if not ensemble.scenario.start.stylised:
        imputed = evidence.census_start(ensemble.scenario.start.year).imputed
        found += [sentence for sentence in imputed if sentence.startswith(f"{unit} ")]
    if unit not in evidence.scored_employers():
        found.append(f"{unit_name(unit)} is modelled and counted in London's totals, never scored.")
    return found


def _money(ensemble: Ensemble) -> str:
    text = "Pounds are those of the day, without VAT"
    last = tax_year(last_tabulated_year())
    if tax_year_of(ensemble.day(ensemble.months[-1])) > last:
        text += f"; tax law after {last} and pay after the latest award are projected"
    return f"{text}."
