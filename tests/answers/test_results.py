"""Result files: their columns, what they hold, and that a manifest runs to the same bytes."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.answers import results
from sim.domain.evidence import employers
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import CALIBRATED, Draws
from sim.ensemble.files import StoreError, write_atomically
from sim.ensemble.run import Ensemble, run_ensemble
from sim.ensemble.stamp import data_fingerprint, package_version
from sim.market.outcomes import OUTCOMES
from sim.scenario import Scenario, load_scenario

RUNS, SEED, YEARS = 3, 11, 2
COMMAND = ["permanence", "run", "from-2023", "--seed", "11"]
Row = dict[str, str]


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return run_ensemble(load_scenario("from-2023"), runs=RUNS, seed=SEED, years=YEARS)


@pytest.fixture(scope="module")
def folder(ensemble: Ensemble, tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("result")
    results.write_result(ensemble, written, COMMAND)
    return written


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def panel(folder: Path) -> list[Row]:
    return rows(folder / "panel.csv")


@pytest.fixture(scope="module")
def summary(folder: Path) -> list[Row]:
    return rows(folder / "summary.csv")


def header(path: Path) -> str:
    return path.read_text("utf-8-sig").splitlines()[0]


CENSUSES = ["2023-09-30", "2024-09-30", "2025-09-30"]
BY_EMPLOYER = [outcome for outcome in OUTCOMES if not outcome.london_only]


# Columns and rows


def test_the_columns_are_the_promised_ones_in_the_promised_order(folder: Path) -> None:
    assert header(folder / "panel.csv") == "scenario,run,date,unit,variable,unit_of_measure,value"
    assert (
        header(folder / "summary.csv")
        == "scenario,date,unit,variable,unit_of_measure,mean,q10,q50,q90"
    )


def test_the_files_are_the_promised_ones_with_plain_line_ends(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"manifest.json", "summary.csv", "panel.csv", "columns.csv"}
    for name in names:
        assert b"\r" not in (folder / name).read_bytes()


def test_the_panel_holds_censuses_only_and_every_run_unit_and_outcome(panel: list[Row]) -> None:
    assert sorted({row["date"] for row in panel}) == CENSUSES
    assert {row["run"] for row in panel} == {"0", "1", "2"}
    units = (LONDON, *employers())
    expected = Counter(
        {
            outcome.name: RUNS * 3 * (1 if outcome.london_only else len(units))
            for outcome in OUTCOMES
        }
    )
    assert Counter(row["variable"] for row in panel) == expected
    assert {row["unit"] for row in panel} == set(units)
    keys = [tuple(row[key] for key in ("run", "date", "unit", "variable")) for row in panel]
    assert len(set(keys)) == len(keys)


def test_the_summary_is_monthly_for_london_and_by_census_for_employers(summary: list[Row]) -> None:
    months = {row["date"] for row in summary if row["unit"] == LONDON}
    assert len(months) == 12 * YEARS + 1
    assert (min(months), max(months)) == (CENSUSES[0], CENSUSES[-1])
    assert "2024-02-29" in months, "a month is known by its last day"
    assert sorted({row["date"] for row in summary if row["unit"] != LONDON}) == CENSUSES
    assert len(summary) == len(OUTCOMES) * 25 + len(BY_EMPLOYER) * len(employers()) * 3


def test_every_row_states_the_unit_of_its_outcome(panel: list[Row], summary: list[Row]) -> None:
    units = {outcome.name: outcome.unit for outcome in OUTCOMES}
    for row in (*panel, *summary):
        assert row["unit_of_measure"] == units[row["variable"]] != ""


def test_shares_are_between_0_and_1_in_every_file(panel: list[Row], summary: list[Row]) -> None:
    values = [row["value"] for row in panel if row["unit_of_measure"] == "share"]
    for name in ("mean", "q10", "q50", "q90"):
        values += [row[name] for row in summary if row["unit_of_measure"] == "share"]
    numbers = np.array([float(value) for value in values if value])
    assert numbers.size > 1_000
    assert numbers.min() >= 0.0
    assert numbers.max() <= 1.0
    assert numbers.max() > 0.5


def test_every_value_of_the_panel_reads_back_exactly(panel: list[Row], ensemble: Ensemble) -> None:
    read: dict[tuple[str, str], list[float]] = {}
    for row in panel:
        series = read.setdefault((row["variable"], row["unit"]), [])
        series.append(float(row["value"] or "nan"))
    assert len(read) > 1_000
    for (name, unit), values in read.items():
        np.testing.assert_array_equal(values, ensemble.of(name, unit).ravel())


def test_the_summary_is_mean_and_quantiles_over_runs(
    summary: list[Row], ensemble: Ensemble
) -> None:
    name = "unfilled_share_of_posts"
    row = next(
        row
        for row in summary
        if (row["variable"], row["unit"], row["date"]) == (name, LONDON, "2024-11-30")
    )
    values = ensemble.london(name)[:, 14]
    expected = [values.mean(), *np.quantile(values, [0.1, 0.5, 0.9])]
    assert [float(row[key]) for key in ("mean", "q10", "q50", "q90")] == expected
    assert float(row["q10"]) < float(row["q90"])


def test_a_value_that_does_not_exist_is_empty_and_left_out_of_the_summary() -> None:
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    mean, q10, q50, q90 = results.summarised(values)
    np.testing.assert_array_equal(mean, [2.0, 5.0, np.nan])
    np.testing.assert_allclose(q10, [1.2, 5.0, np.nan])
    np.testing.assert_allclose(q50, [2.0, 5.0, np.nan])
    np.testing.assert_allclose(q90, [2.8, 5.0, np.nan])


def test_the_column_dictionary_explains_every_column_and_every_variable(
    folder: Path, panel: list[Row]
) -> None:
    told = rows(folder / "columns.csv")
    assert header(folder / "columns.csv") == "column,unit_of_measure,meaning"
    names = [row["column"] for row in told]
    assert len(set(names)) == len(names)
    columns = {*header(folder / "panel.csv").split(","), *header(folder / "summary.csv").split(",")}
    assert set(names) == columns | {row["variable"] for row in panel}
    assert all(row["meaning"] for row in told)
    units = {outcome.name: outcome.unit for outcome in OUTCOMES}
    assert all(row["unit_of_measure"] == units.get(row["column"], "") for row in told)


# The manifest


def test_the_manifest_says_what_was_run(folder: Path) -> None:
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (told["seed"], told["runs"], told["years"]) == (SEED, RUNS, YEARS)
    assert told["command"] == COMMAND
    assert told["calibration"] == CALIBRATED
    assert told["package"] == package_version()
    assert told["data"] == data_fingerprint()
    assert all(told[key] for key in ("python", "platform", "numpy", "mesa"))
    assert len(told["parameters_by_run"]) == len(told["facts_by_run"]) == RUNS


def test_the_manifest_runs_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    scenario = Scenario(**told["scenario"])
    assert scenario == load_scenario("from-2023")
    again = run_ensemble(
        scenario,
        runs=told["runs"],
        seed=told["seed"],
        years=told["years"],
        draws=Draws.of_key(told["parameter_draws"]),
    )
    results.write_result(again, tmp_path, told["command"])
    for name in ("summary.csv", "panel.csv", "columns.csv", "manifest.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("name", ["package", "vicious-circle", "no-ir35"])
def test_every_kind_of_scenario_survives_the_manifest(name: str) -> None:
    scenario = load_scenario(name, ["parameters.bid_speed=0.2"])
    told = json.loads(json.dumps(scenario.model_dump(mode="json")))
    assert Scenario(**told) == scenario
    assert Scenario(**told).fingerprint() == scenario.fingerprint()


# Where a result may go


def test_a_folder_is_ready_again_for_the_same_result(folder: Path, tmp_path: Path) -> None:
    mine = results.result_fingerprint(
        load_scenario("from-2023").fingerprint(), SEED, YEARS, Draws.POSTERIOR
    )
    results.prepare_folder(folder, mine)
    results.prepare_folder(tmp_path / "new" / "deep", mine)
    assert (tmp_path / "new" / "deep").is_dir()


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_with_another_result_is_refused_and_left_alone(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(StoreError, match="another result"):
        results.prepare_folder(folder, "something else")
    assert contents(folder) == before


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not overwrite", "utf-8")
    before = contents(tmp_path)
    with pytest.raises(StoreError, match="holds no result"):
        results.prepare_folder(tmp_path, "x")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("theirs", ["runs/marathon.txt", "manifest.json"])
def test_a_folder_of_somebody_else_is_refused_though_its_names_are_ours(
    tmp_path: Path, theirs: str
) -> None:
    (tmp_path / theirs).parent.mkdir(exist_ok=True)
    (tmp_path / theirs).write_text('{"name": "another program"}', "utf-8")
    before = contents(tmp_path)
    with pytest.raises(StoreError, match="holds"):
        results.prepare_folder(tmp_path, "x")
    assert contents(tmp_path) == before


def test_a_file_where_a_folder_is_expected_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept", "utf-8")
    before = contents(tmp_path)
    with pytest.raises(StoreError, match="is a file"):
        results.prepare_folder(tmp_path / "file", "x")
    with pytest.raises(StoreError, match="cannot be made"):
        results.prepare_folder(tmp_path / "file" / "below", "x")
    assert contents(tmp_path) == before


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    path.write_text("old", "utf-8")

    def fails(stream: object) -> None:
        stream.write(b"half of it")  # type: ignore[attr-defined]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fails)
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


# Reading an ensemble


def test_an_ensemble_knows_its_dates_and_who_reached_ninety_per_cent(ensemble: Ensemble) -> None:
    assert ensemble.day(0) == date(2023, 9, 30)
    assert ensemble.day(24) == date(2025, 9, 30)
    shares = ensemble.of("permanent_share_of_workforce", "Bexley")
    expected = (shares[:, 1:] >= 0.9).any(axis=1)
    np.testing.assert_array_equal(ensemble.reached(unit="Bexley"), expected)
    assert not ensemble.reached().any()
