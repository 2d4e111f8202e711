"""What the commands print and leave behind, and that it is what the experiments computed."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.answers import results
from sim.answers.comparison import compared, headline, mean
from sim.domain.vocabulary import LONDON
from sim.ensemble.run import Ensemble, run_ensemble
from sim.interfaces.cli.lazy import FUNCTIONS, GROUPS
from sim.market.outcomes import OUTCOMES
from sim.scenario import load_scenario, scenario_names
from sim.studies import QUESTIONS
from sim.studies.circle.method import circle_rows
from sim.studies.compare import question as compare_question
from sim.studies.demo import question as cli_demo
from sim.studies.run import question as run_question
from tests.interfaces.command import (
    command_line,
    environment,
    files_in,
    permanence,
    permanence_process,
    too_wide,
)

SMALL = ("--runs", "2", "--years", "1", "--seed", "7", "--jobs", "1")
TABLES = {results.SUMMARY, results.PANEL, results.COLUMNS, results.MANIFEST}
BESIDE = {"answer.json", "run.xlsx"}
CHARTS = ("permanence", "charge-rate", "map")


@cache
def ensemble(scenario: str) -> Ensemble:
    """Return what SMALL asks for, from the experiments themselves."""
    return run_ensemble(load_scenario(scenario), runs=2, years=1, seed=7)


def done(*typed: str, folder: Path) -> str:
    """Return what a command prints that is expected to go well, run in a folder."""
    answer = permanence(*typed, folder=folder)
    assert answer.code == 0, answer
    return answer.out


@cache
def answered(*typed: str) -> str:
    """Return what a command prints that goes well and leaves nothing behind."""
    answer = permanence(*typed)
    assert answer.code == 0, answer
    return answer.out


def answered_json(*typed: str) -> Any:
    return json.loads(answered(*typed, "--json"))


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save no charts: the tables are what is looked at."""
    for question in (run_question, compare_question):
        monkeypatch.setattr(question, "pictures_of", lambda *_: [])


def commands() -> list[tuple[str, ...]]:
    """Return every command, groups taken apart."""
    found: list[tuple[str, ...]] = [(name,) for name in (*FUNCTIONS, *QUESTIONS)]
    for name, (module, _) in GROUPS.items():
        group = import_module(module).app
        found += [(name, str(command.name)) for command in group.registered_commands]
    return found


# Help


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_help_says_what_it_does_with_an_example(command: tuple[str, ...]) -> None:
    text = answered(*command, "--help")
    assert f"Example: permanence {' '.join(command)}" in text
    assert "--quiet" in text
    no_table = (("scenario", "schema"), ("borough-data", "template"), ("serve",))
    assert ("--json" in text) is (command not in no_table), "tables come as JSON too"
    assert too_wide(text) == []


@pytest.mark.parametrize("typed", [(), ("scenario",)], ids=["permanence", "permanence scenario"])
def test_without_a_command_the_help_is_shown(typed: tuple[str, ...]) -> None:
    answer = permanence(*typed)
    assert answer.code == 0
    assert answer.out == permanence(*typed, "--help").out
    assert answer.err == ""


def test_the_version_is_the_package_version() -> None:
    assert re.fullmatch(r"permanence \d+\.\d+\S*\n", answered("--version"))


# The numbers are those of the experiments


def test_run_prints_what_the_experiments_compute() -> None:
    found = answered_json("run", "baseline", *SMALL)
    expected = ensemble("baseline")
    for row, (name, label, unit, values) in zip(found["outcomes"], headline(expected), strict=True):
        assert (row["outcome"], row["label"], row["unit"]) == (name, label, unit)
        assert row["end"] == mean(values)
        if not name.startswith("chance"):
            assert row["start"] == mean(expected.of(name)[:, 0])
            assert [row["q10"], row["q90"]] == list(np.quantile(values, found["interval"]))
    wanted = {"scenario": "baseline", "runs": 2, "years": 1, "seed": 7, "unit": LONDON, "set": []}
    assert {key: found[key] for key in wanted} == wanted


def test_compare_prints_paired_differences_by_name() -> None:
    found = answered_json("compare", "no-cap", "pan-london-cap", "package", *SMALL)
    assert found["base"] == "no-cap"
    assert list(found["policies"]) == ["pan-london-cap", "package"]
    base = ensemble("no-cap")
    for name, rows in found["policies"].items():
        for row, expected in zip(rows, compared(base, ensemble(name)), strict=True):
            for key in ("outcome", "unit", "old", "new", "difference", "q10", "q90", "correlation"):
                assert row[key] == getattr(expected, key), key
            assert row["difference"] == pytest.approx(row["new"] - row["old"], abs=1e-6)


