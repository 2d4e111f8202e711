"""`permanence brief`: one page, its numbers those of compare and money, in every form."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pptx
import pytest

from sim.answers.answer import Printed
from sim.scenario import ScenarioError
from sim.studies.brief.words.pages import FORMS, Page, refuse_missing
from tests.interfaces.command import files_in, permanence, too_wide

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TABLE = Printed(
    "Spends,\n£m", ("", "a", "b"), [("agency | staff", "1.0", "-2.0"), ("all", "1", "2")]
)
PAGE = Page("A <title>", ["One.", "Two.", "Three."], PIXEL, "A [chart].", TABLE, ["Data."],
            ["A prior."], "made by")  # fmt: skip
SMALL = ("--runs", "2", "--years", "1", "--seed", "7", "--jobs", "1", "--quiet")


def test_html_says_everything_in_order_and_asks_for_nothing_from_elsewhere() -> None:
    text = FORMS["html"](PAGE).decode()
    places = [
        text.index(part) for part in ("One.", "Three.", "<img", "<table", "Data.", "A prior.")
    ]
    assert places == sorted(places)
    assert "A &lt;title&gt;" in text
    assert 'alt="A [chart]."' in text
    assert "http" not in text.replace("data:image", "")


def test_markdown_has_a_table_whose_cells_stay_apart() -> None:
    text = FORMS["md"](PAGE).decode()
    assert "| agency / staff | 1.0 | -2.0 |" in text
    assert "![A (chart).](brief.png)" in text


def test_word_and_powerpoint_open_again_with_table_and_words_for_the_picture() -> None:
    document = docx.Document(io.BytesIO(FORMS["docx"](PAGE)))
    assert [one.text for one in document.paragraphs[1:4]] == list(PAGE.answer)
    assert document.tables[0].cell(1, 0).text == "agency | staff"
    assert document.inline_shapes[0]._inline.docPr.get("descr") == "A [chart]."
    show = pptx.Presentation(io.BytesIO(FORMS["pptx"](PAGE)))
    assert len(show.slides) == 4
    titles = [slide.shapes.title.text for slide in show.slides]
    assert titles == ["A <title>", "Spends, £m", "What it rests on", "What would change it"]


def test_a_form_whose_library_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(ScenarioError, match=r"--as docx: needs python-docx.*permanence\[office\]"):
        refuse_missing(["html", "docx"])


@pytest.mark.slow
def test_a_brief_is_what_compare_and_money_say(tmp_path: Path) -> None:
    out = tmp_path / "brief"
    asked = ("no-cap", "package", *SMALL)
    answer = permanence("brief", *asked, "--out", "brief", folder=tmp_path)
    assert answer.code == 0, answer
    assert too_wide(answer.out) == []
    left = files_in(out)
    assert {"brief.html", "brief.md", "brief.png", "brief.xlsx", "package/manifest.json"} <= set(
        left
    )
    money = json.loads(permanence("money", *asked, "--json").out)
    total = abs(money["bill"]["difference"]["mean"]) / 1e6
    assert f"£{total:,.1f}m a year" in left["brief.html"].decode()
    compared = json.loads(permanence("compare", *asked, "--json").out)
    lines = compared["spending"]["package"]["lines"]
    assert lines[-1]["difference"]["mean"] == pytest.approx(money["bill"]["difference"]["mean"])
    assert sum(one["difference"]["mean"] for one in lines[:-1]) == pytest.approx(
        lines[-1]["difference"]["mean"], abs=0.01
    )
    spent = lines[-1]["since_start"]["mean"]
    assert spent == pytest.approx(money["bill"]["since_start"]["mean"], abs=0.01)


def test_bad_input_is_told_in_one_line(tmp_path: Path) -> None:
    for typed, said in (
        (("--as", "pdf"), "given pdf; allowed: html, md"),
        (("--runs", "0"), "from 1"),
    ):
        answer = permanence("brief", "no-cap", "package", *typed, "--out", "x", folder=tmp_path)
        assert (answer.code, len(answer.err.splitlines())) == (2, 1)
        assert said in answer.err
    assert files_in(tmp_path) == {}
