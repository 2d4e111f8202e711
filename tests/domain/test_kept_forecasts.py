"""The forecasts of version 0.1.0: whole, checked, and not changed since they were scored."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources

import numpy as np
import pytest

from sim.domain.census import EvidenceError, employers, read_rows
from sim.domain.headline import PERMANENT_SHARES, POSTS, WORKFORCE
from sim.domain.kept_forecasts import (
    KEPT_COLUMNS,
    KEPT_TABLE,
    QUANTILES,
    kept_forecasts,
    parse_kept_forecasts,
)
from sim.domain.vocabulary import LONDON

LINES = resources.files("sim.data").joinpath(KEPT_TABLE).read_text("utf-8").splitlines()
AS_SCORED = "afa8f05f4a91ae84da5c25d21e07efd2af487f5af510e283f1637ee06fe45506"
"""Of the table as it was scored: a forecast that is changed afterwards is none."""


def parsed(lines: list[str]) -> object:
    return parse_kept_forecasts(read_rows(KEPT_TABLE, KEPT_COLUMNS, lines))


def test_both_origins_are_there_for_every_unit_and_year() -> None:
    found = kept_forecasts()
    assert {origin: one.years for origin, one in found.items()} == {
        2021: (2022, 2023, 2024, 2025),
        2023: (2024, 2025),
    }
    for one in found.values():
        assert one.units == (*employers(), LONDON)
        for measure in PERMANENT_SHARES:
            bands = one.quantiles[measure]
            assert bands.shape == (len(QUANTILES), 33, len(one.years))
            assert np.all(np.diff(bands, axis=0) >= 0)


def test_a_cell_is_where_the_table_has_it() -> None:
    (row,) = [line for line in LINES if line.startswith(f"2021,{LONDON},{POSTS},2024,")]
    one = kept_forecasts()[2021]
    place = one.units.index(LONDON), one.years.index(2024)
    assert [float(cell) for cell in row.split(",")[4:11]] == list(one.quantiles[POSTS][:, *place])


def test_the_forecast_is_the_one_that_was_scored() -> None:
    assert sha256("\n".join(LINES).encode()).hexdigest() == AS_SCORED


SOUND = f"2021,{LONDON},{WORKFORCE},2022,.5,.6,.65,.7,.75,.8,.9,here"


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (LONDON, "Lundon", "column unit"),
        (WORKFORCE, "turnover", "column measure"),
        ("2022", "2021", "column year: found '2021', allowed: a year after the origin, 2021"),
        (",.9,", ",90,", "column q95"),
        (",.65,", ",.55,", "column q25: found '.55', allowed: 0.6 or more"),
        (",here", ",", "column source"),
    ],
)
def test_a_faulty_row_names_its_line_and_column(was: str, now: str, told: str) -> None:
    with pytest.raises(EvidenceError, match=f"{KEPT_TABLE}, line 2, {told}"):
        parsed([LINES[0], SOUND.replace(was, now)])


def test_no_row_is_there_twice_or_missing() -> None:
    with pytest.raises(EvidenceError, match="column year: found '2022', allowed: one row"):
        parsed([LINES[0], SOUND, SOUND])
    with pytest.raises(EvidenceError, match=r"found no row for Barnet, .*, 2024 from 2021"):
        parsed([line for line in LINES if not line.startswith(f"2021,Barnet,{POSTS},2024")])
