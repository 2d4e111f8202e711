"""`permanence coalition`: findings, tables, files, JSON, charts, and bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.domain.evidence import UNSCORED_EMPLOYER
from sim.ensemble.draws import Draws
from sim.scenario import load_scenario
from sim.studies.coalition import charts as charts_coalition
from sim.studies.coalition.method.game import PAYOFF_LABELS, Game, Payoff
from sim.studies.coalition.method.play import Played, played
from sim.studies.coalition.words import sentences as words
from sim.studies.coalition.words.tables import TABLES
from tests.interfaces.command import files_in, permanence, too_wide
from tests.past import NO_CAP_2023

NAMED = 'levers.cap.members=["Lambeth", "Bexley", "Croydon"]'
SMALL = ("--runs", "2", "--years", "1", "--quiet", "--set", NAMED)
TYPED = ("coalition", "pan-london-cap", *SMALL)
KEYS = {
    "scenario", "set", "seed", "runs", "years", "parameter_draws", "cares_about", "shortlist",
    "signatories", "files", "findings", "notes", "structures",
}  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder: the whole game of three signatories."""
    out: Path = tmp_path_factory.mktemp("coalition") / "kept"
    answer = permanence(*TYPED, "--jobs", "1", "--out", str(out))
    assert answer.code == 0, answer.err
    return out


@pytest.fixture(scope="module")
def answer() -> Played:
    scenario = load_scenario("pan-london-cap", [NAMED])
    game = Game(scenario, runs=2, seed=1, years=1)
    return played(game, Payoff.UNFILLED, post_value=200_000.0, shortlist=3)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / name).read_text("utf-8-sig").splitlines()))


@pytest.mark.long
def test_findings_come_first_and_what_they_rest_on_last(kept: Path) -> None:
    answer = permanence(*TYPED, "--jobs", "1", "--out", str(kept))
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    assert text.index("Where employers care about unfilled posts") < text.index("Gain from leaving")
    for said in (
        "Assumptions fitted to",
        "not identified by the data",
        "an assumption",
        "Unfilled posts",
        "Permanent share of posts",
        "Permanent share of the workforce",
        f"{UNSCORED_EMPLOYER}*",
    ):
        assert said in text
    assert too_wide(answer.out.partition("Saved:")[0]) == []


@pytest.mark.long
def test_the_same_command_computes_nothing_again_and_gives_the_same_bytes(kept: Path) -> None:
    left = files_in(kept)
    assert permanence(*TYPED, "--jobs", "1", "--out", str(kept)).code == 0
    assert files_in(kept) == left
    other = permanence(*TYPED, "--seed", "2", "--out", str(kept))
    assert other.code == 2
    assert "holds another result" in other.err
    assert files_in(kept) == left


