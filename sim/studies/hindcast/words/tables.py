"""What a hindcast says: London's forecast, the boroughs' scores, and how to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from sim.answers.answer import Printed
from sim.domain import evidence
from sim.domain.given import counted
from sim.domain.headline import PERMANENT_SHARES
from sim.domain.kept_forecasts import HELD_BACK_YEARS, QUANTILES, VERSION
from sim.domain.published import published_figure
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.market.outcomes import OUTCOME
from sim.studies.calibrate.method.targets import LAST_YEAR
from sim.studies.hindcast.method.baselines import BASELINES, STATE_SPACE
from sim.studies.hindcast.method.hindcast import (
    KEPT,
    MODEL,
    POOL,
    Hindcast,
    Part,
    Scored,
    held_back_years,
    kept_forecast,
)
from sim.studies.hindcast.method.scoring import LEVELS, Cases, Score, Skill, summary
from sim.words.tables import shown

HELD_BACK = "held back until scored"
ABOUT_POOL = (
    f"{POOL[0].upper()}{POOL[1:]}: the mixture of both distributions with equal weights, set "
    f"without looking at any year."
)


def printed_london(forecast: Hindcast) -> Iterator[Printed]:
    """Yield London's forecast beside its census, and the one version 0.1.0 made."""
    place = forecast.units.index(LONDON)
    bands = {m: forecast.quantiles(m)[:, place] for m in PERMANENT_SHARES}
    title = f"London, forecast from the census of {forecast.origin}"
    yield from _printed_bands(title, bands, forecast.years)
    kept = kept_forecast(forecast)
    if kept is not None:
        place = kept.units.index(LONDON)
        bands = {m: kept.quantiles[m][:, place] for m in PERMANENT_SHARES}
        years = [str(year) for year in HELD_BACK_YEARS]
        held = f"{'-'.join(years)} was held back until scored"
        yield from _printed_bands(f"The same by {KEPT}: {held}", bands, kept.years)


def _printed_bands(
    title: str, bands: Mapping[str, FloatArray], years: Sequence[int]
) -> Iterator[Printed]:
    """Yield London's medians and bands, (quantile, year) by measure, beside what was published."""
    rows = []
    for measure in PERMANENT_SHARES:
        for column, year in enumerate(years):
            ends = (0, QUANTILES.index(0.5), -1)
            low, middle, high = (float(bands[measure][row, column]) for row in ends)
            published = _published(measure, year)
            inside = published is not None and low <= published <= high
            rows.append(
                (
                    f"{OUTCOME[measure].label} {year}",
                    "" if published is None else shown(published, "share"),
                    shown(middle, "share"),
                    f"{100 * low:.1f} to {100 * high:.1f}",
                    "" if published is None else ("inside" if inside else "outside"),
                )
            )
    yield Printed(title, ("", "census", "median", "90 % band", "census is"), rows)


def _published(measure: str, year: int) -> float | None:
    return published_figure(measure, year, LONDON) if year in evidence.census_years() else None


def printed_scores(part: Part, measure: str) -> Iterator[Printed]:
    """Yield the boroughs' scores in some years, and the model's less each other forecaster's."""
    scored = part.by_measure[measure]
    rows, gaps_rows = [], []
    for name, (score, gaps) in scored.items():
        coverage = (f"{100 * share:.0f} %" for share in score.coverage)
        numbers = (f"{score.rmse:.1f}", f"{score.mae:.1f}", f"{score.crps:.2f}")
        rows.append((name, *numbers, f"{score.interval_score:.0f}", *coverage))
        if gaps:
            gaps_rows.append((name, *(gap_shown(gap) for gap in gaps)))
    years, cases = part.years, scored[MODEL][0].cases
    held = [f"{100 * level:.0f} %" for level in LEVELS]
    yield Printed(
        f"Boroughs, {OUTCOME[measure].label}, {years[0]}-{years[-1]}"
        f"{f', {HELD_BACK} for version {VERSION}' if part.was_held_back else ''}\n"
        f"{cases} borough-years; "
        "errors and scores in points, lower is better (interval: score of the 90 % band); "
        "then what each band holds",
        ("", "RMSE", "MAE", "CRPS", "interval", *held),
        rows,
    )
    yield from printed_gaps("Permanence less each of the others", gaps_rows)
    kept = part.kept_gaps.get(measure, {})
    yield from printed_gaps(
        f"{KEPT}, less each baseline",
        [(name, *(gap_shown(gap) for gap in gaps)) for name, gaps in kept.items()],
    )


def printed_gaps(title: str, rows: Sequence[Sequence[str]]) -> Iterator[Printed]:
    """Yield differences of scores, if there are any."""
    if rows:
        yield Printed(
            f"{title}, points, with 90 % bootstrap interval: below zero it is better",
            ("", "RMSE", "CRPS", "interval"),
            rows,
            tight=True,
        )


def gap_shown(gap: Skill) -> str:
    """Return a difference with its interval, as exactly as its score is told."""
    digits = {"rmse": 1, "crps": 2}.get(gap.measure, 0)
    mid, low, high = (f"{v:+.{digits}f}" for v in (gap.difference, gap.low, gap.high))
    return f"{mid} ({low} to {high})"


