"""`permanence money`: its tables, sentences, files and refusals."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sim.ensemble.run import run_ensemble
from sim.market.ledger import PAYEES
from sim.scenario import load_scenario
from sim.studies.money import charts as charts_money
from sim.studies.money import words as money_words
from sim.studies.money.method.money import HALF_A_PENNY, Amount, Books, received_lines
from sim.studies.money.method.split import MoneyChange, MoneySplit, money_split
from tests.interfaces.command import files_in, permanence, too_wide

SMALL = ("--runs", "2", "--years", "1", "--seed", "7", "--jobs", "1", "--quiet")
PAIR = ("baseline", "package")


@cache
def answered(*typed: str) -> str:
    answer = permanence("money", *typed, *SMALL)
    assert (answer.code, answer.err) == (0, ""), answer
    return answer.out


def answered_json(*typed: str) -> Any:
    return json.loads(answered(*typed, "--json"))


@cache
def kept(scenario: str, unit: str = "London") -> Books:
    opened = Books(unit)
    run_ensemble(load_scenario(scenario), runs=2, seed=7, years=1, each=opened.add)
    return opened


def row_of(text: str, label: str) -> list[str]:
    """Return the numbers of the first row that begins with a label."""
    line = next(line for line in text.splitlines() if line.strip().startswith(label))
    return re.findall(r"[-+]?[\d,]+(?:\.\d+)?", line.strip().removeprefix(label))


# One scenario


@pytest.mark.parametrize("unit", ["London", "Bexley"])
def test_the_ledger_is_what_the_experiments_compute(unit: str) -> None:
    found = answered_json("baseline", "--borough", unit)
    lines = received_lines(kept("baseline", unit).account())
    for row, line in zip(found["received"], lines, strict=True):
        assert (row["name"], row["label"]) == (line.name, line.label)
        assert row["end"]["mean"] == line.end.mean
        assert row["since_start"]["mean"] == line.since_start.mean
    assert [row["name"] for row in found["received"]] == list(PAYEES)
    for part in ("spent", "received"):
        for when in ("start", "end", "since_start"):
            total = sum(row[when]["mean"] for row in found[part])
            assert abs(total - found["bill"][when]["mean"]) < HALF_A_PENNY
    assert sum(row["end_share"] for row in found["received"]) == pytest.approx(1.0)


def test_london_is_shown_in_millions_and_one_employer_in_thousands() -> None:
    london, bexley = answered("baseline"), answered("baseline", "--borough", "Bexley")
    assert "£m a year" in london
    assert "£k a year" in bexley
    bill = kept("baseline").account().bill.mean(axis=0)
    assert row_of(london, "all that boroughs pay")[:2] == [f"{v / 1e6:,.1f}" for v in bill[[0, -1]]]
    bill = kept("baseline", "Bexley").account().bill.mean(axis=0)
    assert row_of(bexley, "all that boroughs pay")[:2] == [f"{v / 1e3:,.0f}" for v in bill[[0, -1]]]


def test_every_payee_is_in_both_tables_and_pence_come_to_a_pound() -> None:
    text = answered("baseline")
    for label in PAYEES.values():
        assert text.count(label.split(" ")[0]) >= 2
    assert row_of(text.split("Shares and posts")[1], "all that boroughs pay")[:2] == ["100.0"] * 2


def test_real_pounds_say_what_they_are_and_never_that_they_are_of_the_day() -> None:
    text = " ".join(answered("baseline", "--real").split())
    assert "pounds at the pay of 2025" in text
    assert "a pay index, not consumer prices (CPI)" in text
    assert "of the day" not in text
    nominal, real = answered_json("baseline"), answered_json("baseline", "--real")
    assert real["start_year_pay"] is True
    assert real["bill"]["end"]["mean"] < nominal["bill"]["end"]["mean"]
    assert real["bill"]["start"] == pytest.approx(nominal["bill"]["start"])


# Two scenarios


def test_the_split_is_what_the_experiments_compute_and_adds_up() -> None:
    found = answered_json(*PAIR)
    expected = money_split(*(kept(name).account() for name in PAIR))
    bill = found["bill"]["difference"]["mean"]
    for part in ("payees", "reasons"):
        for row, line in zip(found[part], getattr(expected, part), strict=True):
            assert (row["name"], row["difference"]["mean"]) == (line.name, line.difference.mean)
        assert abs(sum(row["difference"]["mean"] for row in found[part]) - bill) < HALF_A_PENNY
    hmrc = next(row for row in found["payees"] if row["name"] == "hmrc")
    net = bill - hmrc["difference"]["mean"]
    assert found["public_purse"]["difference"]["mean"] == pytest.approx(net)


def test_tables_and_notes_fit_and_say_what_must_be_said() -> None:
    text = answered(*PAIR)
    assert too_wide(text) == []
    assert too_wide(answered("baseline", "--borough", "Kingston upon Thames")) == []
    flat = " ".join(text.split())
    for said in (
        "Assumptions fitted to",
        "means, so that they add up",
        "permanent share of the workforce",
        "permanent share of posts",
        "unfilled posts",
        "the public purse (boroughs and HMRC together)",
        "For each filled post",
    ):
        assert said in flat, said
    assert "Tables and charts give medians" not in flat
    assert "Chance of 90 %" not in flat


def test_a_policy_beside_itself_changes_nothing() -> None:
    text = " ".join(answered("baseline", "baseline").split())
    assert "Under 'London as it is' boroughs pay the same as under 'London as it is'." in text
    assert "Saved a year by" not in text
    assert "Who receives less a year: nobody; who receives more: nobody" in text


def change(name: str, mean: float) -> MoneyChange:
    return MoneyChange(name, name, 0.0, mean, Amount(mean, mean, mean), Amount(mean, mean, mean))


def split_of(bill: float, hmrc: float, empty: float = 0.0) -> MoneySplit:
    return MoneySplit(
        payees=[change("workers", bill - hmrc), change("hmrc", hmrc)],
        bill=change("bill", bill),
        public_purse=change("public_purse", bill - hmrc),
        reasons=[change("price", bill - empty), change("empty", empty), change("posts", 0.0)],
    )


@pytest.mark.parametrize(
    ("bill", "hmrc", "said"),
    [
        (-10e6, -4e6, "save £10.0m a year, but HMRC receives £4.0m less; the public purse"),
        (-10e6, -4e6, "is £6.0m a year better off"),
        (-10e6, -14e6, "is £4.0m a year worse off"),
        (-10e6, -10e6, "is neither better nor worse off"),
        (-10e6, 3e6, "HMRC receives £3.0m a year more; the public purse"),
        (10e6, 4e6, "is £6.0m a year worse off"),
    ],
)
def test_a_saving_that_hmrc_loses_is_told_as_a_shift(bill: float, hmrc: float, said: str) -> None:
    sentence = money_words._public_purse(split_of(bill, hmrc), "London")
    assert said in sentence
    assert sentence.startswith("Cost shift") is (bill < 0 and hmrc < 0)


def test_the_public_purse_does_not_gain_by_work_not_done() -> None:
    caveat = "the work not done in empty posts counted as if it were a saving"
    told = {
        empty: money_words._public_purse(split_of(-10e6, -4e6, empty), "London")
        for empty in (-7e6, 0.0, 7e6)
    }
    assert [caveat in told[empty] for empty in told] == [True, False, False]
    same = money_words._public_purse(split_of(0.0, 0.0), "London")
    assert same.startswith("HMRC receives as much as before")


def test_an_empty_post_is_never_told_as_a_saving() -> None:
    less = money_words._work(split_of(-10e6, 0.0, empty=-7e6), "London")
    assert "£7.0m a year less is paid because more posts stand empty" in less[0]
    assert "work not done, not a saving" in less[0]
    assert less[1] == "For the same filled posts boroughs pay £3.0m a year less."
    more = money_words._work(split_of(-10e6, 0.0, empty=7e6), "Bexley")
    assert "£7,000k a year more is paid because fewer posts stand empty" in more[0]
    assert more[1] == "For the same filled posts Bexley pays £17,000k a year less."


# Files and charts


@pytest.mark.slow
def test_out_leaves_tables_charts_and_results_and_the_same_command_adds_nothing(
    tmp_path: Path,
) -> None:
    out = tmp_path / "money"
    first = permanence("money", *PAIR, *SMALL, "--out", str(out))
    assert first.code == 0, first
    left = files_in(out)
    wanted = {"money.csv", "money-split.csv", "baseline/manifest.json", "package/panel.csv"}
    wanted |= {f"baseline-and-package/money.{kind}" for kind in ("png", "svg")}
    assert wanted <= set(left)
    assert not [name for name in left if name.endswith(".part")]
    with (out / "money-split.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    parts = [r for r in rows if r["measure"] == "pounds_per_year" and r["by"] == "reason"]
    (bill,) = (r for r in rows if r["line"] == "bill" and r["measure"] == "pounds_per_year")
    total = sum(float(row["difference"]) for row in parts)
    assert abs(total - float(bill["difference"])) < HALF_A_PENNY
    other = tmp_path / "other"
    again = permanence("money", *PAIR, *SMALL[:-3], "--jobs", "2", "--quiet", "--out", str(other))
    assert again.code == 0, again
    for name in ("money.csv", "money-split.csv", "baseline-and-package/money.svg"):
        assert files_in(other)[name] == left[name], name
    assert permanence("money", *PAIR, *SMALL, "--out", str(out)).out == first.out
    assert files_in(out).keys() == left.keys()


def test_a_ledger_goes_into_a_folder_of_run(tmp_path: Path) -> None:
    place = ("--out", str(tmp_path / "r"))
    assert permanence("money", "baseline", *SMALL, *place).code == 0
    left = files_in(tmp_path / "r")
    assert {"money.csv", "summary.csv", "figures/money.png"} <= set(left)
    other = permanence("money", "no-cap", *SMALL, *place)
    assert (other.code, other.out) == (2, "")
    assert "holds another result" in other.err
    assert files_in(tmp_path / "r") == left


def test_charts_say_their_finding_in_the_title_and_in_words() -> None:
    pair = money_words.Pair(
        *(run_ensemble(load_scenario(name), runs=2, seed=7, years=1) for name in PAIR),
        *(kept(name).account() for name in PAIR),
        money_split(*(kept(name).account() for name in PAIR)),
    )
    chart = charts_money.split_chart(pair, "London")
    bill = abs(pair.split.bill.difference.mean) / 1e6
    assert f"£{bill:.1f}m a year" in chart.figure.headline
    assert chart.figure.headline in chart.alt_text
    for line in (*pair.split.payees, *pair.split.reasons):
        assert line.label in chart.alt_text
    ledger = charts_money.ledger_chart(pair.base, pair.old_account, "London", real=True)
    assert "at the pay of 2025" in " ".join(
        text.get_text() for axes in ledger.figure.axes for text in axes.texts
    )


def test_a_waterfalls_bars_begin_where_the_last_ended_and_its_axis_holds_them() -> None:
    scale = money_words.scale_of("London")
    steps = [
        charts_money.Step("a", Amount(-3e6, -9e6, 1e6)),
        charts_money.Step("b", Amount(5e6, 4e6, 6e6)),
        charts_money.Step("all", Amount(2e6, 0.0, 4e6), is_sum=True),
    ]
    assert charts_money._spans(steps, scale) == [(0.0, -3.0), (-3.0, 2.0), (0.0, 2.0)]
    low, high = charts_money._reach(steps, scale)
    assert low < -9.0
    assert high > 4.0


# Bad input


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("baselin",), ("baselin", "did you mean")),
        (("baseline", "vicious-circle"), ("2014-09-30", "one start date")),
        (("baseline", "--borough", "Bexly"), ("--borough", "Bexly", "Bexley")),
        (("baseline", "--runs", "0"), ("--runs", "given 0", "from 1")),
        (("baseline", "package", "--set", "parameters.bid_sped=1"), ("bid_sped", "bid_speed")),
        ((), ("SCENARIO",)),
    ],
)
def test_bad_input_is_told_in_one_line_and_leaves_nothing(
    typed: tuple[str, ...], named: tuple[str, ...], tmp_path: Path
) -> None:
    answer = permanence("money", *typed, "--out", "here", folder=tmp_path)
    assert (answer.code, answer.out) == (2, "")
    assert len(answer.err.splitlines()) == 1
    for word in named:
        assert word in answer.err
    assert files_in(tmp_path) == {}


def test_a_file_where_a_folder_is_expected_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    for names in (("baseline",), PAIR):
        answer = permanence("money", *names, *SMALL, "--out", "taken", folder=tmp_path)
        assert (answer.code, answer.out) == (2, "")
        assert "is a file" in answer.err
    assert files_in(tmp_path) == {"taken": b"mine"}
