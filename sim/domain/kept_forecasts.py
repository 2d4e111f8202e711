"""What version 0.1.0 forecast before the censuses of 2024 and 2025 were known to this project.

They were written down so that later code, which has seen those censuses, can be set beside a
forecast that had not. `sim/data/SOURCES.md` says how they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.domain.census import EvidenceError, Row, employers, read_rows
from sim.domain.headline import PERMANENT_SHARES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON

VERSION = "0.1.0"
"""Of the code that made them."""
HELD_BACK_YEARS = (2024, 2025)
"""Censuses that were held back until these forecasts were scored."""
QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""The quantiles of a forecast, in every file."""
QUANTILE_NAMES = tuple(f"q{round(100 * level):02d}" for level in QUANTILES)
KEPT_TABLE = "forecasts_0_1_0.csv"
KEPT_COLUMNS = ("origin", "unit", "measure", "year", *QUANTILE_NAMES, "source")


@dataclass(frozen=True, eq=False)
class KeptForecast:
    """One forecast from one origin.

    Attributes:
        units: the employers, then London.
        years: forecast, all after the origin, one after the other.
        quantiles: by measure, (quantile, unit, year), shares 0 to 1.
    """

    origin: int
    units: tuple[str, ...]
    years: tuple[int, ...]
    quantiles: dict[str, FloatArray]

    def of(self, measure: str, units: Sequence[int], years: Sequence[int]) -> FloatArray:
        """Return some units' quantiles in some years, (quantile, unit, year).

        Args:
            units: their places in `units`.
        """
        columns = [self.years.index(year) for year in years]
        return self.quantiles[measure][:, units][:, :, columns]


def parse_kept_forecasts(rows: Iterable[Row]) -> dict[int, KeptForecast]:
    """Return the forecasts of `forecasts_0_1_0.csv`, by origin.

    Raises:
        EvidenceError: an unknown unit or measure, a year that is not after its origin, a share
            out of range, quantiles that fall, a row that is there twice, or one that is missing.
    """
    units = (*employers(), LONDON)
    found: dict[int, dict[tuple[str, str, int], list[float]]] = {}
    for row in rows:
        origin, year = row.whole("origin", 2000, 2100), row.whole("year", 2000, 2100)
        if year <= origin:
            raise row.fault("year", f"a year after the origin, {origin}")
        unit, measure = row.one_of("unit", units), row.one_of("measure", PERMANENT_SHARES)
        values = [row.number(name, 0.0, 1.0) for name in QUANTILE_NAMES]
        for name, one, before in zip(QUANTILE_NAMES[1:], values[1:], values[:-1], strict=True):
            if one < before:
                raise row.fault(name, f"{before:g} or more, the quantile before it")
        of_origin = found.setdefault(origin, {})
        if (unit, measure, year) in of_origin:
            raise row.fault("year", "one row for each origin, unit, measure and year")
        of_origin[unit, measure, year] = values
    return {origin: _as_forecast(origin, units, cells) for origin, cells in found.items()}


def _as_forecast(
    origin: int, units: tuple[str, ...], cells: dict[tuple[str, str, int], list[float]]
) -> KeptForecast:
    years = tuple(sorted({year for _, _, year in cells}))
    for measure in PERMANENT_SHARES:
        for unit in units:
            for year in range(origin + 1, years[-1] + 1):
                if (unit, measure, year) not in cells:
                    raise EvidenceError(
                        f"{KEPT_TABLE}, column year: found no row for {unit}, {measure}, {year} "
                        f"from {origin}; allowed: a row for every year, unit and measure"
                    )
    quantiles = {
        measure: np.moveaxis(
            np.array([[cells[unit, measure, year] for year in years] for unit in units]), 2, 0
        )
        for measure in PERMANENT_SHARES
    }
    return KeptForecast(origin, units, years, quantiles)


@cache
def kept_forecasts() -> dict[int, KeptForecast]:
    """Return the forecasts of version 0.1.0 that are kept, by origin."""
    return parse_kept_forecasts(read_rows(KEPT_TABLE, KEPT_COLUMNS))
