"""`permanence compare` on demand: the split by lever, the null test, the measure of pairing."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sim.domain.headline import HEADLINE, PERMANENT_SHARES
from sim.ensemble.run import run_ensemble
from sim.market.outcomes import OUTCOME
from sim.scenario import load_scenario
from sim.studies.compare import extras, question
from sim.studies.compare.charts import split_by_lever_chart
from sim.studies.compare.method import shapley
from sim.studies.compare.method.null_test import FirstDifference, NullResult
from sim.words.tables import times
from tests.interfaces.command import files_in, permanence, too_wide

SMALL = ("--runs", "2", "--years", "1", "--jobs", "1", "--quiet")
PAIR = ("compare", "no-cap", "package")
LEVERS = ("cap", "permanent_offer", "newly_qualified")


@pytest.fixture
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure pairing on few runs: the form is looked at, not the number."""
    monkeypatch.setattr(extras, "PAIRING_RUNS", 4)


# Beside each difference


def test_every_difference_has_its_interval_and_as_data_its_correlation_and_factor() -> None:
    answer = permanence("compare", "no-cap", "pan-london-cap", *SMALL)
    assert answer.code == 0
    assert "\n permanent share of the " in answer.out
    assert "80 of 100 such pairs" in " ".join(answer.out.split())
    rows = json.loads(permanence("compare", "no-cap", "pan-london-cap", *SMALL, "--json").out)
    for row in rows["policies"]["pan-london-cap"]:
        assert {"difference", "correlation", "variance_reduction", "is_exactly_zero"} <= set(row)
    assert "shapley" not in rows
    assert "null_test" not in rows


def test_a_scenario_beside_itself_is_exact_in_every_row() -> None:
    (rows,) = json.loads(permanence("compare", "baseline", "baseline", *SMALL, "--json").out)[
        "policies"
    ].values()
    assert all(row["is_exactly_zero"] and row["difference"] == 0.0 for row in rows)


def test_the_answer_says_what_rests_on_data_and_what_on_priors() -> None:
    text = " ".join(permanence(*PAIR, *SMALL).out.split())
    assert "Rests on data: the start (DfE census of 2025)" in text
    assert "Rests on stated assumptions: " in text


@pytest.mark.parametrize(
    ("factor", "told"),
    [(None, "-"), (float("inf"), "exact"), (float("nan"), "-"), (12.34, "12.3"),
     (123.4, "123"), (1e9, ">9,999"), (0.84, "0.8")],
)  # fmt: skip
def test_a_factor_is_short(factor: float | None, told: str) -> None:
    assert times(factor) == told


# The split


def test_the_split_is_printed_for_every_headline_outcome_and_fits() -> None:
    answer = permanence(*PAIR, *SMALL, "--shapley")
    assert answer.code == 0, answer.err
    assert too_wide(answer.out) == []
    assert "nan" not in answer.out.split()
    for lever in ("cap", "permanent offer", "newly qualified", "whole package"):
        assert answer.out.count(f"\n {lever} ") == len(HEADLINE) + 1
    text = " ".join(answer.out.split())
    for grounds in (
        "Cap: The cap's effect is not identified by the data",
        "Permanent offer: How strongly the permanent offer acts",
        "Terms with a source: caseload bar.",
        "no census saw one lever without the others",
    ):
        assert grounds in text


@pytest.mark.slow
def test_the_json_of_a_split_adds_up_and_agrees_with_the_files(tmp_path: Path) -> None:
    out = tmp_path / "kept"
    answer = permanence(*PAIR, *SMALL, "--shapley", "--json", "--out", str(out))
    found = json.loads(answer.out)["shapley"]["package"]
    assert tuple(found["levers"]) == LEVERS
    assert [one["outcome"] for one in found["outcomes"]] == list(HEADLINE)
    rows = list(csv.DictReader((out / "shapley.csv").open(encoding="utf-8-sig")))
    by_place = {(row["outcome"], row["lever"]): row for row in rows}
    for one in found["outcomes"]:
        total = sum(part["mean"] for part in one["parts"])
        assert total == pytest.approx(one["package"]["mean"], rel=1e-9, abs=1e-9)
        alone = sum(part["alone"] for part in one["parts"])
        assert one["interaction"]["mean"] == pytest.approx(
            one["package"]["mean"] - alone, rel=1e-9, abs=1e-9
        )
        for part in one["parts"]:
            row = by_place[one["outcome"], part["lever"]]
            assert float(row["mean"]) == part["mean"]
            assert float(row["added_last"]) == part["added_last"]
        assert float(by_place[one["outcome"], "whole package"]["mean"]) == one["package"]["mean"]
        assert len(one["pairs"]) == 3
    assert {time["outcome"] for time in found["time_to_act"]} == set(PERMANENT_SHARES)
    kept = files_in(out)
    assert {"interactions.csv", "time_to_act.csv", "no-cap-and-package/shapley.svg"} <= set(kept)
    with Image.open(out / "no-cap-and-package" / "shapley.png") as picture:
        assert "cap" in picture.info["Description"]


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes_on_two_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question, "pictures_of", lambda *_: [])
    typed = ("compare", "no-cap", "package", "--runs", "2", "--years", "1", "--shapley", "--quiet")
    for jobs in ("1", "2"):
        assert permanence(*typed, "--jobs", jobs, "--out", str(tmp_path / jobs)).code == 0
    one, two = files_in(tmp_path / "1"), files_in(tmp_path / "2")
    assert list(one) == list(two)
    for name in ("shapley.csv", "interactions.csv", "time_to_act.csv", "differences.csv"):
        assert one[name] == two[name]


