"""The finding of a report in words, and its key numbers: what `run` and `compare` print."""

from __future__ import annotations

from collections.abc import Sequence

from sim.answers.comparison import (
    SHARE_OF_RUNS,
    Difference,
    compared,
    headline,
    mean,
    spread_of,
)
from sim.domain.calendar import spoken_day
from sim.domain.headline import POSTS, UNFILLED, WORKFORCE
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.interfaces.report.html import Group, bullets, paragraph, subheading, table
from sim.words import captions as words
from sim.words.notes import apart, combined, notes
from sim.words.result_tables import PAIRED
from sim.words.tables import labelled, old_new_gap, shown, spread, times

LEAVES_POSTS_EMPTY = (
    "Part of the gain in the share of the workforce is posts left empty: unfilled posts rise, and "
    "the share of posts gains less."
)


def title_of(ensembles: Sequence[Ensemble]) -> str:
    """Return what the report is about."""
    if len(ensembles) == 1:
        (one,) = ensembles
        return one.scenario.title or one.scenario.name
    base, *policies = ensembles
    policy_names = words.listed([words.called(one.scenario) for one in policies])
    return f"{policy_names} against {words.called(base.scenario)}"


def lede_of(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return what was simulated, in a line."""
    one = ensembles[0]
    runs = "1 run" if one.runs == 1 else f"{one.runs:,} runs"
    each = " of each scenario" if len(ensembles) > 1 else ""
    whom = "London" if unit == LONDON else f"{words.unit_name(unit)} in London"
    return (
        f"A simulation of children's social workers in {whom}, {spoken_day(one.day(0))} to "
        f"{spoken_day(one.day(one.months[-1]))}: {runs}{each}, means with 80 % intervals."
    )


# The finding


def finding(ensembles: Sequence[Ensemble], unit: str = LONDON) -> list[str]:
    """Return what the result shows, in one or two sentences a scenario (or policy)."""
    if len(ensembles) == 1:
        return [_course_of(ensembles[0], unit)]
    base, *policies = ensembles
    return [_against(base, policy, unit) for policy in policies]


def _course_of(ensemble: Ensemble, unit: str) -> str:
    """Return how both shares and unfilled posts go from the start to the horizon."""
    found = []
    for name in (WORKFORCE, POSTS, UNFILLED):
        values = ensemble.of(name, unit)
        ends = spread_of(values[:, -1])
        interval = spread(ends.q10, ends.q90, "share")
        within = "" if ensemble.runs == 1 else f" (80 % interval {interval})"
        start, end = (shown(mean(values[:, at]), "share") for at in (0, -1))
        found.append(f"from {start} to {end}{within}")
    first, last = spoken_day(ensemble.day(0)), spoken_day(ensemble.day(ensemble.months[-1]))
    return (
        f"{words.whose(unit)} permanent share of the workforce goes {found[0]} between {first} "
        f"and {last}. Its permanent share of posts goes {found[1]}, and unfilled posts go "
        f"{found[2]} of all posts."
    )


def _against(base: Ensemble, policy: Ensemble, unit: str) -> str:
    """Return both shares and unfilled posts under a policy beside those of the base."""
    rows = {row.outcome: row for row in compared(base, policy, unit)}
    workforce, posts, unfilled = rows[WORKFORCE], rows[POSTS], rows[UNFILLED]
    day = spoken_day(policy.day(policy.months[-1]))
    told = (
        f"Under {words.quoted(policy.scenario)}, {words.whose(unit)} permanent share of the "
        f"workforce on {day} is {_beside(workforce)} under {words.quoted(base.scenario)}"
        f"{_gap(workforce, policy.runs)}. "
        f"The permanent share of posts is {_beside(posts)}{_gap(posts, policy.runs)}, and unfilled "
        f"posts are {_beside(unfilled)} of all posts{_gap(unfilled, policy.runs)}."
    )
    if unfilled.difference > 0 and workforce.difference > max(posts.difference, 0):
        told += f" {LEAVES_POSTS_EMPTY}"
    return told + _no_change(workforce, posts)


def _beside(row: Difference) -> str:
    old, new, _ = old_new_gap(row.old, row.new, row.unit)
    return f"{new}, against {old}"


def _gap(row: Difference, runs: int) -> str:
    if row.is_exactly_zero:
        return " (the same in every run)"
    middle = f"{old_new_gap(row.old, row.new, row.unit)[2]} points"
    if runs == 1:
        return f" ({middle})"
    return f" ({middle}; 80 % interval {spread(row.q10, row.q90, row.unit, signed=True)})"


def _no_change(*rows: Difference) -> str:
    """Say of which shares the interval of the difference has zero in it."""
    found = [
        row.label.removeprefix("permanent share of ").removeprefix("the ")
        for row in rows
        if row.q10 < 0 < row.q90
    ]
    if not found:
        return ""
    return f" The interval of the difference includes no change for {words.listed(found)}."


def rests(ensembles: Sequence[Ensemble]) -> list[str]:
    """Return what the finding rests on: calibration, and the grounds of every lever it shows."""
    found = [words.caution(ensembles)]
    for name in type(ensembles[0].scenario.levers).model_fields:
        levers = [getattr(one.scenario.levers, name) for one in ensembles]
        if not all(lever.is_no_op for lever in levers):
            found.append(levers[-1].grounds)
    return found


# Key numbers


def key_numbers_section(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return the headline tables with the notes that go with them."""
    if len(ensembles) == 1:
        (one,) = ensembles
        return _levels(one, unit) + bullets(notes(one, unit), "notes")
    base, *policies = ensembles
    each, common = apart([[*notes(one, unit, base), PAIRED] for one in policies])
    parts = []
    for policy, noted in zip(policies, each, strict=True):
        parts.append(_differences(base, policy, unit) + bullets(noted, "notes"))
    if common:
        parts.append(subheading("What holds for all of these"))
        parts.append(bullets(common, "notes"))
    return "".join(parts)


def all_notes(ensembles: Sequence[Ensemble], unit: str) -> list[str]:
    """Return every note of the key numbers once."""
    base, *policies = ensembles
    if not policies:
        return notes(base, unit)
    return combined([[*notes(one, unit, base), PAIRED] for one in policies])


def _levels(ensemble: Ensemble, unit: str) -> str:
    rows = []
    for name, label, measure, values in headline(ensemble, unit):
        is_chance = measure == SHARE_OF_RUNS
        ends = spread_of(values)
        start = "" if is_chance else shown(mean(ensemble.of(name, unit)[:, 0]), measure)
        interval = "" if is_chance else spread(ends.q10, ends.q90, measure)
        rows.append((labelled(label, measure), start, shown(mean(values), measure), interval))
    first, last = spoken_day(ensemble.day(0)), spoken_day(ensemble.day(ensemble.months[-1]))
    caption = (
        f"{words.unit_name(unit)} under {words.quoted(ensemble.scenario)}, from {first} to {last}"
    )
    return table(caption, ("Outcome", first, last, "80 % interval"), rows, kind="key")


def _differences(base: Ensemble, policy: Ensemble, unit: str) -> str:
    rows = [
        (
            labelled(row.label, row.unit),
            *old_new_gap(row.old, row.new, row.unit),
            "" if row.unit == SHARE_OF_RUNS else spread(row.q10, row.q90, row.unit, signed=True),
        )
        for row in compared(base, policy, unit)
    ]
    day = spoken_day(policy.day(policy.months[-1]))
    caption = (
        f"{words.unit_name(unit)}, {day}: from {words.quoted(base.scenario)} (old) to "
        f"{words.quoted(policy.scenario)} (new); differences of shares in percentage points"
    )
    return table(
        caption, ("Outcome", "Old", "New", "Difference", "80 % interval"), rows, kind="key"
    )


def pairing_tables(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return what pairing is worth, one table a policy; nothing where there is none."""
    base, *policies = ensembles
    return "".join(_pairing(base, policy, unit) for policy in policies)


def _pairing(base: Ensemble, policy: Ensemble, unit: str) -> str:
    rows = [
        (
            row.label,
            "-" if row.correlation is None else f"{row.correlation:.2f}",
            times(row.variance_reduction),
        )
        for row in compared(base, policy, unit)
    ]
    caption = (
        f"What pairing is worth: {words.quoted(base.scenario)} and "
        f"{words.quoted(policy.scenario)}. Variance between "
        "runs that share nothing (old plus new) over that of the paired difference; the parameters "
        "a pair shares count too"
    )
    return table(caption, ("Outcome", "Paired correlation", "Variance divided by"), rows)


def scenarios_in_words(ensembles: Sequence[Ensemble]) -> str:
    """Return each scenario's title and why it is there."""
    told = [
        f"{one.scenario.title or one.scenario.name}. {one.scenario.why}".strip()
        + (f" (Scenario {one.scenario.name}.)" if one.scenario.title else "")
        for one in ensembles
    ]
    return bullets(told, "small") if len(told) > 1 else _why(ensembles[0])


def _why(ensemble: Ensemble) -> str:
    why = ensemble.scenario.why
    named = f"Scenario: {ensemble.scenario.name}."
    return paragraph(f"{named} {why}" if why else named, "small")


# By borough


def borough_table(ensembles: Sequence[Ensemble]) -> str:
    """Return every employer's both shares and unfilled posts; of policies, old and new."""
    if len(ensembles) == 1:
        return _borough_levels(ensembles[0])
    base, *policies = ensembles
    return "".join(_borough_differences(base, policy) for policy in policies)


def _borough_levels(ensemble: Ensemble) -> str:
    rows = []
    for unit in ensemble.units[1:]:
        cells = [words.unit_name(unit)]
        for name in (WORKFORCE, POSTS, UNFILLED):
            values = ensemble.of(name, unit)
            ends = spread_of(values[:, -1])
            cells += [shown(mean(values[:, at]), "share") for at in (0, -1)]
            cells.append(spread(ends.q10, ends.q90, "share"))
        rows.append(cells)
    first, last = ensemble.day(0).year, ensemble.day(ensemble.months[-1]).year
    three = (str(first), str(last), "80 % interval")
    return _by_borough(
        f"Employers under {words.quoted(ensemble.scenario)}, 30 September {first} and {last}",
        three,
        rows,
    )


def _borough_differences(base: Ensemble, policy: Ensemble) -> str:
    rows = []
    for unit in policy.units[1:]:
        found = {row.outcome: row for row in compared(base, policy, unit)}
        cells = [words.unit_name(unit)]
        for row in (found[name] for name in (WORKFORCE, POSTS, UNFILLED)):
            old, new, gap = old_new_gap(row.old, row.new, row.unit)
            interval = spread(row.q10, row.q90, row.unit, signed=True)
            cells += [old, new, f"{gap} ({interval})"]
        rows.append(cells)
    year = policy.day(policy.months[-1]).year
    return _by_borough(
        f"Employers under {words.quoted(base.scenario)} (old) and "
        f"{words.quoted(policy.scenario)} (new), "
        f"30 September {year}",
        ("old", "new", "difference (80 % interval), points"),
        rows,
    )


def _by_borough(caption: str, three: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    groups = [
        Group("Permanent share of the workforce", 3),
        Group("Permanent share of posts", 3),
        Group("Unfilled posts", 3),
    ]
    return table(caption, ("Employer", *three, *three, *three), rows, groups=groups)
