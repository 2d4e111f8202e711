"""Targets: what the census says up to 2021 and nothing later, each with tolerance and source."""

from __future__ import annotations

import csv
import statistics
from importlib import resources

import numpy as np
import pytest

from sim.domain import census
from sim.domain.evidence import EvidenceError, scored_employers
from sim.studies.calibrate.method import targets as module
from sim.studies.calibrate.method.targets import (
    COLUMNS,
    LAST_YEAR,
    LOOKED_UP,
    TABLE,
    target_list,
    targets,
)


def observed(name: str) -> float:
    return next(one.observed for one in target_list() if one.name == name)


def cells(measure: str, year: int) -> dict[str, float]:
    """Return an unfiltered reading of the census file: published figures by unit."""
    text = resources.files("sim.data").joinpath("census.csv").read_text("utf-8")
    return {
        row["unit"]: float(row["value"])
        for row in csv.DictReader(text.splitlines())
        if (row["measure"], int(row["year"]), row["status"]) == (measure, year, "published")
    }


def test_every_target_has_a_source_a_unit_and_a_tolerance() -> None:
    assert len(target_list()) == len({one.name for one in target_list()}) == 26
    for one in target_list():
        assert one.tolerance > 0.0
        assert len(one.source) > 10
        assert one.unit in ("share", "log", "number")
        assert one.unit != "share" or 0.0 < one.observed < 1.0
        assert np.isfinite(one.observed)


def test_table_and_code_have_the_same_targets_and_the_sampler_takes_them_as_they_are() -> None:
    rows = {row.text("name"): row for row in census.read_rows(TABLE, COLUMNS)}
    found = targets()
    assert set(rows) == set(found.names)
    for place, name in enumerate(found.names):
        assert found.scale[place] == rows[name].number("tolerance", 0, 10)
        assert found.band is not None
        assert found.band[place] == rows[name].number("band", 0, 10)
        # only what the census does not have is written in the table
        assert bool(rows[name].cells["observed"]) == (name in LOOKED_UP)


def test_a_table_without_a_target_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = census.read_rows(TABLE, COLUMNS)
    monkeypatch.setattr(module, "read_rows", lambda table, columns: rows[1:])
    with pytest.raises(EvidenceError, match="workforce_2018; allowed"):
        module.target_list.__wrapped__()


# By hand, from the figures in census.csv


def test_londons_shares_are_its_own_row() -> None:
    assert observed("workforce_2018") == pytest.approx(1 - 0.257)
    assert observed("workforce_2021") == pytest.approx(1 - 0.220)
    assert observed("posts_2018") == pytest.approx(4850.2 / (4850.2 + 1666.2), abs=1e-6)
    assert observed("posts_2021") == pytest.approx(5509.4 / (5509.4 + 1687.9), abs=1e-6)


def test_unfilled_posts_are_vacancies_less_cover_of_londons_row() -> None:
    by_year = []
    for year in (2018, 2019, 2020, 2021):
        row = {
            m: cells(m, year)["London"]
            for m in ("vacancies_fte", "agency_cover_fte", "permanent_fte")
        }
        by_year.append(
            (row["vacancies_fte"] - row["agency_cover_fte"])
            / (row["vacancies_fte"] + row["permanent_fte"])
        )
    assert by_year[0] == pytest.approx((1666.2 - 1365.5) / 6516.4)
    assert observed("unfilled") == pytest.approx(sum(by_year) / 4)


def test_caseload_is_londons_of_2021_over_2017() -> None:
    assert observed("caseload_change") == pytest.approx(np.log(14.5 / 16.1))


def test_turnover_is_boroughs_leavers_over_staff_averaged_over_years() -> None:
    by_year = []
    for year in (2018, 2019, 2020, 2021):
        left, staff = cells("leavers_fte", year), cells("permanent_fte", year)
        known = [name for name in scored_employers() if name in left and name in staff]
        by_year.append(sum(left[n] for n in known) / sum(staff[n] for n in known))
    assert observed("turnover") == pytest.approx(sum(by_year) / 4)
    logs = [np.log(value) for value in by_year]
    assert observed("turnover_variation") == pytest.approx(statistics.stdev(logs))


def test_the_spread_is_the_standard_deviation_between_boroughs() -> None:
    by_year = []
    for year in (2018, 2019, 2020, 2021):
        shares = cells("agency_share", year)
        by_year.append(statistics.stdev(shares[n] for n in scored_employers() if n in shares))
    assert observed("spread") == pytest.approx(sum(by_year) / 4)


def test_nothing_after_2021_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LAST_YEAR == 2021
    seen, figure = set(), module.published_figure

    def noting(measure: str, year: int, unit: str) -> float | None:
        seen.add(year)
        return figure(measure, year, unit)

    panels = module.census_panels()
    spoilt = {
        name: np.where(np.array(panels.years)[:, None] > LAST_YEAR, 9.0, values)
        for name, values in panels.figures.items()
    }
    monkeypatch.setattr(module, "published_figure", noting)
    monkeypatch.setattr(
        module, "census_panels", lambda: module.Panels(panels.years, panels.london, spoilt)
    )
    found = module.observed_summaries()
    assert max(seen) == 2021
    assert found == {name: observed(name) for name in found}
