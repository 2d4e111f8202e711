"""Panels of the scored boroughs at each census: as published, and as a model run has them.

Turnover is what the DfE counts: all who left a permanent post in the year to 30 September, to
agency work and to other boroughs included, over permanent staff on that day. Starters are all who
took one. Where the census has no sound figure the model's is left out too, so both are looked at
through the same gaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.domain import evidence
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.headline import POSTS, WORKFORCE
from sim.domain.published import published_figure
from sim.domain.randomness import FloatArray, Purpose, Streams, paired_keys, slot_keys
from sim.domain.vocabulary import GRADES, LONDON, Judgement
from sim.ensemble.replicate import RunRecord

OUT_OF_POSTS = {
    "left_sector_fte": "leavers_fte_per_month",
    "to_agency_fte": "to_agency_fte_per_month",
    "moved_fte": "moved_away_fte_per_month",
}
"""Yearly flows out of permanent posts, and the monthly outcomes they are the sums of."""


@dataclass(frozen=True)
class Panels:
    """Figures of the scored employers in consecutive census years.

    Attributes:
        years: the years, each the state on 30 September and the flows of the year before.
        london: London's permanent share of the workforce, (..., year).
        figures: by name, (..., year, employer), NaN where unknown: `agency_share` and
            `vacancy_share`, 0 to 1; `agency_fte`, `permanent_fte`, `vacancies_fte`, `posts_fte`,
            `unfilled_fte`, `leavers_fte`, `starters_fte`; `caseload`. A run also has the
            leavers by where they went, `grade` (Ofsted's, 1 to 4) and `years_since_inadequate`.
    """

    years: tuple[int, ...]
    london: FloatArray
    figures: Mapping[str, FloatArray]

    def __getitem__(self, name: str) -> FloatArray:
        return self.figures[name]

    @property
    def turnover(self) -> FloatArray:
        """Leavers over permanent staff, (..., year, employer)."""
        return _over(self["leavers_fte"], self["permanent_fte"])

    def between(self, first: int, last: int) -> Panels:
        """Return the same from one census year to another, both included."""
        part = slice(self.years.index(first), self.years.index(last) + 1)
        figures = {name: values[..., part, :] for name, values in self.figures.items()}
        return Panels(self.years[part], self.london[..., part], figures)


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    some = whole > 0
    return np.where(some, part / np.where(some, whole, 1.0), np.nan)


# The census


@cache
def census_panels() -> Panels:
    """Return everything published and sound, in all census years."""
    years = evidence.census_years()
    names = ("permanent_fte", "vacancies_fte", "agency_fte", "leavers_fte", "starters_fte")
    figures = {name: _published(name) for name in (*names, "agency_share", "vacancy_share")}
    cover = _published("agency_cover_fte")
    vacancies = figures["vacancies_fte"]
    figures["posts_fte"] = figures["permanent_fte"] + vacancies
    figures["unfilled_fte"] = np.maximum(vacancies - cover, 0.0)
    figures["caseload"] = _published("caseload_per_case_holder")
    london = [published_figure(WORKFORCE, year, LONDON) for year in years]
    return Panels(years, np.array(london, float), figures)


def _published(measure: str) -> FloatArray:
    """Return a census measure of the scored employers, (year, employer)."""
    cells = [
        [evidence.census_cell(year, name, measure) for name in evidence.scored_employers()]
        for year in evidence.census_years()
    ]
    return np.array(
        [
            [np.nan if c.value is None or c.status != "published" else c.value for c in row]
            for row in cells
        ],
        float,
    )


def resampled(panels: Panels, draws: int, seed: int) -> Panels:
    """Return panels of boroughs drawn with replacement, (draw, year, employer); London is kept."""
    count = next(iter(panels.figures.values())).shape[-1]
    drawn = np.random.default_rng(seed).integers(0, count, (draws, count))
    figures = {name: np.moveaxis(values[:, drawn], 1, 0) for name, values in panels.figures.items()}
    return Panels(panels.years, panels.london, figures)


# Model runs


def run_panels(record: RunRecord, first_year: int) -> Panels:
    """Return one run's panels, (year, employer), from its opening census on.

    The year before the start has no flows.
    """

    def monthly(outcome: str) -> FloatArray:
        units = [record.units.index(name) for name in evidence.scored_employers()]
        return record.of(outcome)[:, units]

    def at_censuses(outcome: str) -> FloatArray:
        return monthly(outcome)[::MONTHS_PER_YEAR]

    def over_the_year(outcome: str) -> FloatArray:
        months = monthly(outcome)[1:]
        years = months.reshape(-1, MONTHS_PER_YEAR, months.shape[-1]).sum(axis=1)
        return np.vstack([np.full(months.shape[-1], np.nan), years])

    permanent, posts = at_censuses("permanent_fte"), at_censuses("posts_fte")
    figures = {name: over_the_year(outcome) for name, outcome in OUT_OF_POSTS.items()}
    leavers = np.asarray(sum(figures.values()), np.float64)
    before = np.vstack([np.full(permanent.shape[-1], np.nan), permanent[:-1]])
    vacancy_share = 1.0 - at_censuses(POSTS)
    figures |= {
        "agency_share": at_censuses("agency_share"),
        "vacancy_share": vacancy_share,
        "agency_fte": at_censuses("agency_fte"),
        "permanent_fte": permanent,
        "vacancies_fte": vacancy_share * posts,
        "posts_fte": posts,
        "unfilled_fte": at_censuses("unfilled_fte"),
        "leavers_fte": leavers,
        "starters_fte": permanent - before + leavers,
        "caseload": at_censuses("caseload_per_case_holder"),
        "grade": at_censuses("ofsted_grade"),
        "years_since_inadequate": years_since_inadequate(monthly("ofsted_grade")),
    }
    london = record.of(WORKFORCE)[::MONTHS_PER_YEAR, 0]
    return Panels(tuple(range(first_year, first_year + len(london))), london, figures)


def years_since_inadequate(grades: FloatArray) -> FloatArray:
    """Return whole years since a borough was last found inadequate, (census, employer).

    Args:
        grades: Ofsted's judgement, 1 to 4, (month, employer).

    The first census on or after the judgement is year 0; NaN without a judgement since the start.
    """
    worst = float(GRADES.index(Judgement.INADEQUATE) + 1)
    months = np.arange(len(grades), dtype=float)[:, None]
    found = np.zeros(grades.shape, bool)
    found[1:] = (grades[1:] == worst) & (grades[:-1] != worst)
    latest = np.maximum.accumulate(np.where(found, months, -np.inf), axis=0)
    since = np.floor((months - latest) / MONTHS_PER_YEAR)[::MONTHS_PER_YEAR]
    return np.where(np.isfinite(since), since, np.nan)


def stacked(runs: Sequence[Panels]) -> Panels:
    """Return the panels of several runs as one, the run first."""
    figures = {name: np.stack([run.figures[name] for run in runs]) for name in runs[0].figures}
    return Panels(runs[0].years, np.stack([run.london for run in runs]), figures)


def seen_through_the_census(panels: Panels) -> Panels:
    """Return a model's panels with the census's gaps in them."""
    census = census_panels().between(panels.years[0], panels.years[-1])
    figures = dict(panels.figures)
    for name in figures.keys() & census.figures.keys():
        figures[name] = np.where(np.isfinite(census[name]), figures[name], np.nan)
    return Panels(panels.years, panels.london, figures)


def as_published(panels: Panels, errors: Sequence[float], seed: int) -> Panels:
    """Return runs' panels with reporting error on their shares, as forecasts have it.

    Args:
        panels: of runs, (run, year, employer); the opening year is the census itself.
        errors: spread of what a borough's published share misses the truth by, one a run.
        seed: of the ensemble: the luck is that of its hindcast.

    Vacancies and agency staff are misjudged together; staff in FTE are left as they are.
    """
    names = evidence.employers()
    scored = [names.index(name) for name in evidence.scored_employers()]
    keys = paired_keys(slot_keys(len(names) + 1), slot_keys(len(panels.years) - 1))
    london = panels.london.copy()
    shares = {name: panels[name].copy() for name in ("agency_share", "vacancy_share")}
    for run in range(len(london)):
        luck = Streams(seed, run)
        noise = errors[run] * np.stack(
            [luck.normal(Purpose.REPORTING, 0, row) for row in keys], axis=1
        )
        london[run, 1:] += noise[:, -1] / np.sqrt(len(names))
        for values in shares.values():
            values[run, 1:] -= noise[:, scored]
    clipped = {name: np.clip(values, 0.0, 1.0) for name, values in shares.items()}
    return Panels(panels.years, np.clip(london, 0.0, 1.0), {**panels.figures, **clipped})