def test_a_borough_can_be_split_even_one_without_agency_staff() -> None:
    answer = permanence(*PAIR, *SMALL, "--shapley", "--borough", "City of London")
    assert answer.code == 0, answer.err
    assert too_wide(answer.out) == []
    found = json.loads(
        permanence(*PAIR, *SMALL, "--shapley", "--borough", "City of London", "--json").out
    )
    for one in found["shapley"]["package"]["outcomes"]:
        assert 0 <= one["runs"] <= 2


def test_a_policy_of_one_lever_is_all_its_own_part() -> None:
    typed = ("compare", "no-cap", "pan-london-cap", *SMALL, "--shapley")
    assert permanence(*typed).code == 0
    found = json.loads(permanence(*typed, "--json").out)["shapley"]["pan-london-cap"]
    for one in found["outcomes"]:
        (part,) = one["parts"]
        assert (part["mean"], part["alone"]) == (one["package"]["mean"], one["package"]["mean"])
        assert one["interaction"]["mean"] == 0.0
        assert one["pairs"] == []


def test_the_chart_draws_the_numbers_of_the_split() -> None:
    asked: dict[str, Any] = {"runs": 2, "seed": 1, "years": 1}
    base, policy = (run_ensemble(load_scenario(name), **asked) for name in ("no-cap", "package"))
    split = shapley.split_by_lever(base, policy)
    figure, text = split_by_lever_chart(split, [base, policy], "London")
    for axes, outcome in zip(figure.axes, PERMANENT_SHARES, strict=True):
        game = split.games[outcome]
        drawn = [bar.get_width() for bar in axes.patches]
        parts = [100 * game.part(lever).mean() for lever in split.levers]
        wanted = [*parts, 100 * game.whole.mean(), 100 * game.interaction().mean()]
        np.testing.assert_allclose(drawn, wanted)
        assert OUTCOME[outcome].label in text
    assert "Assumptions fitted to" in text
    assert "the largest part by" in figure.headline


# The null test


def test_the_null_test_says_zero_and_in_how_many_numbers() -> None:
    answer = permanence(*PAIR, *SMALL, "--null-test")
    assert answer.code == 0
    text = " ".join(answer.out.split())
    assert text.count("exactly zero in") == 3
    assert "FAILED" not in text
    found = json.loads(permanence(*PAIR, *SMALL, "--null-test", "--json").out)["null_test"]
    assert all(one["is_exactly_zero"] and one["differing"] == 0 for one in found)
    assert f"{found[0]['numbers']:,} numbers" in text


def test_a_null_test_that_fails_says_where_and_exits_with_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = FirstDifference(3, "vacancies", 1, "Bexley", 4.0, 5.0)
    result = NullResult("levers switched off", 1000, 12, first, True)
    monkeypatch.setattr(extras, "null_test", lambda *_, **__: result)
    answer = permanence(*PAIR, *SMALL, "--null-test")
    assert answer.code == 1
    text = " ".join(answer.out.split())
    assert "FAILED. Null test, levers switched off: 12" in text
    assert "12 of 1,000 numbers differ; the first is vacancies of Bexley in month 3" in text
    assert "(2025-12-31) of run 1: 5.0, not 4.0." in text


# Pairing


@pytest.mark.slow
def test_pairing_is_measured_and_printed_with_both_variances(few_runs: None) -> None:
    typed = ("compare", "no-cap", "pan-london-cap", *SMALL, "--measure-pairing")
    answer = permanence(*typed)
    assert answer.code == 0
    assert too_wide(answer.out) == []
    for heading in ("same luck", "separate seeds", "over 4 runs, parameters at their working"):
        assert heading in answer.out
    found = json.loads(permanence(*typed, "--json").out)["pairing"]["pan-london-cap"]
    assert found["runs"] == 4
    for row in found["outcomes"]:
        assert row["factor"] == pytest.approx(row["independent"] / row["paired"])


@pytest.mark.slow
def test_pairing_is_kept_in_a_file(few_runs: None, tmp_path: Path) -> None:
    out = tmp_path / "kept"
    typed = ("compare", "no-cap", "pan-london-cap", *SMALL, "--measure-pairing", "--out", str(out))
    assert permanence(*typed).code == 0
    rows = list(csv.DictReader((out / "pairing.csv").open(encoding="utf-8-sig")))
    assert [row["outcome"] for row in rows] == list(HEADLINE)


# Bad input


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("vicious-circle", "capped-circle", "--shapley", "--structure", "all"), "one structure"),
        (("no-cap", "package", "--null-test", "--structure", "all"), "--null-test: given with 8"),
        (("no-cap", "no-cap", "--shapley"), "differ in no lever that does anything"),
        (("no-cap", "mine.toml", "--shapley"), "differ in parameters.bid_speed too"),
        (("no-cap", "pakage", "--shapley"), "did you mean 'package'"),
        (("no-cap", "package", "--shaply"), "No such option"),
    ],
)
def test_bad_input_is_told_in_one_line(typed: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('extends = "package"\n[parameters]\nbid_speed = 0.2\n')
    answer = permanence("compare", *typed, "--quiet", "--out", "kept", folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert list(files_in(tmp_path)) == ["mine.toml"]


def test_the_options_are_those_of_compare() -> None:
    text = permanence("compare", "--help").out
    for option in ("--shapley", "--null-test", "--measure-pairing"):
        assert option in text
