"""How numbers are written for people, and that tables and notes keep to 80 columns."""

from __future__ import annotations

import math

import pytest

from sim.terminal.progress import progress_bar
from sim.words.tables import labelled, print_notes, print_table, shown, spread, wrapped
from tests.interfaces.command import too_wide


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.7695, "share", "77.0 %"),
        (1.0, "share", "100.0 %"),
        (-0.0001, "share", "0.0 %"),
        (0.125, "share of runs", "12 %"),
        (46.307, "£ per hour", "£46.31"),
        (1234.5, "£ per hour at start-year pay", "£1,234.50"),
        (128_340_000.0, "£ per year", "£128.3m"),
        (4_213_000.0, "£ per year", "£4.21m"),
        (-53_600_000.0, "£ per year", "-£53.6m"),
        (0.0, "£ per year", "£0.00m"),
        (1234.56, "FTE", "1,234.6"),
        (math.nan, "share", "-"),
        (math.inf, "£ per hour", "-"),
        (None, "FTE", "-"),
    ],
)
def test_a_number_is_written_as_people_read_it(value: float | None, unit: str, text: str) -> None:
    assert shown(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0189, "share", "+1.9"),
        (-0.0189, "share", "-1.9"),
        (0.0001, "share", "0.0"),
        (-0.0001, "share", "0.0"),
        (0.5, "share of runs", "+50"),
        (0.0, "share of runs", "0"),
        (3.755, "£ per hour", "+£3.75"),
        (-5.18, "£ per hour", "-£5.18"),
        (-0.001, "£ per hour", "£0.00"),
        (-53_600_000.0, "£ per year", "-£53.6m"),
        (840_000.0, "£ per year", "+£0.84m"),
        (math.nan, "share", "-"),
    ],
)
def test_a_difference_has_a_sign_unless_it_rounds_to_nothing(
    value: float, unit: str, text: str
) -> None:
    assert shown(value, unit, signed=True) == text


def test_an_interval_names_its_unit() -> None:
    assert spread(0.766, 0.79, "share") == "76.6 to 79.0 %"
    assert spread(-0.01, 0.02, "share", signed=True) == "-1.0 to +2.0"
    assert spread(47.06, 48.52, "£ per hour") == "£47.06 to £48.52"
    assert spread(math.nan, math.nan, "share") == "-"


def test_a_label_says_the_unit_its_number_does_not() -> None:
    assert labelled("mean charge rate", "£ per hour") == "mean charge rate per hour"
    assert labelled("agency cost", "£ per year") == "agency cost per year"
    assert labelled("unfilled posts", "share") == "unfilled posts"


def test_a_table_wraps_what_is_too_long(capsys: pytest.CaptureFixture[str]) -> None:
    long = "an outcome with a name that goes on and on " * 3
    print_table(long, ("", *["a column"] * 4), [(long, *["£123,456,789.00"] * 4)])
    print_notes([long * 2, "levers.cap.members=" + "x" * 100])
    text = capsys.readouterr().out
    assert too_wide(text) == []
    for word in (*long.split(), "£123,456,789.00"):
        assert word in text
    assert "\x1b" not in text


def test_a_wrapped_note_hangs_and_keeps_its_words_whole() -> None:
    lines = wrapped("Boroughs hire in a supply-limited market " * 4, hanging="  ")
    assert all(line.startswith("  ") for line in lines[1:])
    assert not any(line.endswith("-") for line in lines)


def test_no_notes_print_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    print_notes([])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("seconds", "jobs", "said"),
    [
        (0.05, 1, ""),
        (0.5, 1, "baseline: expected to take about 50 seconds\n"),
        (0.5, 4, "baseline: expected to take about 12 seconds\n"),
        (6.0, 1, "baseline: expected to take about 10 minutes\n"),
    ],
)
def test_a_long_job_says_once_how_long_it_may_take(
    seconds: float, jobs: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("baseline", jobs, quiet=False) as progress:
        progress(1, 101, 0.0)  # found in the results folder
        progress(2, 102, seconds)
        progress(3, 102, seconds)
    assert capsys.readouterr() == ("", said)


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("baseline", 1, quiet=True) as progress:
        progress(1, 100, 60.0)
    assert capsys.readouterr() == ("", "")


def test_no_number_is_cut_short_where_a_table_is_too_wide(
    capsys: pytest.CaptureFixture[str],
) -> None:
    numbers = [f"{place:.10f}" for place in range(1, 11)]
    print_table("wide", ("", *(f"column {place}" for place in range(10))), [("row", *numbers)])
    text = capsys.readouterr().out
    assert all(number in text for number in numbers)
