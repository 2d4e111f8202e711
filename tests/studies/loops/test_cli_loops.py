"""`permanence loops`: tables, JSON for the page, the diagram, and what it refuses."""

from __future__ import annotations

import csv
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from sim.answers.structures import Pair, pairs
from sim.domain.vocabulary import LINK_LABELS, Link
from sim.ensemble.draws import Draws
from sim.scenario import load_scenario
from sim.studies.loops.charts.diagram import LOOP_AT, drawn_links
from sim.studies.loops.charts.loops import loops_chart
from sim.studies.loops.method.links import CIRCLE, NAMES
from sim.studies.loops.method.strength import LOOPS, Circle, measured_circle
from sim.studies.loops.words.places import AT, places
from sim.studies.loops.words.sentences import finding, grounds_of, over_time
from tests.interfaces.command import answers_in, files_in, permanence, too_wide

SMALL = ("loops", "--runs", "2", "--years", "1", "--parameters", "prior", "--quiet")
SCENARIO = load_scenario("vicious-circle")
SPREAD = {"q10", "q50", "q90"}


def measured(pair: Pair) -> Circle:
    small = {"runs": 2, "seed": 1, "years": 1, "draws": Draws.PRIOR}
    return measured_circle(SCENARIO, pair, **small)  # type: ignore[arg-type]


@pytest.mark.slow
def test_tables_json_files_and_diagram_tell_one_finding(tmp_path: Path) -> None:
    out = tmp_path / "loops"
    answer = permanence(*SMALL, "--out", "loops", folder=tmp_path)
    assert answer.code == 0, answer.err
    assert answer.err == ""
    assert too_wide(answer.out) == []
    text = " ".join(answer.out.split())
    assert set(files_in(out)) == {
        "answer.json", "manifest.json", "links.csv", "loops.csv", "loops.png", "loops.svg",
        "loops.xlsx",
    }  # fmt: skip
    content = json.loads((out / "answer.json").read_text("utf-8"))["values"]
    (circle,) = content["structures"]
    assert circle["finding"] in text
    for note in content["notes"]:
        assert note in text
    assert "Not fitted to records" in text
    for loop in circle["loops"]:
        assert loop["label"] in text
    strongest = circle["loops"][0]["label"]
    drawing = (out / "loops.svg").read_text("utf-8")
    assert strongest[0].upper() + strongest[1:] in drawing
    assert "<title" in drawing
    assert "Causal-loop diagram" in drawing
    rows = list(csv.DictReader((out / "loops.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 2 * len(LOOPS)
    at_start = {row["loop"]: float(row["gain"]) for row in rows if row["date"] == "2014-09-30"}
    for loop in circle["loops"]:
        assert at_start[loop["name"]] == pytest.approx(loop["gain"]["q50"], abs=1e-6)


def test_the_json_is_what_a_page_can_draw() -> None:
    answered = json.loads(permanence(*SMALL, "--json").out)
    assert {"scenario", "seed", "runs", "years", "notes", "gain_means", "structures"} <= set(
        answered
    )
    (circle,) = answered["structures"]
    assert [node["name"] for node in circle["nodes"]] == list(NAMES)
    for node in circle["nodes"]:
        assert set(node) == {"name", "label", "unit", "level", "x", "y"}
        assert 0.0 < node["x"] < 1.0
        assert 0.0 < node["y"] < 1.0
    links = {link.ends: link for link in CIRCLE}
    assert len(circle["links"]) == len(CIRCLE)
    for told in circle["links"]:
        link = links[told["cause"], told["effect"]]
        assert told["polarity"] == ("+" if link.sign > 0 else "-")
        assert told["cut"] in (None, *Link)
        assert set(told["gain"]) == SPREAD
        assert told["gain"]["q50"] * link.sign >= 0.0
        assert told["rests_on"] == grounds_of(link)
    for loop in circle["loops"]:
        assert loop["polarity"] in ("reinforcing", "balancing")
        assert sum(cycle["gain"]["q50"] for cycle in loop["cycles"]) != 0.0
        for cycle in loop["cycles"]:
            assert set(zip(cycle["nodes"], cycle["nodes"][1:], strict=False)) <= set(links)
    assert [one["date"] for one in circle["along"]] == ["2014-09-30", "2015-09-30"]
    shares: list[Any] = [one["strongest_in_share_of_draws"] for one in circle["loops"]]
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.long
def test_each_structure_is_told_and_has_its_own_loops(tmp_path: Path) -> None:
    out = tmp_path / "all"
    answer = permanence(
        "loops", "--runs", "1", "--years", "1", "--parameters", "default", "--structure", "all",
        "--quiet", "--out", "all", folder=tmp_path,
    )  # fmt: skip
    assert answer.code == 0, answer.err
    assert too_wide(answer.out) == []
    circles = json.loads((out / "answer.json").read_text("utf-8"))["values"]["structures"]
    assert [(one["hiring"], one["bid_trigger"]) for one in circles] == pairs()
    for one in circles:
        names = {loop["name"] for loop in one["loops"]}
        assert ("reputation" in names) is (one["hiring"] == "reputation")
        assert one["finding"] in " ".join(answer.out.split())
        assert (out / f"loops-{one['hiring']}-{one['bid_trigger']}.png").is_file()


def test_at_moves_the_date_of_links_and_diagram() -> None:
    answered = json.loads(permanence(*SMALL, "--at", "2015-03-10", "--json").out)
    assert answered["structures"][0]["date"] == "2015-03-31"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        permanence(*SMALL, "--out", str(folder))
    assert answers_in(folders[0]) == answers_in(folders[1])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--at", "soon"), "allowed: a date, such as 2025-03-31"),
        (("--at", "2031-01-01"), "allowed: a date from 2014-09-30 to 2024-09-30"),
        (("--at", "2013-01-01"), "allowed: a date from 2014-09-30"),
        (("--years", "0"), "allowed: a whole number from 1"),
        (("--structure", "bureaucratic"), "allowed: responsive"),
        (("--out", "a-file"), "is a file, where a folder is expected"),
        (("--parameters", "guess"), "allowed: posterior"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    typed: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("kept")
    before = files_in(tmp_path)
    out = () if typed[0] == "--out" else ("--out", "results")
    answer = permanence("loops", *typed, *out, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert files_in(tmp_path) == before


def test_labels_of_links_that_can_be_cut_have_one_home() -> None:
    said = {link.says for link in CIRCLE}
    assert set(LINK_LABELS.values()) <= said
    assert len(said) == len(CIRCLE), "no two links say the same"


# The diagram


def test_every_node_and_loop_has_its_place() -> None:
    assert set(AT) == set(NAMES) == set(places())
    assert set(LOOP_AT) == {loop.name for loop in LOOPS}


@pytest.mark.long
@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: "-".join(pair))
def test_the_diagram_says_its_finding_and_no_gain_lies_over_another(pair: Pair) -> None:
    circle = measured(pair)
    chart = loops_chart(circle, SCENARIO, Draws.PRIOR, 1)
    first = finding(circle).split("strongest loop is ")[1].split(" (")[0]
    assert chart.figure.headline.lower().startswith(first)
    assert "Links drawn, with gains:" in chart.alt_text
    axes = chart.figure.axes[0]
    chart.figure.canvas.draw()
    gains = [text for text in axes.texts if text.get_text()[0] in "+-0"]
    assert len(gains) == len(drawn_links(circle.now))
    boxes = [text.get_window_extent() for text in axes.texts]
    for one, other in combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        along = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 2.0 or along <= 2.0, "texts overlap"
    assert "Strongest by median gain: " in over_time(circle)