@pytest.mark.slow
def test_circle_prints_what_the_experiments_compute() -> None:
    typed = ("--runs", "2", "--years", "1", "--seed", "7", "--jobs", "1")
    found = answered_json("circle", *typed)["rows"]
    scenarios = load_scenario("vicious-circle"), load_scenario("capped-circle")
    for row, expected in zip(found, circle_rows(*scenarios, runs=2, seed=7, years=1), strict=True):
        assert (row["bid_trigger"], row["variant"]) == (expected.bid_trigger, expected.variant)
        assert row["both_rise_share"] == expected.both_rise_share
        assert row["charge_rate"]["q50"] == expected.charge_rate.q50


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("Bexley", "Bexley"),
        ("bexley", "Bexley"),
        ("Kingston upon Thames", "Kingston upon Thames / Richmond upon Thames"),
        ("London", LONDON),
    ],
)
def test_borough_shows_the_employer_a_name_belongs_to(said: str, unit: str) -> None:
    found = answered_json("run", "baseline", *SMALL, "--borough", said)
    assert found["unit"] == unit
    expected = ensemble("baseline").of("permanent_share_of_posts", unit)[:, -1]
    row = next(r for r in found["outcomes"] if r["outcome"] == "permanent_share_of_posts")
    assert row["end"] == np.mean(expected)


def test_set_changes_the_scenario_and_is_said_in_the_table() -> None:
    change = "levers.cap.members=[]"
    found = answered_json("run", "baseline", *SMALL, "--set", change)
    assert found["set"] == [change]
    assert found["outcomes"] == answered_json("run", "no-cap", *SMALL)["outcomes"]
    assert f"Changed: {change}" in answered("run", "baseline", *SMALL, "--set", change)
    both = answered("compare", "baseline", "package", *SMALL, "--set", "parameters.bid_speed=0.2")
    assert "Both with parameters.bid_speed=0.2" in both


def test_tables_and_json_hold_the_same_numbers() -> None:
    rows = {r["outcome"]: r for r in answered_json("run", "baseline", *SMALL)["outcomes"]}
    text = answered("run", "baseline", *SMALL)
    share, price = rows["permanent_share_of_posts"], rows["charge_rate_per_hour"]
    assert re.search(
        rf"permanent share of posts +{100 * share['start']:.1f} % +{100 * share['end']:.1f} %",
        text,
    )
    assert re.search(
        rf"price paid to the agency per hour +£{price['start']:.2f} +£{price['end']:.2f} +"
        rf"£{price['q10']:.2f} to £{price['q90']:.2f}",
        text,
    )


# What must stand beside numbers

CAP, TAX = "The cap's effect is not identified", "The tax change's effect is not identified"
OFFER, PIPELINE = "How strongly the permanent offer acts", "How many more newly qualified staff"
GROUNDS = {CAP, TAX, OFFER, PIPELINE}


