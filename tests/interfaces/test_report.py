"""`permanence report`: one accessible file that loads nothing and says what the result says."""

from __future__ import annotations

import json
import re
from html import unescape
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from sim.answers.reading import by_block
from sim.charts.map import contrast
from sim.domain.parameters import Parameters
from sim.domain.posterior import POSTERIOR_TABLE
from sim.domain.quantities import declarations
from sim.interfaces.cli.report import MOST_PAGE_BYTES
from sim.interfaces.report.manifest import MOST_DIGESTS, manifest_in, without_output
from sim.scenario import load_scenario
from sim.words.captions import quoted
from sim.words.tables import old_new_gap, shown
from tests.interfaces.command import files_in, permanence, too_wide
from tests.interfaces.made_results import (
    SMALL,
    copied,
    made_comparison,
    made_report,
    made_run,
    with_manifest_changed,
)
from tests.interfaces.pages import Page

pytestmark = pytest.mark.slow

OUTSIDE = re.compile(r"(?:https?:)?//|@import|javascript:", re.IGNORECASE)
LOADING = ("src", "href", "srcset", "data", "action", "poster", "xlink:href")


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_run(tmp_path_factory.mktemp("run") / "result")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_comparison(tmp_path_factory.mktemp("comparison") / "result")


@pytest.fixture(scope="module")
def run_page(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_report(run_folder, tmp_path_factory.mktemp("page") / "run.html")


@pytest.fixture(scope="module")
def compared_page(comparison: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_report(comparison, tmp_path_factory.mktemp("page") / "compared.html")


@pytest.fixture(scope="module", params=["run", "comparison"])
def content(request: pytest.FixtureRequest, run_page: Path, compared_page: Path) -> str:
    return {"run": run_page, "comparison": compared_page}[request.param].read_text("utf-8")


@pytest.fixture(scope="module")
def page(content: str) -> Page:
    return Page(content)


# A page that anybody can read, and that loads nothing


def test_the_page_is_whole_and_says_its_language(content: str, page: Page) -> None:
    assert content.startswith("<!DOCTYPE html>")
    (html,) = page.all("html")
    assert html.attributes["lang"] == "en-GB"
    once = [
        tag.name
        for tag in page.all("title", "h1", "main", "header", "footer")
        if "svg" not in tag.above
    ]
    assert sorted(once) == ["footer", "h1", "header", "main", "title"]


def test_ids_are_unique_and_every_reference_leads_somewhere(content: str, page: Page) -> None:
    ids = [tag.attributes["id"] for tag in page.tags if "id" in tag.attributes]
    assert len(ids) == len(set(ids))
    for tag in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(tag.attributes.get(name, "").split()) <= set(ids)
        if tag.attributes.get("href", "").startswith("#"):
            assert tag.attributes["href"][1:] in ids
    assert set(re.findall(r"url\(#([^)]+)\)", content)) <= set(ids)


def test_headings_go_down_one_step_at_a_time(page: Page) -> None:
    levels = [int(tag.name[1]) for tag in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(tag.text for tag in page.all("h1", "h2", "h3"))


def test_every_picture_has_its_words(page: Page) -> None:
    pictures = page.all("svg")
    assert len(pictures) >= 3
    assert page.all("img") == []
    words = {tag.attributes.get("id"): tag.text for tag in page.all("title", "desc")}
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        title, description = picture.attributes["aria-labelledby"].split()
        assert words[title]
        assert "chart" in words[description] or "map" in words[description]


def test_every_table_has_a_caption_of_its_own_and_scopes(page: Page) -> None:
    captions = [tag.text for tag in page.all("caption")]
    assert len(captions) == len(page.all("table")) == len(set(captions))
    assert all(captions)
    for head in page.all("th"):
        assert head.attributes["scope"] in ("row", "col", "colgroup")
        assert head.text
    assert not [tag for tag in page.all("td") if "thead" in tag.above]


def test_what_scrolls_can_be_reached_and_is_named(page: Page) -> None:
    regions = [tag for tag in page.tags if tag.attributes.get("role") == "region"]
    names = [tag.attributes["aria-label"] for tag in regions]
    assert all(tag.attributes["tabindex"] == "0" for tag in regions)
    assert len(names) == len(set(names)) >= 3


def test_a_keyboard_skips_to_the_finding(page: Page) -> None:
    first = page.all("a")[0]
    assert first.attributes == {"class": "skip", "href": "#main"}
    assert page.all("main")[0].attributes["id"] == "main"


def test_nothing_is_loaded_and_nothing_runs(content: str, page: Page) -> None:
    (policy,) = (tag for tag in page.all("meta") if "http-equiv" in tag.attributes)
    assert policy.attributes["http-equiv"] == "Content-Security-Policy"
    assert policy.attributes["content"].startswith("default-src 'none';")
    for tag in page.tags:
        assert not [name for name in tag.attributes if name.startswith("on")]
        for name in LOADING:
            assert not OUTSIDE.search(tag.attributes.get(name, ""))
    assert page.all("link", "iframe", "object", "embed", "base", "form") == []
    (data,) = page.all("script")
    assert data.attributes == {"type": "application/json", "id": "manifest"}
    for style in page.all("style"):
        assert not OUTSIDE.search(style.text)
        assert "url(" not in style.text


def test_it_is_small(content: str) -> None:
    assert len(content.encode()) < MOST_PAGE_BYTES / 2


@pytest.mark.parametrize(
    ("ink", "paper"),
    [("#0b0c0c", "#ffffff"), ("#3d3d3d", "#ffffff"), ("#12436d", "#ffffff"),
     ("#0b0c0c", "#f3f5f8"), ("#ffffff", "#12436d"), ("#0b0c0c", "#ffdd00")],
)  # fmt: skip
def test_words_stand_out_from_their_ground(ink: str, paper: str) -> None:
    assert contrast(ink, paper) >= 4.5


# What it says


def test_the_finding_comes_first_with_both_shares_and_unfilled_posts(page: Page) -> None:
    (first,) = (tag for tag in page.all("div") if tag.attributes.get("class") == "finding")
    for said in ("permanent share of the workforce", "permanent share of posts", "unfilled posts"):
        assert said in first.text
    assert "80 % interval" in first.text
    text = page.all("main")[0].text
    assert text.index(first.text) < text.index("What this rests on") < text.index("Key numbers")


def test_a_comparison_says_what_it_comes_to_in_people_price_and_money(
    comparison: Path, compared_page: Path
) -> None:
    text = unescape(compared_page.read_text("utf-8"))
    said = text[text.index("So what") :].partition("</p>")[0]
    total = float(re.search(r"£([\d.,]+)m a year", said)[1].replace(",", ""))
    total *= -1 if "a year less" in said else 1
    parts = [float(one) for one in re.findall(r"(?:staff|buys) ([+-]?[\d.]+)[,)]", said)]
    assert sum(parts) == pytest.approx(total)
    base, policy = (ends_of(comparison / one.name) for one in scenarios_of(comparison)[:2])
    for part, name in zip(parts, ("agency_cost", "permanent_cost", "policy_cost"), strict=True):
        known = (policy - base)[f"{name}_per_year"] / 1e6
        assert part == pytest.approx(known, abs=0.15)  # the largest takes what rounding leaves
    assert f"{abs(policy - base)['permanent_fte']:,.0f} " in said


def scenarios_of(comparison: Path) -> list[Path]:
    """Return the folders of base and policy, as the comparison names them."""
    order = json.loads((comparison / "answer.json").read_text("utf-8"))["results"]
    return [comparison / name for name in order]


def ends_of(folder: Path) -> pd.Series:
    """Return London's means at the horizon."""
    table = pd.read_csv(folder / "summary.csv")
    last = table[(table["unit"] == "London") & (table["date"] == table["date"].max())]
    return last.set_index("variable")["mean"]


def test_the_parts_are_in_the_promised_order(page: Page) -> None:
    wanted = [
        "Key numbers", "How it unfolds", "Boroughs", "Rival structures",
        "What is measured and what is assumed", "Limits", "Assumptions log", "Method in one page",
        "What the words mean", "Run it again", "Citation and licences",
    ]  # fmt: skip
    assert [tag.text for tag in page.all("h2")] == wanted
    links = [tag.text for tag in page.all("a") if tag.attributes["href"] != "#main"]
    assert links == wanted


def test_key_numbers_are_those_of_run(run_folder: Path, run_page: Path) -> None:
    told = json.loads(permanence("run", "baseline", *SMALL, "--json").out)
    rows = Page(run_page.read_text("utf-8")).rows("London under 'London as it is', from")[1:]
    for row, outcome in zip(rows, told["outcomes"], strict=True):
        assert row[2] == shown(outcome["end"], outcome["unit"])
        if "start" in outcome:
            assert row[1] == shown(outcome["start"], outcome["unit"])
    answer = json.loads(
        permanence("report", str(run_folder), "--out", str(run_page), "--json", "--quiet").out
    )
    ends = {row["outcome"]: row["value"] for row in answer["key_numbers"]}
    assert ends == {outcome["outcome"]: outcome["end"] for outcome in told["outcomes"]}
    assert answer["notes"] == told["notes"]


def test_key_numbers_are_those_of_compare(comparison: Path, compared_page: Path) -> None:
    names = ("no-cap", "pan-london-cap", "package")
    told = json.loads(permanence("compare", *names, *SMALL, "--json").out)
    page = Page(compared_page.read_text("utf-8"))
    text = page.all("main")[0].text
    for name, expected in told["policies"].items():
        policy = quoted(load_scenario(name))
        caption = f"London, 30 September 2026: from 'No cap' (old) to {policy} (new)"
        for row, one in zip(page.rows(caption)[1:], expected, strict=True):
            assert row[1:4] == list(old_new_gap(one["old"], one["new"], one["unit"]))
        gap = old_new_gap(expected[0]["old"], expected[0]["new"], "share")[2]
        assert f"Under {policy}, London's permanent share of the workforce" in text
        assert f"{gap} points" in text
    for note in told["notes"]:
        assert note in text


def test_the_log_has_every_parameter_and_every_lever_in_force(compared_page: Path) -> None:
    rows = Page(compared_page.read_text("utf-8")).rows("Assumptions log")
    assert rows[0] == [
        "ID", "Assumption", "Value in this result", "Range", "Basis", "Quality", "Impact",
    ]  # fmt: skip
    assert len({row[0] for row in rows}) == len(rows)
    declared = declarations(Parameters)
    for name, one in declared.items():
        (row,) = (row for row in rows if row[1].endswith(f"({name})"))
        assert row[1].startswith(one.label)
        assert row[5].endswith(one.grade.value.replace("_", " "))
    text = " ".join(row[1] for row in rows)
    assert "levers.cap.charge_rate_per_hour" in text
    assert "levers.permanent_offer.leadership" in text
    assert "levers.prevention" not in text


def test_the_counts_by_grade_add_up(run_page: Path) -> None:
    head, *rows, total = Page(run_page.read_text("utf-8")).rows("The parameters by how far")
    assert int(total[1]) == len(Parameters.model_fields)
    for column in range(1, len(head)):
        assert sum(int(row[column]) for row in rows) == int(total[column])


def test_a_borough_has_a_report_of_its_own(comparison: Path, tmp_path: Path) -> None:
    page = made_report(comparison, tmp_path / "bexley.html", "--borough", "bexley")
    text = Page(page.read_text("utf-8")).all("main")[0].text
    assert "Bexley's permanent share of the workforce" in text
    assert manifest_in(page.read_text("utf-8"), "it")["unit"] == "Bexley"


@pytest.mark.slow
def test_a_comparison_made_for_a_borough_is_reported_for_it(tmp_path: Path) -> None:
    folder = made_comparison(tmp_path / "result", "--borough", "Bexley")
    page = made_report(folder, tmp_path / "page.html")
    assert manifest_in(page.read_text("utf-8"), "it")["unit"] == "Bexley"


@pytest.mark.slow
def test_a_split_by_lever_is_taken_along(tmp_path: Path) -> None:
    folder = tmp_path / "result"
    pair = ("compare", "no-cap", "package", *SMALL, "--shapley", "--out", str(folder))
    assert permanence(*pair).code == 0
    page = Page(made_report(folder, tmp_path / "page.html").read_text("utf-8"))
    assert "What each lever contributes" in [tag.text for tag in page.all("h2")]
    rows = page.rows("London: what package adds to no-cap, permanent share of the workforce")
    assert [row[0] for row in rows[1:]] == [
        "cap", "permanent offer", "newly qualified", "whole package", "interaction",
    ]  # fmt: skip


def two_structures(path: Path) -> Path:
    """Write a posterior's file with the shipped draws under two structures."""
    import sim.data

    shipped = Path(sim.data.__file__ or "").parent / POSTERIOR_TABLE
    header, *rows = shipped.read_text("utf-8").splitlines()
    drawn = [row.split(",", 2)[2] for row in rows[:10]]
    under = [
        f"{pair},{row}"
        for pair in ("supply_limited,unfilled", "responsive,vacancies")
        for row in drawn
    ]
    path.write_text("\n".join([header, *under]) + "\n", "utf-8")
    return path


@pytest.mark.slow
def test_runs_under_several_structures_are_shown_by_structure(tmp_path: Path) -> None:
    drawn = two_structures(tmp_path / "two.csv")
    folder = made_comparison(tmp_path / "result", "--parameters", str(drawn))
    content = made_report(folder, tmp_path / "page.html").read_text("utf-8")
    page = Page(content)
    rows = page.rows("London: difference of 'The package' from 'No cap' by rival structure")[1:]
    assert {row[0] for row in rows} == {
        "hiring supply-limited, bids on unfilled posts",
        "hiring responsive, bids on vacancies",
    }
    assert [row[1] for row in rows] == ["1", "1"]
    assert "Across 2 rival structures" in content


# Words that are not markup


@pytest.mark.slow
def test_words_of_a_scenario_are_never_taken_for_markup(tmp_path: Path) -> None:
    odd = '</script><script>alert("1")</script><img src=x onerror=alert(2)> & <!-- `x`'
    path = tmp_path / "odd<i>&.toml"
    path.write_text(
        f"extends = 'baseline'\ntitle = '''{odd}'''\nwhy = '''{odd}'''\n", encoding="utf-8"
    )
    folder = tmp_path / "result"
    assert permanence("run", str(path), *SMALL, "--out", str(folder)).code == 0
    content = made_report(folder, tmp_path / "page.html").read_text("utf-8")
    page = Page(content)
    assert len(page.all("script")) == 1
    assert page.all("img", "i") == []
    assert 'alert("1")' in page.all("h1")[0].text
    assert manifest_in(content, "it")["results"][0]["scenario"]["title"] == odd


# The file


def test_where_files_went_is_left_out_of_the_command() -> None:
    typed = ["permanence", "run", "--out", "/home/me", "x", "--out=/home/me", "--seed", "1"]
    assert without_output(typed) == ["permanence", "run", "x", "--seed", "1"]
    assert without_output(["run", "--out"]) == ["run"]


def test_digests_of_many_runs_stand_for_blocks() -> None:
    digests = tuple(f"{run:032x}" for run in range(2_500))
    size, blocks = by_block(digests, MOST_DIGESTS)
    assert len(blocks) <= MOST_DIGESTS
    assert len(blocks) == -(-len(digests) // size)
    moved = by_block((*digests[:-1], "other"), MOST_DIGESTS)[1]
    assert [one == other for one, other in zip(blocks, moved, strict=True)].count(False) == 1
    assert by_block(digests[:3], MOST_DIGESTS) == (1, list(digests[:3]))


def test_the_same_result_gives_the_same_bytes_wherever_it_lies(
    comparison: Path, compared_page: Path, tmp_path: Path
) -> None:
    elsewhere = copied(comparison, tmp_path / "elsewhere")
    again = made_report(elsewhere, tmp_path / "again.html")
    assert again.read_bytes() == compared_page.read_bytes()
    assert str(comparison) not in compared_page.read_text("utf-8")


@pytest.mark.slow
def test_it_lies_in_the_result_unless_told_otherwise(run_folder: Path, tmp_path: Path) -> None:
    folder = copied(run_folder, tmp_path / "result")
    before = files_in(folder)
    answer = permanence("report", str(folder), "--quiet")
    assert answer.code == 0
    assert set(files_in(folder)) - set(before) == {"report.html"}
    assert "goes from" in answer.out
    assert too_wide(answer.out.rpartition("\n\n")[0]) == []
    assert permanence("report", str(folder), "--quiet").code == 0, "a report may be written anew"
    again = permanence("run", "baseline", *SMALL, "--out", str(folder))
    assert again.code == 0, "the result is still where the same command goes on"


def unchanged(folder: Path, *typed: str) -> str:
    """Give a command that must be refused in one line and change nothing; return the line."""
    before = files_in(folder)
    answer = permanence(*typed)
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.startswith("permanence: ")
    assert answer.err.count("\n") == 1
    assert files_in(folder) == before
    return answer.err


def test_bad_input_is_refused_in_a_line(run_folder: Path, tmp_path: Path) -> None:
    folder = copied(run_folder, tmp_path / "result")
    (tmp_path / "notes.html").write_text("<p>mine", "utf-8")
    (tmp_path / "empty").mkdir()
    out = str(tmp_path / "page.html")

    def refused(*typed: str) -> str:
        return unchanged(tmp_path, "report", *typed)

    assert "is not there" in refused(str(tmp_path / "gone"), "--out", out)
    assert "is a file" in refused(str(tmp_path / "notes.html"), "--out", out)
    assert "holds no result" in refused(str(tmp_path / "empty"), "--out", out)
    assert "ends in .html" in refused(str(folder), "--out", str(tmp_path / "page.pdf"))
    assert "is not a report" in refused(str(folder), "--out", str(tmp_path / "notes.html"))
    assert "is a folder" in refused(str(folder), "--out", str(made(tmp_path / "x.html")))
    below = tmp_path / "notes.html" / "page.html"
    assert "is a file, where a folder" in refused(str(folder), "--out", str(below))
    assert "Atlantis" in refused(str(folder), "--out", out, "--borough", "Atlantis")


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_an_unfinished_or_altered_result_is_refused(run_folder: Path, tmp_path: Path) -> None:
    folder = copied(run_folder, tmp_path / "result")
    page = str(tmp_path / "page.html")
    manifest = folder / "manifest.json"
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"seed": 1', '"seed": 2'), "utf-8")
    assert "altered" in unchanged(tmp_path, "report", str(folder), "--out", page)
    manifest.write_text('{"fingerprint": "x", "complete": false}', "utf-8")
    assert "not complete" in unchanged(tmp_path, "report", str(folder), "--out", page)
    manifest.write_text("{", "utf-8")
    assert "where a manifest is expected" in unchanged(
        tmp_path, "report", str(folder), "--out", page
    )
    manifest.write_text(text, "utf-8")
    run = sorted((folder / "runs").rglob("*.parquet"))[1]
    kept = run.read_bytes()
    run.write_bytes(kept[:-40])
    assert run.name in unchanged(tmp_path, "report", str(folder), "--out", page)
    run.unlink()
    assert "is missing" in unchanged(tmp_path, "report", str(folder), "--out", page)


def test_results_side_by_side_without_a_comparison_are_named(
    comparison: Path, tmp_path: Path
) -> None:
    folder = copied(comparison, tmp_path / "result")
    (folder / "differences.csv").unlink()
    said = unchanged(tmp_path, "report", str(folder), "--out", str(tmp_path / "page.html"))
    assert "name one of no-cap, package, pan-london-cap" in said
    one = made_report(folder / "package", tmp_path / "one.html")
    assert "goes from" in one.read_text("utf-8")


def test_results_that_are_no_longer_paired_are_refused(comparison: Path, tmp_path: Path) -> None:
    folder = copied(comparison, tmp_path / "result")
    with_manifest_changed(folder / "package", lambda content: content.update({"runs": 1}))
    said = unchanged(tmp_path, "report", str(folder), "--out", str(tmp_path / "page.html"))
    assert "package and no-cap are no longer paired (runs: 1 and 2)" in said
