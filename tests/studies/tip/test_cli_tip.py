"""`permanence tip`: a sentence a structure, tables, files, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sim.answers.structures import Pair, pairs
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.scenario import load_scenario
from sim.studies.tip.method import meanfield, slow_sweep, two_states
from sim.studies.tip.method import search as tipping
from sim.studies.tip.question import Tip, _rivals
from tests.interfaces.command import files_in, permanence, too_wide

pytestmark = pytest.mark.long

CAP = "levers.cap.charge_rate_per_hour"
SMALL = ("--runs", "2", "--years", "2", "--jobs", "1", "--quiet", "--structure", "reputation")
NARROW = ("--from", "40", "--to", "44", "--precision", "2")


QUICK = (
    (tipping, "LEVELS", 3),
    (tipping, "SWEPT_LEVELS", 2),
    (two_states, "MOST_DRAWS", 1),
    (two_states, "STARTS", ()),
    (slow_sweep, "SETTLING", 4),
    (slow_sweep, "SWEEP_YEARS", 4),
    (slow_sweep, "MOST_WAITS", 1),
    (slow_sweep, "APART_YEARS", 4),
    (slow_sweep, "APART", 1.0),
    (meanfield, "MOST_ROUNDS", 1),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, object], Path]:
    """One small search that finds no tipping point: what it prints, as JSON, and its files.

    In the mean field few levels and decades do: what it finds is tested where it is worked out.
    """
    out = tmp_path_factory.mktemp("tip") / "found"
    typed = ("tip", "baseline", "--lever", CAP, *NARROW, *SMALL)
    with pytest.MonkeyPatch.context() as quick:
        for module, name, few in QUICK:
            quick.setattr(module, name, few)
        printed = permanence(*typed)
        as_json = permanence(*typed, "--json", "--out", str(out))
    assert printed.code == 0, printed.err
    assert as_json.code == 0, as_json.err
    return printed.out, json.loads(as_json.out), out


def test_where_there_is_no_tipping_point_it_says_so(told: tuple[str, dict, Path]) -> None:
    printed, found, _ = told
    (answer,) = found["structures"]
    assert answer["tipping_points"] == []
    assert "no tipping point between £40.00 and £44.00" in answer["finding"]
    text = " ".join(printed.split())
    assert answer["finding"] in text
    assert "one state at every level" in text or "two states" in text
    assert too_wide(printed) == []


def test_the_same_seed_gives_the_same_answer(told: tuple[str, dict, Path]) -> None:
    printed, found, _ = told
    for note in found["notes"]:
        assert note in " ".join(printed.split())
    best = found["structures"][0]["best"]
    assert f"{100 * best['best']:.1f} %" in printed


def test_both_denominators_unfilled_posts_and_the_docking_stand_there(
    told: tuple[str, dict, Path],
) -> None:
    printed, found, _ = told
    shares = {
        "permanent_share_of_workforce", "permanent_share_of_posts", "unfilled_share_of_posts",
    }  # fmt: skip
    (answer,) = found["structures"]
    assert {"lever", "range", "target", "unfilled_bound", "date", "seed", "runs"} <= set(found)
    assert {"states", "twin", "agents", "twin_against_agents", "best"} <= set(answer)
    for at in (*answer["twin"], *answer["agents"]):
        assert set(at["shares"]) == shares
    assert {one["level"] for one in answer["twin_against_agents"]} == {
        at["level"] for at in answer["agents"]
    }
    assert "Twin against agents" in printed
    assert "Rests on data" in printed
    assert "empties posts" in " ".join(printed.split())


def test_table_chart_and_manifest_are_written(told: tuple[str, dict, Path]) -> None:
    _, found, out = told
    names = {path.name for path in out.iterdir()}
    assert {"tip.csv", "tip.png", "tip.svg", "manifest.json"} <= names
    rows = list(csv.DictReader((out / "tip.csv").open(encoding="utf-8-sig")))
    models = {row["model"] for row in rows}
    assert models == {"twin", "agents", "mean field, up", "mean field, down"}
    drawn = (out / "tip.svg").read_text(encoding="utf-8")
    assert "No level of the cap" in drawn
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"]
    assert manifest["lever"] == found["lever"]


def test_another_question_is_refused_the_folder(told: tuple[str, dict, Path]) -> None:
    out = told[2]
    other = ("tip", "baseline", "--lever", CAP, *NARROW, *SMALL, "--seed", "9", "--out", str(out))
    answer = permanence(*other)
    assert answer.code == 2
    assert "holds another result" in answer.err


def test_four_hiring_structures_are_asked_unless_one_is_named() -> None:
    baseline = load_scenario("baseline")

    def rivals(**named: str) -> list[Pair]:
        return _rivals(baseline, Tip(scenario="baseline", lever=CAP, **named))

    assert rivals() == pairs(triggers=[BidTrigger.UNFILLED])
    assert len(rivals(bid_trigger="all")) == 8
    assert rivals(structure="budget") == [Pair(HiringStructure.BUDGET, BidTrigger.UNFILLED)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--lever", "levers.cap.level"), "there is no such value"),
        (("--lever", "levers.cap.enforcement"), "is not a number"),
        (("--lever", f"{CAP}=30"), "expected KEY or KEY=LOW:HIGH"),
        (("--lever", f"{CAP}=30:40", "--from", "20"), "given by --from or --to too"),
        (("--lever", CAP, "--set", f"{CAP}=40"), "is given by --set too"),
        (("--lever", CAP, "--lever", CAP), "one, or two different ones"),
        (("--lever", CAP, "--level", "90"), "a share between 0 and 1"),
        (("--lever", CAP, "--from", "many"), "given many; allowed: a number"),
        (("--lever", CAP, "--set", "levers.cap.members=0"), "does not use levers.cap"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    typed: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    answer = permanence("tip", "baseline", *typed, *SMALL, "--out", str(tmp_path / "out"))
    assert answer.code == 2
    assert said in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert files_in(tmp_path) == {}


def test_two_levers_make_a_map(tmp_path: Path) -> None:
    both = ("--lever", f"{CAP}=40:48", "--lever", "levers.cap.tolerance=0.05:0.15")
    out = tmp_path / "map"
    answer = permanence("tip", "baseline", *both, *SMALL, "--out", str(out), "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert list(found["levers"]) == [CAP, "levers.cap.tolerance"]
    (structure,) = found["structures"]
    assert len(structure["twin"]) == len(structure["first"])
    assert structure["agents"]
    assert (out / "tip.png").is_file()
    assert "Stable states" not in " ".join(found["notes"])
    printed = permanence("tip", "baseline", *both, *SMALL)
    assert structure["finding"] in " ".join(printed.out.split())


def test_one_process_or_two_give_the_same_answer() -> None:
    few = "levers.cap.months_short_before_leaving=3:4"  # two levels, and no more
    typed = ("tip", "baseline", "--lever", few, *SMALL, "--json")
    one = permanence(*typed)
    assert one.code == 0, one.err
    two = permanence(*typed, "--jobs", "2")
    assert one.out == two.out
