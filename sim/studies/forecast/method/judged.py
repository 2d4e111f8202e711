"""A registered forecast against the census it forecast: scores, and whether it failed by its rule.

Boroughs are compared where the census has a figure and every forecaster said something, so that all
have the same cases. London is looked at by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.domain import evidence
from sim.domain.kept_forecasts import QUANTILES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.files import StoreError
from sim.studies.forecast.method.census_figures import IN_FTE, MEASURES, CensusFigures
from sim.studies.forecast.method.registered import Registered, forecasters
from sim.studies.hindcast.method.hindcast import MODEL, Scored
from sim.studies.hindcast.method.scoring import LEVELS, POINTS, score_quantiles, skills, summary


@dataclass(frozen=True)
class OfLondon:
    """London's figure and a forecaster's quantiles of it, shares 0 to 1 or FTE."""

    published: float | None
    low: float
    median: float
    high: float

    @property
    def is_inside(self) -> bool | None:
        """Whether the figure lies in the 90 % band; None where there is none."""
        return None if self.published is None else self.low <= self.published <= self.high


@dataclass(frozen=True)
class Criterion:
    """One thing by which the forecast can fail; None where the census does not let it be told."""

    says: str
    found: str
    failed: bool | None


@dataclass(frozen=True)
class Judgement:
    """What a census says of a registered forecast.

    Attributes:
        boroughs: by measure, then by forecaster; points for shares, FTE for the others.
        london: by measure, then by forecaster.
        criteria: of the rule that was registered.
    """

    registered: Registered
    source: str
    boroughs: dict[str, Scored]
    london: dict[str, dict[str, OfLondon]]
    criteria: tuple[Criterion, ...]

    @property
    def failed(self) -> bool:
        """Whether any criterion says so."""
        return any(one.failed for one in self.criteria)

    @property
    def is_undecided(self) -> bool:
        """Whether it did not fail, but not every criterion could be told."""
        return not self.failed and any(one.failed is None for one in self.criteria)


def judge(registered: Registered, figures: CensusFigures) -> Judgement:
    """Score a registered forecast on its census.

    Raises:
        StoreError: the figures are another year's.
    """
    if figures.year != registered.year:
        raise StoreError(
            f"{figures.source}: given the census of {figures.year}; allowed: {registered.year}"
        )
    boroughs = {measure: _boroughs(registered, figures, measure) for measure in MEASURES}
    london = {measure: _london(registered, figures, measure) for measure in MEASURES}
    rule = registered.rule
    criteria = _criteria(registered, boroughs[rule.measure], london[rule.measure][MODEL])
    return Judgement(registered, figures.source, boroughs, london, criteria)


def _boroughs(registered: Registered, figures: CensusFigures, measure: str) -> Scored:
    """Return every forecaster's scores on the same boroughs; nothing where there is none."""
    names = evidence.scored_employers()
    seen = _array([figures.of(measure, name) for name in names])
    everybody = forecasters(registered)
    bands = {name: registered.quantiles(name, measure, names) for name in everybody}
    kept = np.isfinite(seen)
    for one in bands.values():
        kept &= np.isfinite(one).all(axis=0)
    if not kept.any():
        return {}
    scale = POINTS if measure in IN_FTE else 1.0  # scores are told in hundredths
    found = {
        name: score_quantiles(band[:, kept, None] / scale, seen[kept, None] / scale)
        for name, band in bands.items()
    }
    return {
        name: (
            summary(cases),
            [] if name == MODEL else skills(found[MODEL], cases, registered.seed),
        )
        for name, cases in found.items()
    }


def _london(registered: Registered, figures: CensusFigures, measure: str) -> dict[str, OfLondon]:
    ends = (0, QUANTILES.index(0.5), len(QUANTILES) - 1)
    found = {}
    for name in forecasters(registered):
        band = registered.quantiles(name, measure, [LONDON])[:, 0]
        found[name] = OfLondon(figures.of(measure, LONDON), *(float(band[end]) for end in ends))
    return found


def _criteria(registered: Registered, boroughs: Scored, london: OfLondon) -> tuple[Criterion, ...]:
    rule = registered.rule
    says = criteria_in_words(registered)
    if london.published is None:
        first = Criterion(says[0], "London's figure is not published", None)
    else:
        told = f"{_per_cent(london.published, 1)}, band {_per_cent(london.low, 1)} to "
        told += _per_cent(london.high, 1)
        first = Criterion(says[0], told, not london.is_inside)
    if not boroughs:
        nothing = "no borough can be scored"
        return first, *(Criterion(one, nothing, None) for one in says[1:])
    model, rival = boroughs[MODEL][0], boroughs[rule.rival][0]
    inside = model.coverage[LEVELS.index(rule.borough_band)]
    outside = not rule.least_inside <= inside <= rule.most_inside
    second = Criterion(says[1], f"{_per_cent(inside)} of {model.cases}", outside)
    worse = model.rmse > rival.rmse and model.crps > rival.crps
    told = (
        f"RMSE {model.rmse:.1f} against {rival.rmse:.1f}, CRPS {model.crps:.2f} against "
        f"{rival.crps:.2f}"
    )
    return first, second, Criterion(says[2], told, worse)


def criteria_in_words(registered: Registered) -> tuple[str, str, str]:
    """Return what would count as failure, one sentence a criterion."""
    rule, label = registered.rule, registered.measures[registered.rule.measure]
    return (
        f"London's published {label} is outside the {_per_cent(rule.london_band)} band",
        f"fewer than {_per_cent(rule.least_inside)} or more than {_per_cent(rule.most_inside)} of "
        f"boroughs are inside their {_per_cent(rule.borough_band)} band",
        f"over boroughs both RMSE and CRPS are worse than those of the {rule.rival}",
    )


def _per_cent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f} %"


def _array(values: list[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], float)
