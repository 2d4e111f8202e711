"""A census laid out as the DfE publishes it, made from the table that ships."""

from __future__ import annotations

import csv
from pathlib import Path

from sim.domain.evidence import census_cell, employers
from sim.domain.vocabulary import LONDON
from sim.studies.forecast.method.census_figures import DFE_COLUMNS


def dfe_rows(year: int) -> list[dict[str, str]]:
    """Return one row an authority, then London's own."""
    rows = []
    for unit in (*employers(), LONDON):
        is_london = unit == LONDON
        row = {
            "time_period": str(year),
            "geographic_level": "Regional" if is_london else "Local authority",
            "region_name": LONDON if is_london else "Inner London",
            "new_la_code": "",
            "la_name": "" if is_london else unit,
        }
        for column, (measure, factor) in DFE_COLUMNS.items():
            value = census_cell(year, unit, measure).value
            row[column] = "x" if value is None else f"{value / factor:.1f}"
        rows.append(row)
    return rows


def written(folder: Path, rows: list[dict[str, str]]) -> Path:
    """Return the file that holds some rows."""
    path = folder / "csww.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def dfe_file(folder: Path, year: int) -> Path:
    """Return a file with the figures of one census that ships."""
    return written(folder, dfe_rows(year))
