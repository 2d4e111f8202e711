"""The Python interface: the numbers of the files, in frames, tables and figures."""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.answers import results
from sim.answers.comparison import compared
from sim.ensemble.files import StoreError

RUNS, YEARS = 3, 2


@pytest.fixture(scope="module")
def old():
    return sim.run("no-cap", runs=RUNS, years=YEARS)


@pytest.fixture(scope="module")
def new():
    return sim.run("pan-london-cap", runs=RUNS, years=YEARS)


# Frames


def test_panel_is_the_file(old, tmp_path):
    results.write_result(old.ensemble, tmp_path)
    written = pd.read_csv(tmp_path / results.PANEL, parse_dates=["date"])
    found = old.panel()
    assert list(found.columns) == list(results.PANEL_COLUMNS)
    pd.testing.assert_frame_equal(found, written, check_dtype=False, check_exact=True)
    assert found["run"].nunique() == RUNS
    assert found["date"].nunique() == YEARS + 1
    assert pd.api.types.is_datetime64_any_dtype(found["date"])


def test_summary_is_the_file(old, tmp_path):
    results.write_result(old.ensemble, tmp_path)
    written = pd.read_csv(tmp_path / results.SUMMARY, parse_dates=["date"])
    found = old.summary()
    assert list(found.columns) == list(results.SUMMARY_COLUMNS)
    pd.testing.assert_frame_equal(found, written, check_dtype=False, check_exact=True)


def test_median_and_chance_are_those_of_the_panel(old):
    panel = old.panel().query("variable == 'permanent_share_of_posts'")
    last = panel[panel["date"] == panel["date"].max()].groupby("unit")["value"].median()
    assert old.median("permanent_share_of_posts") == pytest.approx(last["London"])
    assert old.median("permanent_share_of_posts", "bexley") == pytest.approx(last["Bexley"])
    joint = "Kingston upon Thames / Richmond upon Thames"
    assert old.median("permanent_share_of_posts", "Richmond upon Thames") == pytest.approx(
        last[joint]
    )
    assert 0 <= old.chance_of_90_percent() <= 1


def test_xarray_missing_is_said_with_what_to_install(old, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ImportError, match="pip install xarray"):
        old.to_xarray()


def test_to_xarray_holds_the_panel(old):
    pytest.importorskip("xarray")
    found = old.to_xarray()
    assert dict(found.sizes) == {"run": RUNS, "date": YEARS + 1, "unit": 33}
    values = found["permanent_share_of_posts"].sel(unit="London").to_numpy()
    np.testing.assert_array_equal(values, old.ensemble.of("permanent_share_of_posts"))
    assert found["bench_fte"].dims == ("run", "date")
    assert "fitted to" in found.attrs["calibration"]


# Running


def test_runs_of_another_stamp_are_told_of_and_not_used(tmp_path):
    other = "0.2.0.dev0-0123456789abcdef-fedcba9876543210"
    first = sim.run("no-cap", runs=1, years=1, out=tmp_path / "kept")
    (runs,) = (tmp_path / "kept" / "runs").iterdir()
    runs.rename(runs.with_name(other))
    with pytest.warns(UserWarning, match="1 run there is of another stamp"):
        again = sim.run("no-cap", runs=1, years=1, out=tmp_path / "kept")
    assert runs.is_dir()
    pd.testing.assert_frame_equal(first.panel(), again.panel())


def test_a_kept_result_is_read_again_not_run_again(tmp_path):
    first = sim.run("no-cap", runs=2, years=1, out=tmp_path / "kept")
    assert (tmp_path / "kept" / results.PANEL).is_file()
    times = {
        path: path.stat().st_mtime_ns for path in (tmp_path / "kept" / "runs").rglob("*.parquet")
    }
    assert len(times) == 2
    again = sim.run("no-cap", runs=2, years=1, out=tmp_path / "kept")
    assert times == {path: path.stat().st_mtime_ns for path in times}
    pd.testing.assert_frame_equal(first.panel(), again.panel())
    with pytest.raises(StoreError, match="holds another result"):
        sim.run("baseline", runs=2, years=1, out=tmp_path / "kept")