@pytest.mark.parametrize(
    ("typed", "grounds"),
    [
        (("run", "baseline"), {CAP}),
        (("run", "no-cap"), set()),
        (("run", "no-ir35"), {CAP, TAX}),
        (("compare", "baseline", "no-cap"), {CAP}),
        (("compare", "no-cap", "baseline"), {CAP}),
        (("compare", "no-ir35", "baseline"), {TAX}),
        (("compare", "baseline", "permanent-offer"), {OFFER}),
        (("compare", "baseline", "package"), {CAP, OFFER, PIPELINE}),
        (("compare", "package", "baseline"), {CAP, OFFER, PIPELINE}),
        (("compare", "baseline", "baseline"), set()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_lever_that_matters_brings_its_caveat(typed: tuple[str, ...], grounds: set[str]) -> None:
    noted = " ".join(answered_json(*typed, *SMALL)["notes"])
    assert {ground for ground in GROUNDS if ground in noted} == grounds
    assert "Assumptions fitted to" in noted
    assert "does not tell rival structures apart" in noted
    assert "Caseload bar of 17" in noted
    assert "2 runs; with so few runs their ends are rough" in noted


@pytest.mark.parametrize("typed", [("run", "baseline"), ("compare", "baseline", "package")])
def test_every_note_stands_under_the_table_even_when_quiet(typed: tuple[str, ...]) -> None:
    table = " ".join(answered(*typed, *SMALL, "--quiet").split())
    for note in answered_json(*typed, *SMALL)["notes"]:
        assert note in table


def notes_of(*typed: str) -> str:
    return " ".join(answered_json(*typed, *SMALL)["notes"])


def test_notes_follow_what_was_run() -> None:
    assert "Assumptions fitted to London's records" in notes_of("run", "baseline")
    assert "drawn from their stated ranges" in notes_of("run", "baseline", "--parameters", "prior")
    assert "Not fitted to records" in notes_of("run", "baseline", "--parameters", "default")
    assert "76.8 % as published" in notes_of("run", "from-2023")
    assert "82.1 % as published" in notes_of("run", "baseline")
    assert "30 %, is assumed" in notes_of("run", "vicious-circle")
    cut = notes_of("run", "baseline", "--set", "structure.cut_links=['pay_draws_to_agency']")
    assert "cut: better agency pay draws permanent staff" in cut
    assert "it never bound" in notes_of(
        "run", "baseline", "--set", "levers.cap.charge_rate_per_hour=500"
    )
    late = notes_of("run", "no-ir35", "--set", "levers.tax.start=2040-04-06")
    assert "starts after the last month shown" in late
    assert "starts after" not in notes_of("run", "no-ir35")


def test_a_cap_that_equal_pay_lifts_says_so() -> None:
    at_once = ("--set", "levers.cap.ramp_months=0")
    low = notes_of("run", "pan-london-cap", "--set", "levers.cap.charge_rate_per_hour=20", *at_once)
    assert re.search(r"Equal pay lifts it: .* about £\d\d\.\d\d an hour .* cap of £20\.00", low)
    assert "Equal pay" not in notes_of("run", "baseline")


def test_what_holds_for_every_table_is_said_once() -> None:
    typed = ("compare", "baseline", "package", "no-ir35", *SMALL)
    text = " ".join(answered(*typed).split())
    for note in answered_json(*typed)["notes"]:
        assert text.count(note) == (2 if note.startswith("Assumptions fitted to") else 1), note
    assert "For all of these:" in text


def test_notes_of_one_employer_say_what_is_special_about_it() -> None:
    assert "luck alone moves its shares" in notes_of("run", "no-cap", "--borough", "Bexley")
    assert "never scored" in notes_of("run", "no-cap", "--borough", "City of London")
    assert "no figures published" in notes_of("run", "no-cap", "--borough", "Westminster")


# Eighty columns

LONG = "levers.cap.members=['Barking and Dagenham', 'Kensington and Chelsea', 'Waltham Forest']"
PRINTED = [
    *[("describe", topic) for topic in ("model", "parameters", "levers", "outcomes")],
    *[("scenario", "show", name) for name in scenario_names()],
    ("scenario", "list"),
    ("scenario", "check", "baseline"),
    ("scenario", "show", "baseline", "--set", LONG),
    ("run", "package", *SMALL),
    ("run", "vicious-circle", *SMALL, "--borough", "Kingston upon Thames"),
    ("run", "baseline", *SMALL, "--set", LONG, "--borough", "Westminster"),
    ("compare", "baseline", "no-ir35", "package", *SMALL, "--borough", "City of London"),
    ("compare", "vicious-circle", "capped-circle", *SMALL, "--runs", "1", "--years", "10"),
    ("circle", "--runs", "2", "--years", "1", "--jobs", "1"),
]


@pytest.mark.slow
@pytest.mark.parametrize("typed", PRINTED, ids=" ".join)
def test_everything_printed_fits_eighty_columns(typed: tuple[str, ...]) -> None:
    text = answered(*typed)
    assert too_wide(text) == []
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "nan" not in text.split()


# Streams


def _all_drawn(here: int) -> bytes:
    """Read a terminal until its last writer has closed it."""
    drawn = b""
    with suppress(OSError):  # Linux ends a closed terminal with an error
        while part := os.read(here, 65536):
            drawn += part
    os.close(here)
    return drawn


@pytest.mark.slow
def test_progress_goes_to_standard_error_only() -> None:
    """On a terminal a bar is drawn; standard output is the same byte for byte without it."""
    pty = pytest.importorskip("pty")
    here, terminal = pty.openpty()
    typed = ("run", "no-cap", *SMALL)
    with subprocess.Popen(
        command_line(*typed),
        stdout=subprocess.PIPE,
        stderr=terminal,
        env=environment(TERM="xterm"),
        encoding="utf-8",
    ) as process:
        os.close(terminal)
        with ThreadPoolExecutor(1) as reader:  # what nobody reads would hold the command up
            drawing = reader.submit(_all_drawn, here)
            out = process.stdout.read() if process.stdout else ""
            drawn = drawing.result()
    assert process.returncode == 0
    assert b"no-cap" in drawn
    assert b"2/2" in drawn
    quiet = permanence(*typed, "--quiet")
    assert out == quiet.out
    assert quiet.err == ""


def test_nothing_is_said_to_a_log_file_about_a_short_job() -> None:
    assert permanence("run", "no-cap", *SMALL).err == ""


@pytest.mark.slow
def test_a_reader_who_leaves_early_is_no_error() -> None:
    with subprocess.Popen(
        command_line("describe", "parameters"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED="1"),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


# What is left on disk


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_a_result_folder_is_complete_and_the_same_command_leaves_the_same_bytes(
    tmp_path: Path,
) -> None:
    typed = ("run", "baseline", *SMALL, "--out", "kept")
    said = done(*typed, folder=tmp_path)
    kept = files_in(tmp_path / "kept")
    figures = {f"figures/{chart}.{kind}" for chart in CHARTS for kind in ("png", "svg")}
    runs = {name for name in kept if name.startswith("runs/")}
    assert kept.keys() == TABLES | BESIDE | figures | runs | {"figures", "runs"}
    assert len([name for name in runs if kept[name] is not None]) == 2
    for name in TABLES | {f for f in figures if f.endswith(".png")}:
        assert f"  kept/{name}" in said
    assert permanence_process(*typed, folder=tmp_path).out == said
    assert files_in(tmp_path / "kept") == kept


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_only_what_is_missing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.ensemble import run as experiment

    ran: list[int] = []
    run_once = experiment.run_once

    def counted(spec: Any) -> Any:
        ran.append(spec.replicate)
        return run_once(spec)

    monkeypatch.setattr(experiment, "run_once", counted)
    typed = ("run", "baseline", *SMALL, "--out", "kept")
    done(*typed, folder=tmp_path)
    whole = files_in(tmp_path / "kept")
    assert ran == [0, 1]
    done(*typed, folder=tmp_path)
    assert ran == [0, 1]
    next((tmp_path / "kept" / "runs").rglob("00001-*")).unlink()
    (tmp_path / "kept" / results.SUMMARY).unlink()
    done(*typed, folder=tmp_path)
    assert ran == [0, 1, 1]
    assert files_in(tmp_path / "kept") == whole


@pytest.mark.usefixtures("without_charts")
def test_the_manifest_says_how_to_run_it_again(tmp_path: Path) -> None:
    typed = ("run", "baseline", *SMALL, "--out", "kept", "--set", "levers.cap.tolerance=0.2")
    done(*typed, folder=tmp_path)
    manifest = json.loads((tmp_path / "kept" / results.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["command"] == ["permanence", *typed]
    assert manifest["scenario"]["levers"]["cap"]["tolerance"] == 0.2
    assert (manifest["seed"], manifest["runs"], manifest["years"]) == (7, 2, 1)
    assert len(manifest["parameters_by_run"]) == 2
    for key in ("package", "data", "python", "numpy", "mesa", "calibration"):
        assert manifest[key]


@pytest.mark.usefixtures("without_charts")
def test_the_files_hold_the_printed_numbers_and_every_column_is_explained(tmp_path: Path) -> None:
    found = json.loads(done("run", "baseline", *SMALL, "--out", "kept", "--json", folder=tmp_path))
    folder = tmp_path / "kept"
    assert [Path(name).name for name in found["files"]] == [
        "run.xlsx", results.SUMMARY, results.PANEL, results.COLUMNS, results.MANIFEST,
    ]  # fmt: skip
    summary, panel = rows_of(folder / results.SUMMARY), rows_of(folder / results.PANEL)
    for row in found["outcomes"]:
        if row["outcome"].startswith("chance"):
            continue
        (line,) = (
            s
            for s in summary
            if (s["unit"], s["date"], s["variable"]) == (LONDON, "2026-09-30", row["outcome"])
        )
        for column, key in (("mean", "end"), ("q10", "q10"), ("q90", "q90")):
            assert float(line[column]) == row[key]
    explained = {row["column"] for row in rows_of(folder / results.COLUMNS)}
    assert explained >= summary[0].keys() | panel[0].keys() | {o.name for o in OUTCOMES}
    assert {row["variable"] for row in panel} == {outcome.name for outcome in OUTCOMES}


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_no_cap_is_the_baseline_without_members(tmp_path: Path) -> None:
    """A lever at its no-op leaves no trace but the scenario's name."""
    done("run", "no-cap", *SMALL, "--out", "named", folder=tmp_path)
    change = ("--set", "levers.cap=off")
    done("run", "baseline", *SMALL, *change, "--out", "set", folder=tmp_path)
    for table in (results.SUMMARY, results.PANEL):
        named, changed = rows_of(tmp_path / "named" / table), rows_of(tmp_path / "set" / table)
        assert {row.pop("scenario") for row in named} == {"no-cap"}
        assert {row.pop("scenario") for row in changed} == {"baseline"}
        assert named == changed


@pytest.mark.usefixtures("without_charts")
def test_a_folder_takes_one_result_only(tmp_path: Path) -> None:
    done("run", "baseline", *SMALL, "--out", "kept", folder=tmp_path)
    before = files_in(tmp_path)
    for other in (
        ("run", "no-cap", *SMALL),
        ("run", "baseline", *SMALL[:-4], "--seed", "8"),
        ("run", "baseline", *SMALL, "--set", "levers.cap.tolerance=0.2"),
        ("run", "baseline", *SMALL, "--parameters", "prior"),
    ):
        answer = permanence(*other, "--out", "kept", folder=tmp_path)
        assert answer.code == 2
        assert "--out kept: holds another result" in answer.err
        assert files_in(tmp_path) == before


@pytest.mark.slow
@pytest.mark.usefixtures("without_charts")
def test_compare_keeps_each_result_in_a_folder_of_its_name(tmp_path: Path) -> None:
    typed = ("compare", "no-cap", "package", *SMALL, "--out", "kept")
    said = done(*typed, folder=tmp_path)
    kept = files_in(tmp_path / "kept")
    for name in ("no-cap", "package"):
        assert {f"{name}/{table}" for table in TABLES} <= kept.keys()
        assert f"  kept/{name}\n" in said
    assert done(*typed, folder=tmp_path) == said
    assert files_in(tmp_path / "kept") == kept


# The demo


@pytest.mark.slow
def test_demo_shows_circle_cap_tax_and_package_and_where_the_charts_are(tmp_path: Path) -> None:
    said = done("demo", "--runs", "2", "--jobs", "1", folder=tmp_path)
    assert too_wide(said) == []
    places = [said.index(title) for _, _, title in cli_demo.DEMO_PAIRS]
    assert places == sorted(places)
    assert said.count("Assumptions fitted to") == len(cli_demo.DEMO_PAIRS)
    tables, _, saved = said.partition("Saved:\n")
    assert tables.count("\n permanent share of ") == 2 * len(cli_demo.DEMO_PAIRS)
    charts = [line.split()[0] for line in saved.splitlines() if ".png" in line]
    assert len(charts) == len(cli_demo.DEMO_PAIRS) * len(CHARTS)
    for chart in charts:
        assert (tmp_path / chart).is_file()
        assert (tmp_path / chart).with_suffix(".svg").is_file()
    assert "  permanence-demo/baseline" in saved.splitlines()
    again = json.loads(done("demo", "--runs", "2", "--jobs", "1", "--json", folder=tmp_path))
    assert [(one["base"], *one["policies"]) for one in again["comparisons"]] == [
        (old, new) for old, new, _ in cli_demo.DEMO_PAIRS
    ]
    assert set(charts) <= set(again["files"])


def test_prices_that_budgets_slow_are_named_as_such() -> None:
    tight = ("--set", "parameters.overspend_limit_share=0.03", "--set", "parameters.bid_speed=2")
    noted = " ".join(answered_json("run", "vicious-circle", *SMALL, *tight)["notes"])
    assert "budgets slow the bids of" in noted
    usual = " ".join(answered_json("run", "baseline", *SMALL)["notes"])
    assert "budgets slow the bids of" not in usual
