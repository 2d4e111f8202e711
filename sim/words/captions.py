"""The words of charts: numbers as read aloud, scenario labels, cautions, source lines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.answers.structures import Pair
from sim.domain.evidence import spoken
from sim.domain.posterior import StructureKey
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, LONDON, TARGET_PERMANENT_SHARE
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import package_version
from sim.scenario import Scenario, declared_at

CENSUS_SOURCE = "DfE children's social work workforce census"
LICENCE = "Open Government Licence v3.0"
UNKNOWN = "no figure"
MOST_DECIMALS = 6
LONGEST_LABEL = 45
LONGEST_TITLE = 90
WAY_OF_HIRING = "way of hiring"
WAYS_HEADER = f"{WAY_OF_HIRING}, bids on"
"""Above a column of `pair_name`."""


def key_in_words(key: str) -> str:
    """Return what a scenario's key stands for: the most a member pays for an hour."""
    return declared_at(key).label.partition(" (default")[0]


def level_in_words(value: float, unit: str) -> str:
    """Return a level of such a number as it was given, pounds as pounds."""
    return f"£{value:g}" if unit.startswith("£") else f"{value:g}"


def per_cent(share: float) -> str:
    """Return a share as whole per cent, with decimals only where rounding would cross 90 %."""
    if not math.isfinite(share):
        return UNKNOWN
    for decimals in range(MOST_DECIMALS):
        text = f"{100 * share:.{decimals}f}"
        if (float(text) >= 100 * TARGET_PERMANENT_SHARE) == (share >= TARGET_PERMANENT_SHARE):
            break
    return f"{text.removeprefix('-') if float(text) == 0 else text} %"


def whole_per_cent(share: float) -> str:
    """Return a share as whole per cent; what is below 90 % is never written as 90 %."""
    whole = round(100 * share)
    line = round(100 * TARGET_PERMANENT_SHARE)
    return f"{line - 1 if whole == line and share < TARGET_PERMANENT_SHARE else whole} %"


def pounds(amount: float) -> str:
    """Return money in whole pounds, in thousands from £10,000 and in millions from £100,000."""
    if not math.isfinite(amount):
        return UNKNOWN
    size = abs(amount)
    if size >= 1e5 - 0.5:
        text = f"£{size / 1e6:,.1f}m"
    elif size >= 1e4 - 0.5:
        text = f"£{size / 1e3:,.0f}k"
    else:
        text = f"£{size:,.0f}"
    return f"-{text}" if amount < 0 and any(digit in text for digit in "123456789") else text


def measured_as(value: float, unit_of_measure: str) -> str:
    """Return a value in its unit, as short as a tile of the map wants it."""
    if not math.isfinite(value):
        return UNKNOWN
    if unit_of_measure == "share":
        return whole_per_cent(value)
    if unit_of_measure.startswith("£"):
        return pounds(value)
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def number_in(text: str) -> float:
    """Return the number that `measured_as` wrote, after its rounding."""
    digits = float(text.replace("£", "").replace(",", "").rstrip(" %km"))
    ending = text[-1]
    return digits / 100 if ending == "%" else digits * {"k": 1e3, "m": 1e6}.get(ending, 1.0)


def means_of(runs: int) -> str:
    """Return what numbers are that were worked out from so many runs."""
    return "one run" if runs == 1 else f"means of {runs} runs"


def unit_name(unit: str) -> str:
    """Return an employer's name as people say it."""
    return spoken(unit)


def whose(unit: str) -> str:
    """Return a unit's name in the possessive."""
    name = unit_name(unit)
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def counted(number: int) -> str:
    """Return "both" or "all three"."""
    return {2: "both", 3: "all three"}.get(number, f"all {number}")


def called(scenario: Scenario) -> str:
    """Return what to call a scenario: its title up to the first colon, or its name."""
    title = scenario.title.partition(":")[0].strip()
    return shortened(title or scenario.name.replace("_", " "), LONGEST_TITLE)


def quoted(scenario: Scenario) -> str:
    """Return what to call a scenario within a sentence."""
    return f"'{called(scenario)}'"


def against(base: Scenario, policy: Scenario) -> str:
    """Return a heading's words for a base and a policy."""
    return f"From {quoted(base)} to {quoted(policy)}"


def labels(ensembles: Sequence[Ensemble]) -> list[str]:
    """Return what to call each ensemble: its scenario, and what differs if that does not."""
    names = [called(ensemble.scenario) for ensemble in ensembles]
    if len(set(names)) < len({ensemble.scenario.name for ensemble in ensembles}):
        names = [ensemble.scenario.name for ensemble in ensembles]
    return _apart(ensembles, names)


