"""What a hindcast says: London's forecast, the boroughs' scores, and how to read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import typer

from sim.domain import evidence
from sim.domain.headline import PERMANENT_SHARES
from sim.domain.published import published_figure
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.experiments.calibration.targets import LAST_YEAR
from sim.experiments.record.baselines import BASELINES, STATE_SPACE
from sim.experiments.record.hindcast import (
    QUANTILES,
    Hindcast,
    london_inside,
    scored_years,
)
from sim.experiments.record.scoring import LEVELS, Cases, Score, Skill, summary
from sim.interfaces.words.tables import print_table, shown
from sim.market.outcomes import OUTCOME

MODEL = "Permanence"
Scored = dict[str, tuple[Score, list[Skill]]]
"""By forecaster: its score, and what the model's is less its own (none for the model)."""


def print_london(forecast: Hindcast) -> None:
    """Print London's forecast beside its census."""
    place = forecast.units.index(LONDON)
    rows = []
    for measure in PERMANENT_SHARES:
        bands = forecast.quantiles(measure)[:, place]
        seen = london_inside(forecast, measure)
        for column, year in enumerate(forecast.years):
            low, middle, high = (bands[row, column] for row in (0, QUANTILES.index(0.5), -1))
            published = _published(measure, year)
            rows.append(
                (
                    f"{OUTCOME[measure].label} {year}",
                    "" if published is None else shown(published, "share"),
                    shown(float(middle), "share"),
                    f"{100 * low:.1f} to {100 * high:.1f}",
                    "" if year not in seen else ("inside" if seen[year] else "outside"),
                )
            )
    print_table(
        f"London, forecast from the census of {forecast.origin}",
        ("", "census", "median", "90 % band", "census is"),
        rows,
    )


def _published(measure: str, year: int) -> float | None:
    return published_figure(measure, year, LONDON) if year in evidence.census_years() else None


def print_scores(forecast: Hindcast, measure: str, scored: Scored) -> None:
    """Print the boroughs' scores, and the model's less each baseline's."""
    rows, gaps_rows = [], []
    for name, (score, gaps) in scored.items():
        coverage = (f"{100 * share:.0f} %" for share in score.coverage)
        numbers = (f"{score.rmse:.1f}", f"{score.mae:.1f}", f"{score.crps:.2f}")
        rows.append((name, *numbers, f"{score.interval_score:.0f}", *coverage))
        if gaps:
            gaps_rows.append((name, *(_gap(gap) for gap in gaps)))
    years, cases = scored_years(forecast), scored[MODEL][0].cases
    held = [f"{100 * level:.0f} %" for level in LEVELS]
    typer.echo()
    print_table(
        f"Boroughs, {OUTCOME[measure].label}, {years[0]}-{years[-1]}\n{cases} borough-years; "
        "errors and scores in points, lower is better (interval: score of the 90 % band); "
        "then what each band holds",
        ("", "RMSE", "MAE", "CRPS", "interval", *held),
        rows,
    )
    if gaps_rows:
        typer.echo()
        print_table(
            "Permanence less each baseline, points, with 90 % bootstrap interval: below zero it is "
            "better",
            ("", "RMSE", "CRPS"),
            gaps_rows,
        )


def _gap(gap: Skill) -> str:
    return f"{gap.difference:+.2f} ({gap.low:+.2f} to {gap.high:+.2f})"


def notes(
    forecast: Hindcast,
    scored: dict[str, Scored],
    draws: Draws,
    runs: int,
    *,
    later_policy: bool,
) -> list[str]:
    """Return what must stand beside a hindcast's numbers."""
    text = draws.calibration
    found = [f"{text[0].upper()}{text[1:]}. {runs} runs."]
    for measure, forecasters in scored.items():
        if len(forecasters) > 1:
            found.append(_verdict(measure, forecasters))
    if forecast.saw_the_future:
        found.append(f"Parameters were fitted to years up to {LAST_YEAR}: no test of the forecast.")
    if not any(scored.values()):
        found.append("No census after the origin: nothing can be scored.")
    elif not any(len(one) > 1 for one in scored.values()):
        found.append("Too few censuses before the origin for a baseline.")
    policy = "enters as known" if later_policy else "is left out"
    found += [
        f"Policy enacted after the origin (the London Pledge of June 2022) {policy}.",
        "Bands hold what draws of parameters and structures, the luck of small numbers, years that "
        "are good or bad for all and reporting error make of a published share. What each borough "
        "is like is inferred from all its censuses up to the origin.",
        "The City of London is forecast and never scored.",
    ]
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
}
"""How forecasters are called where columns are narrow."""


def origin_rows(found: Origins, score: Callable[[Score], str]) -> list[tuple[str, ...]]:
    """Return a row an origin: one score of the model and of each baseline."""
    rows = []
    for origin, cases in found.items():
        seen = " *" if origin < LAST_YEAR else ""
        rows.append((f"{origin} to {origin + 1}{seen}", *_cells(cases, score)))
    for words, kept in (
        (f"from {LAST_YEAR} on", [c for o, c in found.items() if o >= LAST_YEAR]),
        ("all with baselines", [c for c in found.values() if len(c) > 1]),
    ):
        if len(kept) > 1:
            rows.append((words, *_cells(together(kept), score)))
    return rows


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


def _cells(cases: Mapping[str, Cases], score: Callable[[Score], str]) -> list[str]:
    return [score(summary(cases[name])) if name in cases else "" for name in (MODEL, *BASELINES)]


def print_origins(measure: str, found: Origins) -> None:
    """Print how the model and the baselines did from every origin."""
    label = OUTCOME[measure].label
    tables: dict[str, Callable[[Score], str]] = {
        "RMSE in points, lower is better": lambda one: f"{one.rmse:.1f}",
        "CRPS in points, lower is better": lambda one: f"{one.crps:.2f}",
        "what the 90 % band holds": lambda one: f"{100 * one.coverage[-1]:.0f} %",
    }
    for words, score in tables.items():
        print_table(
            f"Boroughs one year ahead, {label}: {words}",
            ("", *(SHORT_NAMES[name] for name in (MODEL, *BASELINES))),
            origin_rows(found, score),
        )
    typer.echo(f"* Parameters were fitted to years up to {LAST_YEAR}, these among them.")