def test_overrides_reach_the_market():
    result = sim.run("no-cap", runs=1, years=1, overrides=["parameters.bid_speed=0.123"])
    assert result.scenario.parameters.bid_speed == 0.123
    again = sim.run(result.scenario, runs=1, years=1, overrides=["parameters.bid_speed=0.2"])
    assert again.scenario.parameters.bid_speed == 0.2


@pytest.mark.parametrize("bad", [{"runs": 0}, {"years": 0}, {"jobs": 0}, {"parameters": "best"}])
def test_bad_numbers_are_refused_with_what_is_allowed(bad):
    (name,) = bad
    with pytest.raises(ValueError, match=rf"{name}: given .*; allowed:"):
        sim.run("no-cap", **{"runs": 1, "years": 1} | bad)


def test_an_unknown_scenario_is_refused():
    with pytest.raises(sim.ScenarioError, match="did you mean"):
        sim.run("no-capp", runs=1, years=1)


# Comparing


def test_the_table_is_the_paired_comparison(old, new):
    table = sim.compare(old, new).table()
    expected = compared(old.ensemble, new.ensemble)
    assert list(table["outcome"]) == [row.outcome for row in expected]
    for column in ("old", "new", "difference", "q10", "q90"):
        np.testing.assert_array_equal(table[column], [getattr(row, column) for row in expected])
    assert set(table["policy"]) == {"pan-london-cap"}
    assert sim.compare(old, new).table("Bexley")["old"].iloc[0] != table["old"].iloc[0]


def test_the_table_says_how_sharp_the_pairing_makes_each_difference(old, new):
    table = sim.compare(old, new).table()
    expected = compared(old.ensemble, new.ensemble)
    for column in ("correlation", "variance_reduction"):
        wanted = [getattr(row, column) for row in expected]
        wanted = [np.nan if value is None else value for value in wanted]
        np.testing.assert_array_equal(table[column], wanted)
    assert np.isinf(sim.compare(old, old).table()["variance_reduction"]).all()


@pytest.mark.slow
def test_a_split_by_lever_adds_up_to_the_package(old):
    frame = sim.compare(old, "package", runs=RUNS, years=YEARS).shapley()
    for outcome, rows in frame.groupby("outcome"):
        means = rows.set_index("lever")["mean"]
        parts = means.drop(["whole package", "interaction"])
        assert parts.sum() == pytest.approx(means["whole package"], rel=1e-9, abs=1e-9), outcome
        assert set(parts.index) == {"cap", "permanent_offer", "newly_qualified"}
    with pytest.raises(sim.ScenarioError, match="no lever"):
        sim.compare(old, old).shapley()


def test_results_that_are_not_paired_are_refused(old):
    other = sim.run("pan-london-cap", runs=RUNS, years=YEARS, seed=2)
    with pytest.raises(ValueError, match="seed"):
        sim.compare(old, other)
    with pytest.raises(ValueError, match="at least one policy"):
        sim.compare(old)


def test_names_and_results_can_be_mixed(old, new):
    mixed = sim.compare(old, "pan-london-cap", runs=RUNS, years=YEARS)
    pd.testing.assert_frame_equal(mixed.table(), sim.compare(old, new).table())


# Showing


class Reader(HTMLParser):
    """Collects what a screen reader would use: captions, headers with scope, cells."""

    def __init__(self):
        super().__init__()
        self.tag, self.captions, self.headers, self.cells = "", [], [], []

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        if tag == "th":
            assert dict(attrs)["scope"] in ("row", "col")

    def handle_data(self, data):
        place = {"caption": self.captions, "th": self.headers, "td": self.cells}.get(self.tag)
        if place is not None:
            place.append(data)


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


