"""What `sim.run` and `sim.compare` return: runs as data frames, tables and figures.

pandas and matplotlib are loaded when first needed.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.answers import results
from sim.answers.answer import Answer
from sim.answers.comparison import MIDDLE, Difference, compared
from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.evidence import employer_of
from sim.domain.headline import WORKFORCE
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble
from sim.ensemble.workers import workers
from sim.market.outcomes import OUTCOMES
from sim.scenario import Scenario
from sim.studies.compare import words as split_words
from sim.studies.compare.method.shapley import split_by_lever
from sim.studies.run.door.tables import comparison_html, data_frame, result_html
from sim.words.captions import keys, labels, size

if TYPE_CHECKING:
    import pandas as pd

    from sim.charts.style import AccessibleFigure

__all__ = ["Comparison", "Plots", "Result"]

COMPARED_COLUMNS = ("old", "new", "difference", "q10", "q90")
PAIRED_COLUMNS = ("correlation", "variance_reduction")


def _unit(name: str) -> str:
    return LONDON if name.casefold() == LONDON.casefold() else employer_of(name)


# One result


@dataclass(frozen=True, repr=False)
class Result:
    """The runs of one scenario: tables, charts, and a small table where it is shown.

    Attributes:
        ensemble: the runs.
        answer: what the command prints and keeps of them.

    Example:
        >>> import sim
        >>> result = sim.run("no-cap", runs=2, years=1)
        >>> isinstance(result, sim.Result), result.answer.values["runs"]
        (True, 2)
        >>> "q10" in result.summary() and "run" in result.panel()
        True
    """

    ensemble: Ensemble
    answer: Answer | None = field(default=None, compare=False)

    @property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""
        return self.ensemble.scenario

    @property
    def plot(self) -> Plots:
        """Charts: `plot.permanence()`, `plot.map()`, `plot.charge()`."""
        return Plots([self.ensemble])

    def panel(self) -> pd.DataFrame:
        """Return every run at every census: the columns and values of `panel.csv`."""
        frame = data_frame(results.panel_rows(self.ensemble), results.PANEL_COLUMNS, ("value",))
        return frame.astype({"run": int})

    def summary(self) -> pd.DataFrame:
        """Return mean and quantiles over runs: the columns and values of `summary.csv`."""
        numbers = ("mean", "q10", "q50", "q90")
        return data_frame(results.summary_rows(self.ensemble), results.SUMMARY_COLUMNS, numbers)

    def median(self, outcome: str, unit: str = LONDON, census: int = -1) -> float:
        """Return the median over runs of an outcome at a census: 0 the start, -1 the last."""
        values = self.ensemble.of(outcome, _unit(unit))[:, census]
        finite = values[np.isfinite(values)]
        return float(np.quantile(finite, MIDDLE)) if finite.size else float("nan")

    def chance_of_90_percent(self, outcome: str = WORKFORCE, unit: str = LONDON) -> float:
        """Return the share of runs at 90 % or more at some 30 September after the start."""
        return float(self.ensemble.reached(outcome, _unit(unit)).mean())

    def to_xarray(self) -> Any:
        """Return the census values as an `xarray.Dataset` over run, date and unit.

        Raises:
            ImportError: xarray is not installed.
        """
        try:
            xarray = importlib.import_module("xarray")
        except ImportError:
            raise ImportError("to_xarray needs the package xarray: pip install xarray") from None
        ensemble = self.ensemble
        censuses = range(ensemble.years + 1)
        days = [ensemble.day(census * MONTHS_PER_YEAR).isoformat() for census in censuses]
        data = {}
        for outcome in OUTCOMES:
            values = ensemble.of(outcome.name)
            axes = ("run", "date")
            if not outcome.london_only:
                employers = ensemble.employers(outcome.name)
                values = np.concatenate([values[:, :, None], employers], axis=2)
                axes = ("run", "date", "unit")  # type: ignore[assignment]
            about = {"units": outcome.unit, "long_name": outcome.label}
            data[outcome.name] = (axes, values, about)
        places = {
            "run": np.arange(ensemble.runs),
            "date": np.array(days, dtype="datetime64[ns]"),
            "unit": list(ensemble.units),
        }
        facts = {"scenario": self.scenario.name, "calibration": ensemble.draws.calibration}
        return xarray.Dataset(data, coords=places, attrs=facts)

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return f"<Result: {self.scenario.name}, {size(self.ensemble)}>"

    def _repr_html_(self) -> str:
        return result_html(self.ensemble)


# Results side by side


@dataclass(frozen=True, repr=False)
class Comparison:
    """A base and one or more policies, paired run by run.

    Attributes:
        base, policies: the results that are set side by side.
        answer: what the command prints and keeps of them; None where results were given.

    Example:
        >>> import sim
        >>> comparison = sim.compare("no-cap", "pan-london-cap", runs=2, years=1)
        >>> [policy.scenario.name for policy in comparison.policies]
        ['pan-london-cap']
        >>> isinstance(comparison, sim.Comparison) and "difference" in comparison.table()
        True
    """

    base: Result
    policies: tuple[Result, ...]
    answer: Answer | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse results that are not paired."""
        for policy in self.policies:
            compared(self.base.ensemble, policy.ensemble)

    @property
    def ensembles(self) -> list[Ensemble]:
        """The base, then the policies."""
        return [self.base.ensemble, *(policy.ensemble for policy in self.policies)]

    @property
    def plot(self) -> Plots:
        """Charts: `plot.permanence()`, `plot.map()`, `plot.charge()`."""
        return Plots(self.ensembles)

    def table(self, unit: str = LONDON) -> pd.DataFrame:
        """Return old, new, and their paired difference with its 80 % interval.

        One row a policy and headline outcome, at the end of the horizon; shares from 0 to 1.
        Columns: policy, outcome, unit_of_measure, old, new, difference, q10, q90, correlation,
        variance_reduction (infinite where every run differs by the same, 0 say).
        """
        import pandas as pd

        rows = [
            {
                "policy": label,
                "outcome": row.outcome,
                "unit_of_measure": row.unit,
                **{column: getattr(row, column) for column in COMPARED_COLUMNS},
                **{
                    column: np.nan if (value := getattr(row, column)) is None else value
                    for column in PAIRED_COLUMNS
                },
            }
            for label, found in self._differences(_unit(unit))
            for row in found
        ]
        return pd.DataFrame(rows)

    def shapley(self, unit: str = LONDON, jobs: int = 1) -> pd.DataFrame:
        """Return what each lever contributes to each policy's difference from the base.

        Runs every coalition of the levers in which the two differ: 2 to their number, at most
        2 to the power of five. Parts are means over runs, so that they add up to the package.

        Columns: base, policy, unit, outcome, unit_of_measure, lever (then `whole package` and
        `interaction`), runs, mean, q10, q90, alone, added_last.

        Raises:
            ScenarioError: two scenarios differ in more than levers, in none, or in too many.
            RuntimeError: `jobs` above 1 in a script without the guard that `run` names.
        """
        import pandas as pd

        named = _unit(unit)
        with workers(jobs) as pool:
            splits = [
                split_by_lever(self.base.ensemble, policy.ensemble, unit=named, pool=pool)
                for policy in self.policies
            ]
        rows = [row for split in splits for row in split_words.split_rows(split, named)]
        frame = pd.DataFrame.from_records(rows, columns=list(split_words.SPLIT_COLUMNS))
        for column in ("mean", "q10", "q90", "alone", "added_last"):
            frame[column] = [float(text) if text else np.nan for text in frame[column]]
        return frame.astype({"runs": int})

    def _differences(self, unit: str) -> list[tuple[str, list[Difference]]]:
        named = zip(keys(self.ensembles)[1:], self.policies, strict=True)
        return [(label, compared(self.base.ensemble, one.ensemble, unit)) for label, one in named]

    def __repr__(self) -> str:
        """Say what it is in one line."""
        names = ", ".join(policy.scenario.name for policy in self.policies)
        paired = size(self.base.ensemble).replace(" run", " paired run", 1)
        return f"<Comparison: {self.base.scenario.name} with {names}, {paired}>"

    def _repr_html_(self) -> str:
        found = [differences for _, differences in self._differences(LONDON)]
        named = zip(labels(self.ensembles)[1:], found, strict=True)
        return comparison_html(self.base.ensemble, list(named))


# Charts


class Plots:
    """Charts of one to three results; each is a matplotlib figure that carries its alt text."""

    def __init__(self, ensembles: list[Ensemble]) -> None:
        self._ensembles = ensembles

    def permanence(self, unit: str = LONDON) -> AccessibleFigure:
        """Draw both permanent shares over time, with unfilled posts and the 90 % line."""
        from sim.charts import ensembles as charts

        return charts.permanence_chart(self._ensembles, _unit(unit)).figure

    def map(self, outcome: str = WORKFORCE, month: int = -1) -> AccessibleFigure:
        """Draw London's 33 places at a census month; of several results the first and last."""
        from sim.charts import ensembles as charts

        base = self._ensembles[0] if len(self._ensembles) > 1 else None
        return charts.tile_map(self._ensembles[-1], base, outcome, month).figure

    def charge(self, unit: str = LONDON, *, start_pounds: bool = False) -> AccessibleFigure:
        """Draw mean charge rate and agency share; `start_pounds` takes the growth of pay out."""
        from sim.charts import ensembles as charts

        return charts.charge_chart(self._ensembles, _unit(unit), start_pounds=start_pounds).figure