def notes(
    forecast: Hindcast,
    whole: Part,
    draws: Draws,
    runs: int,
    *,
    later_policy: bool,
    pooled: bool = False,
) -> list[str]:
    """Return what must stand beside a hindcast's numbers; `whole` has all scored years."""
    text, scored = draws.calibration, whole.by_measure
    found = [f"{text[0].upper()}{text[1:]}. {counted(runs, 'run')}."]
    for measure, forecasters in scored.items():
        if BASELINES.keys() <= forecasters.keys():
            found.append(_verdict(measure, forecasters))
    if forecast.saw_the_future:
        found.append(f"Parameters were fitted to years up to {LAST_YEAR}: no test of the forecast.")
    found += _about_held_back(forecast)
    if not whole.years:
        found.append("No census after the origin: nothing can be scored.")
    elif not any(BASELINES.keys() <= one.keys() for one in scored.values()):
        found.append("Too few censuses before the origin for a baseline.")
    if pooled and any(POOL in one for one in scored.values()):
        found.append(ABOUT_POOL)
    policy = "enters as known" if later_policy else "is left out"
    found += [
        f"Policy enacted after the origin (the London Pledge of June 2022) {policy}.",
        "Bands for a published share cover draws of parameters and structures, the luck of small "
        "numbers, years that are good or bad for all, and reporting error. What each borough "
        "is like is inferred from all its censuses up to the origin.",
        "The City of London is forecast and never scored.",
    ]
    return found


def _about_held_back(forecast: Hindcast) -> list[str]:
    """Return who had seen the years that were held back once."""
    held = held_back_years(forecast)
    if not held:
        return []
    years = " and ".join(str(year) for year in held)
    found = [f"{years}: this code and the choice of baselines were made after they had been seen."]
    if kept_forecast(forecast) is not None:
        found.append(f"{KEPT}, is what version {VERSION} forecast; {years} were {HELD_BACK}.")
    return found


def _verdict(measure: str, scored: Scored) -> str:
    """Return which baselines the model beats by CRPS, and which beat it."""
    better: list[str] = []
    worse: list[str] = []
    even: list[str] = []
    for name in BASELINES:
        gap = next(one for one in scored[name][1] if one.measure == "crps")
        (better if gap.high < 0 else worse if gap.low > 0 else even).append(name)
    parts = [
        f"{words} {', '.join(names)}"
        for words, names in (
            ("beats", better),
            ("is beaten by", worse),
            ("cannot be told from", even),
        )
        if names
    ]
    label = OUTCOME[measure].label
    return f"{label[0].upper()}{label[1:]}: by CRPS the model {'; it '.join(parts)}."


# One year ahead from every origin

Origins = Mapping[int, Mapping[str, Cases]]
"""Cases by origin, then by forecaster."""


SHORT_NAMES = {
    MODEL: "model",
    "persistence": "persist.",
    "mean reversion, AR(1)": "AR(1)",
    "own mean": "mean",
    "own trend": "trend",
    STATE_SPACE: "state sp.",
    POOL: "half/half",
}
"""How forecasters are called where columns are narrow."""


def origin_rows(found: Origins, score: Callable[[Score], str]) -> list[tuple[str, ...]]:
    """Return a row an origin: one score of the model and of each of the others."""
    rows, names = [], _columns(found)
    for origin, cases in found.items():
        seen = " *" if origin < LAST_YEAR else ""
        rows.append((f"{origin} to {origin + 1}{seen}", *_cells(cases, names, score)))
    for words, kept in (
        (f"from {LAST_YEAR} on", [c for o, c in found.items() if o >= LAST_YEAR]),
        ("all", list(found.values())),
    ):
        if len(kept) > 1:
            rows.append((words, *_cells(together(kept), names, score)))
    return rows


def _columns(found: Origins) -> list[str]:
    """Return the forecasters that have a column: the pool, where it was asked for, is the last."""
    pooled = any(POOL in cases for cases in found.values())
    return [MODEL, *BASELINES, *([POOL] if pooled else [])]


def together(kept: Sequence[Mapping[str, Cases]]) -> dict[str, Cases]:
    """Return the cases of several origins as one, for forecasters that every origin has."""
    names = [name for name in kept[0] if all(name in one for one in kept)]
    return {
        name: Cases(
            *(
                np.concatenate([getattr(one[name], field) for one in kept], axis=axis)
                for field, axis in (
                    ("error", 0), ("crps", 0), ("interval_score", 0), ("inside", 1), ("pit", 0),
                )
            )
        )
        for name in names
    }  # fmt: skip


def _cells(
    cases: Mapping[str, Cases], names: Sequence[str], score: Callable[[Score], str]
) -> list[str]:
    return [score(summary(cases[name])) if name in cases else "" for name in names]


def printed_origins(measure: str, found: Origins) -> Iterator[Printed]:
    """Yield how the model and the baselines did from every origin."""
    label = OUTCOME[measure].label
    tables: dict[str, Callable[[Score], str]] = {
        "RMSE in points, lower is better": lambda one: f"{one.rmse:.1f}",
        "CRPS in points, lower is better": lambda one: f"{one.crps:.2f}",
        "what the 90 % band holds": lambda one: f"{100 * one.coverage[-1]:.0f} %",
    }
    for words, score in tables.items():
        yield Printed(
            f"Boroughs one year ahead, {label}: {words}",
            ("", *(SHORT_NAMES[name] for name in _columns(found))),
            origin_rows(found, score),
        )


FITTED = f"* Parameters were fitted to years up to {LAST_YEAR}, these among them."