def test_a_result_shows_both_shares_unfilled_posts_and_the_caution(old):
    shown = read(old._repr_html_())
    assert "permanent share of the workforce" in shown.headers
    assert "permanent share of posts" in shown.headers
    assert "unfilled posts" in shown.headers
    assert "fitted to" in shown.captions[0].lower()
    mean = old.ensemble.london("permanent_share_of_workforce")[:, -1].mean()
    assert f"{100 * mean:.1f} %" in shown.cells


def test_a_comparison_shows_old_new_and_difference(old, new):
    shown = read(sim.compare(old, new)._repr_html_())
    assert {"old: No cap", "new: A pan-London cap", "difference", "80 % interval"} <= set(
        shown.headers
    )
    row = sim.compare(old, new).table().iloc[0]
    assert f"{100 * row['old']:.1f} %" in shown.cells
    assert "fitted to" in shown.captions[0].lower()


def test_names_are_escaped():
    scenario = sim.scenario_from({"extends": "no-cap", "title": "<script>"}, name="<b>")
    result = sim.run(scenario, runs=1, years=1)
    assert "<script>" not in result._repr_html_()
    assert "<b>" not in sim.compare(result, result)._repr_html_()
    assert "<b>" not in result.plot.permanence()._repr_html_()


def test_plots_are_figures_with_alt_text(old, new):
    both = sim.compare(old, new).plot
    for plot in (old.plot, both):
        for figure in (plot.permanence("Bexley"), plot.map(month=12), plot.charge()):
            assert figure.alt_text
            assert figure.headline in figure.alt_text
    assert "No cap" in both.map().alt_text
    assert "A pan-London cap" in both.map().alt_text


# The package


def loaded_by(code):
    """Return the names of the modules a fresh process has after running some code."""
    command = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize("module", ["sim.ensemble.run", "sim.ensemble.replicate"])
def test_worker_processes_load_no_plotting(module):
    loaded = loaded_by(f"import {module}")
    assert module in loaded
    assert not {name for name in loaded if name.split(".")[0] in ("matplotlib", "typer", "rich")}


@pytest.mark.slow
def test_running_from_python_loads_no_plotting_until_something_is_drawn():
    loaded = loaded_by("import sim; sim.run('no-cap', runs=1, years=1)")
    assert "sim.studies.run.door.results" in loaded
    assert "matplotlib" not in loaded


def test_import_sim_loads_nothing_of_weight():
    loaded = loaded_by("import sim")
    assert "sim" in loaded
    heavy = {"numpy", "pandas", "matplotlib", "mesa", "pydantic", "pyarrow", "scipy"}
    assert not heavy & loaded


def test_every_public_name_is_there_and_listed():
    for name in dir(sim):
        assert getattr(sim, name) is not None or name.startswith("__")
    assert sim.LondonMarket.__name__ == "LondonMarket"
    with pytest.raises(AttributeError, match="no attribute 'agency_rate'"):
        _ = sim.agency_rate


@pytest.mark.slow
def test_the_module_is_the_command_line():
    done = subprocess.run(
        [sys.executable, "-m", "sim", "--version"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert done.stdout.strip() == f"permanence {sim.__version__}"


UNGUARDED = 'import sim\nprint(sim.run("baseline", runs=2, years=1, jobs=2))\n'
GUARDED = (
    "import sim\n"
    'if __name__ == "__main__":\n'
    '    print(sim.run("baseline", runs=2, years=1, jobs=2))\n'
)


@pytest.mark.slow
def test_a_script_without_its_guard_is_told_so_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].count('if __name__ == "__main__":') == 1
    assert done.stderr.count("Traceback") == 1
    assert "Result" not in done.stdout


@pytest.mark.slow
def test_a_script_with_its_guard_runs(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(GUARDED, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout == "<Result: baseline, 2 runs of 1 year>\n"
    assert done.stderr == ""