@pytest.mark.long
def test_files_json_and_jobs_agree(kept: Path) -> None:
    answer = permanence(*TYPED, "--jobs", "2", "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert set(told) == KEYS
    (one,) = told["structures"]
    for name, key in (("gains.csv", "gains"), ("side-payments.csv", "side_payments")):
        rows = table(kept, name)
        assert len(rows) == len(one[key])
        for row, said in zip(rows, one[key], strict=True):
            for column, value in said.items():
                if isinstance(value, float):
                    assert float(row[column]) == value
    assert len(table(kept, "gains.csv")) == 32 * len(Payoff)
    assert len(table(kept, "spill-over.csv")) == 32 * 31
    assert len(told["signatories"]) == 3
    manifest = json.loads((kept / "manifest.json").read_text("utf-8"))
    assert manifest["complete"] is True
    for chart in ("temptation", "signatories"):
        assert (kept / "figures" / f"{chart}.png").is_file() == (
            chart == "temptation" or (kept / "order.csv").is_file()
        )


@pytest.mark.long
def test_every_structure_is_asked_who_would_leave_alone(tmp_path: Path) -> None:
    answer = permanence(
        *TYPED, "--runs", "1", "--bid-trigger", "all", "--jobs", "1", "--out", str(tmp_path / "b")
    )
    assert answer.code == 0, answer.err
    assert answer.out.count("\n supply-limited ") == 2
    assert "2 structures" in " ".join(answer.out.split())
    assert {row["bid_trigger"] for row in table(tmp_path / "b", "gains.csv")} == {
        "unfilled",
        "vacancies",
    }
    assert not (tmp_path / "b" / "order.csv").exists()
    assert too_wide(answer.out.partition("Saved:")[0]) == []


@pytest.mark.long
def test_the_map_and_the_curve_say_in_words_what_they_show(answer: Played) -> None:
    chart = charts_coalition.temptation_map(answer)
    assert chart.figure.headline in chart.alt_text
    assert "Assumptions fitted to" in chart.alt_text
    tempted = answer.tempted(answer.payoff)
    assert f"{len(tempted)} of 3 signatories" in chart.figure.headline
    curve = charts_coalition.signatories_chart(answer, Draws.DEFAULT)
    assert "not fitted to records" in curve.alt_text.casefold()
    assert all(f"{one.members} sign" in curve.alt_text for one in answer.path)


@pytest.mark.long
def test_words_follow_the_numbers(answer: Played) -> None:
    said = " ".join(words.findings(answer))
    riders = answer.free_riders(answer.payoff)
    assert {one.employer for one in riders} <= set(answer.signers)
    payment = answer.side_payments[0]
    assert payment.post_value == 200_000.0
    assert not answer.is_default_value
    assert "£200k a year" in said
    assert answer.order is not None
    assert len(answer.path) in (0, len(answer.order.unravelling.steps) + 1)
    assert "the one given" in " ".join(words.notes(answer, Draws.POSTERIOR, 3))
    for rows_of in TABLES.values():
        assert all(row["scenario"] == "pan-london-cap" for row in rows_of(answer))


@pytest.mark.long
def test_a_cap_that_never_binds_says_so() -> None:
    idle = permanence(*TYPED, "--set", "levers.cap.charge_rate_per_hour=400", "--runs", "1")
    assert idle.code == 0, idle.err
    text = " ".join(idle.out.split())
    assert "never holds a bid down" in text
    assert "nobody is tempted" in text
    assert "-0.0" not in text


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("no-cap",), "no-cap: has no cap to sign"),
        (("pan-london-cap", "--cares-about", "pride"), "given pride; allowed: unfilled"),
        (("pan-london-cap", "--post-value", "-1"), "given -1; allowed: £ a year from 0"),
        (("pan-london-cap", "--post-value", "much"), "given much; allowed: £ a year from 0"),
        (("pan-london-cap", "--post-value", "nan"), "given nan; allowed: £ a year from 0"),
        (("pan-london-cap", "--shortlist", "0"), "given 0; allowed: a whole number from 1 to 33"),
        (("pan-london-cap", "--years", "0"), "given 0; allowed"),
        (
            (NO_CAP_2023, "--set", "levers.cap.start=2090-01-01", "--set", "levers.cap.members=1"),
            "levers.cap.start: given 2090-01-01",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    typed: tuple[str, ...], named: str, tmp_path: Path
) -> None:
    answer = permanence("coalition", *typed, "--out", "made", folder=tmp_path)
    assert answer.code == 2
    assert named in answer.err
    assert answer.err.count("\n") == 1
    assert answer.out == ""
    assert files_in(tmp_path) == {}


# In Python


@pytest.mark.long
def test_the_python_game_has_the_numbers_of_the_files(kept: Path) -> None:
    game = sim.coalition("pan-london-cap", runs=2, years=1, overrides=[NAMED])
    assert repr(game) == "<coalition: pan-london-cap, 3 signatories, 2 paired runs, 1 year on>"
    rows = table(kept, "gains.csv")
    np.testing.assert_array_equal(game.gains()["gain"], [float(row["gain"]) for row in rows])
    assert len(game.departures()) == 32
    assert list(game.side_payments()["post_value"]) == [
        float(row["post_value"]) for row in table(kept, "side-payments.csv")
    ]
    assert game.findings
    assert "Assumptions fitted to" in game.notes[0]
    assert "<caption>" in game._repr_html_()
    assert PAYOFF_LABELS[Payoff.UNFILLED] in game._repr_html_()
    assert game.plot.temptation().alt_text


@pytest.mark.parametrize(
    "bad",
    [{"runs": 0}, {"shortlist": 0}, {"cares_about": "pride"}, {"post_value": -1.0}],
)
def test_python_refuses_what_is_not_allowed(bad: dict[str, object]) -> None:
    (name,) = bad
    with pytest.raises(ValueError, match=rf"{name}: given .*; allowed:"):
        sim.coalition("pan-london-cap", **bad)  # type: ignore[arg-type]


def test_python_refuses_a_scenario_without_a_cap() -> None:
    with pytest.raises(sim.ScenarioError, match="has no cap to sign"):
        sim.coalition("no-cap", runs=1)
