"""In every printed table base, policy and difference add up, to the last printed digit."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.market.outcomes import OUTCOMES
from sim.studies.money.words import adding_up, scale_of
from sim.words.tables import old_new_gap
from tests.interfaces.command import permanence
from tests.interfaces.made_results import made_report
from tests.interfaces.pages import Page

pytestmark = pytest.mark.slow

UNITS = sorted({one.unit for one in OUTCOMES} | {"share of runs"})
NUMBER = re.compile(r"([+-]?)£?([\d,]+(?:\.\d+)?)m?(?: %)?")
SMALL = ("--runs", "3", "--years", "2", "--seed", "5", "--quiet")


def number(text: str) -> Decimal:
    """Return a printed number, as exactly as it is printed."""
    found = NUMBER.fullmatch(text.strip())
    assert found, text
    return Decimal(found[1] + found[2].replace(",", ""))


def adds_up(old: str, new: str, gap: str) -> bool:
    told = [number(one) for one in (old, new, gap)]
    decimals = {one.as_tuple().exponent for one in told}
    return len(decimals) == 1 and told[2] == told[1] - told[0]


@given(
    old=st.floats(0.0, 9e8, allow_nan=False),
    factor=st.floats(0.0, 3.0, allow_nan=False),
    unit=st.sampled_from(UNITS),
)
@settings(max_examples=400)
def test_two_numbers_and_their_difference_add_up(old: float, factor: float, unit: str) -> None:
    top = 1.0 if unit.startswith("share") else 9e8
    one = min(old, top) if unit.startswith("share") else old
    assert adds_up(*old_new_gap(one, min(one * factor, top), unit))


def rows_printed(text: str) -> list[tuple[str, str, str]]:
    """Return old, new and difference of every row of a printed table that has all three."""
    value = r"([+-]?£?[\d,.]+m?(?: %)?)"
    return re.findall(rf"  +{value}  +{value}  +{value}\s*$", text, re.MULTILINE)


def test_a_comparison_in_the_terminal_adds_up() -> None:
    answer = permanence("compare", "no-cap", "pan-london-cap", "package", *SMALL)
    tables = answer.out.split("Spending:")[0]
    rows = rows_printed(tables)
    assert len(rows) == 2 * 7
    assert [row for row in rows if not adds_up(*row)] == []


def test_each_rival_structure_adds_up() -> None:
    text = permanence("compare", "no-cap", "pan-london-cap", "--structure", "all", *SMALL).out
    lines = text.splitlines()
    seen = 0
    for place, line in enumerate(lines):
        pairs = re.findall(r"(£?[\d.]+) > (£?[\d.]+)", line)
        if pairs:
            gaps = re.findall(r"[+-]?£?\d+\.\d+", lines[place + 1])[-len(pairs) :]
            seen += 1
            for (old, new), gap in zip(pairs, gaps, strict=True):
                assert adds_up(old, new, gap), (line, lines[place + 1])
    assert seen == 8


def test_a_sweep_against_a_scenario_adds_up() -> None:
    over = ("--over", "levers.cap.charge_rate_per_hour=38,44", "--against", "no-cap")
    text = permanence("sweep", "pan-london-cap", *over, *SMALL).out
    levels, gaps = text.split("paired difference")
    base = re.search(r"^ its level +([\d.]+) % +([\d.]+) % +([\d.]+) %", gaps, re.MULTILINE)
    assert base
    for level in ("£38", "£44"):
        own = re.search(rf"^ {level} +(.*)$", levels, re.MULTILINE)
        gap = re.search(rf"^ {level} +(.*)$", gaps, re.MULTILINE)
        assert own
        assert gap
        cells = re.findall(r"([\d.]+) %", own[1])
        shares = (cells[0], cells[2], cells[4])
        moved = re.findall(r"(\S+) +\S+\.\.\S+", gap[1])
        for old, new, by in zip(base.groups(), shares, moved, strict=True):
            assert adds_up(old, new, by), (old, new, by)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    folder = tmp_path_factory.mktemp("adding") / "kept"
    answer = permanence("compare", "no-cap", "pan-london-cap", *SMALL, "--out", str(folder))
    assert answer.code == 0, answer.err
    where: Path = made_report(folder, folder.parent / "page.html")
    return Page(where.read_text("utf-8"))


def test_the_key_numbers_of_a_report_add_up(page: Page) -> None:
    rows = page.rows("London, 30 September 2027: from 'No cap' (old) to 'A pan-London cap' (new)")[
        1:
    ]
    assert len(rows) == 7
    assert [row for row in rows if not adds_up(*row[1:4])] == []


def test_every_borough_of_a_report_adds_up(page: Page) -> None:
    rows = page.rows("Employers under 'No cap' (old) and 'A pan-London cap' (new)")
    whole = [row for row in rows if len(row) == 10 and NUMBER.fullmatch(row[1].strip())]
    assert len(whole) == 32
    for row in whole:
        for at in (1, 4, 7):
            gap = row[at + 2].partition(" (")[0]
            assert adds_up(row[at], row[at + 1], gap), row


def test_the_money_of_a_brief_adds_up_across_and_down(tmp_path: Path) -> None:
    typed = ("brief", "no-cap", "package", *SMALL, "--as", "md", "--out", str(tmp_path / "kept"))
    assert permanence(*typed).code == 0
    text = (tmp_path / "kept" / "brief.md").read_text("utf-8")
    rows = [
        [number(cell) for cell in line.strip("| ").split("|")[1:]]
        for line in text.splitlines()
        if re.match(r"\| [a-z].*\d \|$", line)
    ]
    assert len(rows) == 4
    *parts, whole = rows
    for row in rows:
        assert row[2] == row[1] - row[0]
    for column in range(5):
        assert sum(part[column] for part in parts) == whole[column]


def test_the_spending_of_a_comparison_adds_up_across_and_down() -> None:
    text = permanence("compare", "no-cap", "package", *SMALL).out.split("Spending:")[1]
    value = r"([+-]?[\d,]+\.\d)"
    rows = re.findall(
        rf"^ +\w[\w, ]*?  +{value}  +{value}  +{value}  +{value}  +{value}", text, re.M
    )
    assert len(rows) == 4
    *parts, whole = [[number(cell) for cell in row] for row in rows]
    for row in (*parts, whole):
        assert row[2] == row[1] - row[0]
    for column in range(5):
        assert sum(part[column] for part in parts) == whole[column]


@given(parts=st.lists(st.floats(0.0, 4e8), min_size=2, max_size=8))
@settings(max_examples=200)
def test_parts_add_up_to_their_whole_as_written(parts: list[float]) -> None:
    scale = scale_of("London")
    told = [number(scale.number(one)) for one in adding_up(parts, sum(parts), scale)]
    assert sum(told) == number(scale.number(sum(parts)))


def test_who_receives_what_adds_up_and_compare_tells_the_same_total() -> None:
    typed = ("no-cap", "package-to-90", "--runs", "2", "--years", "1", "--jobs", "1", "--quiet")
    text = permanence("money", *typed).out
    who, why = text.split("Why the bill changes")
    cell = r" +([+-]?[\d,.]+)"
    rows = re.findall(rf"^ (\S.*?){cell}{cell}{cell} +\S+ to \S+{cell}$", who, re.MULTILINE)
    amounts = {label: [number(one) for one in cells] for label, *cells in rows}
    bill, purse = amounts.pop("all that boroughs pay"), amounts.pop("the bill, net of HMRC")
    assert len(amounts) == 7
    assert [sum(column) for column in zip(*amounts.values(), strict=True)] == bill
    assert purse == [a - b for a, b in zip(bill, amounts["HMRC, all taxes"], strict=True)]
    assert all(new - old == gap for old, new, gap, _ in (*amounts.values(), bill, purse))
    reasons = re.findall(rf"^ (\S.*?){cell} +\S+ to \S+{cell}$", why, re.MULTILINE)
    *parts, whole = [[number(one) for one in cells] for _, *cells in reasons]
    assert [sum(column) for column in zip(*parts, strict=True)] == whole == bill[2:]
    spending = permanence("compare", *typed).out.split("Spending:")[1]
    total = re.search(rf"^ all that boroughs pay{cell}{cell}{cell}{cell}", spending, re.MULTILINE)
    assert total
    assert [number(one) for one in total.groups()] == bill