def keys(ensembles: Sequence[Ensemble]) -> list[str]:
    """Return what data call each ensemble: as `labels`, from its scenario's name."""
    return _apart(ensembles, [ensemble.scenario.name for ensemble in ensembles])


def _apart(ensembles: Sequence[Ensemble], names: list[str]) -> list[str]:
    """Return names with what differs, where names alone do not."""
    if len(set(names)) < len(names):
        contents = [dict(_leaves(ensemble.scenario.content())) for ensemble in ensembles]
        keys = [key for key in contents[0] if len({str(one.get(key)) for one in contents}) > 1]
        names = [
            ", ".join([name, *(f"{_last(key)} {one.get(key)}" for key in keys)])
            for name, one in zip(names, contents, strict=True)
        ]
    if len(set(names)) < len(names):
        names = [f"{name} ({place})" for place, name in enumerate(names, start=1)]
    return [shortened(name.replace("_", " "), LONGEST_LABEL) for name in names]


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _leaves(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            found += _leaves(value, f"{prefix}{key}.")
        elif key != "fixed_parameters":
            found.append((f"{prefix}{key}", value))
    return found


def shortened(text: str, most: int) -> str:
    """Return text cut at a word with an ellipsis if it is too long for a chart."""
    if len(text) <= most:
        return text
    return f"{text[: most - 1].rsplit(' ', 1)[0].rstrip(' ,;:')}…"


def subtitle(ensembles: Sequence[Ensemble], unit: str, *, drawn: str) -> list[str]:
    """Return the lines below a title: scenario, runs, interval, start, and the caution.

    Args:
        ensembles: what is shown.
        unit: London or an employer.
        drawn: how mean and interval appear, such as "Lines: means; bands: 80 % intervals".
    """
    names = labels(ensembles)
    if len(ensembles) == 1:
        first = f"Scenario: {shortened(ensembles[0].scenario.title or names[0], LONGEST_TITLE)}."
    else:
        first = f"Scenarios: {listed(names)}."
    counts = sorted({ensemble.runs for ensemble in ensembles})
    runs = listed([str(count) for count in counts])
    about = ["One run, so no interval." if counts == [1] else f"{drawn}, {runs} runs."]
    about += [stylised(one) for one in ensembles if one.scenario.start.stylised][:1]
    place = [] if unit == LONDON else [f"{unit_name(unit)} only, by census."]
    return [" ".join([first, *place]), " ".join([*about, caution(ensembles)])]


def stylised(ensemble: Ensemble) -> str:
    """Return what a stylised start is, in a sentence."""
    start = ensemble.scenario.start
    return f"Stylised start: the pattern of {start.year} moved to {start.opening.year}."


def caution(ensembles: Sequence[Ensemble]) -> str:
    """Return how far the parameters can be trusted, in a sentence."""
    drawn = [ensemble.draws for ensemble in ensembles if ensemble.draws != Draws.DEFAULT]
    text = (drawn[0] if drawn else Draws.DEFAULT).calibration
    return f"{text[0].upper()}{text[1:]}."


def _structures(ensembles: Sequence[Ensemble]) -> set[StructureKey]:
    return {pair for ensemble in ensembles for pair in ensemble.structures}


def source(
    ensembles: Sequence[Ensemble], dots: Sequence[int] = (), *, has_dates: bool = False
) -> str:
    """Return where the numbers come from.

    Args:
        ensembles: what is shown.
        dots: the census years drawn as dots.
        has_dates: whether there is an axis of years.
    """
    seeds = listed(sorted({str(ensemble.seed) for ensemble in ensembles}))
    text = f"Source: Permanence {package_version()} simulation, seed {seeds}"
    structures = _structures(ensembles)
    if len(structures) == 1:
        hiring, trigger = structures.pop()
        text += (
            f"; bids on {BIDS_ON[trigger]}, hiring {HIRING_LABELS[hiring]} "
            "(one of several structures)"
        )
    elif structures:
        text += f"; {len(structures)} rival structures, each in an equal share of the runs"
    text += "."
    if dots:
        years = f"{dots[0]} to {dots[-1]}" if len(dots) > 1 else f"{dots[0]}"
        text += f" Dots: {CENSUS_SOURCE} {years} ({LICENCE})."
    return f"{text} Years are marked at 30 September." if has_dates else text


def pair_name(pair: Pair) -> str:
    """Return a pair in words that fit a table."""
    return f"{HIRING_LABELS[pair.hiring]}, {pair.bid_trigger.value}"


def size(ensemble: Ensemble) -> str:
    """Return how many runs of how many years, in words."""
    runs = "1 run" if ensemble.runs == 1 else f"{ensemble.runs} runs"
    years = "1 year" if ensemble.years == 1 else f"{ensemble.years} years"
    return f"{runs} of {years}"
