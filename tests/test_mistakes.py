"""Mistakes an analyst makes: each message names file and line, what was given, what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.domain.slips import line_of, meant
from sim.scenario import ScenarioError, load_figures, load_scenario

HEAD = 'title = "Ours"\nextends = "baseline"\n\n[levers.cap]\nstart = 2027-04-01\n'
LINE = 6
CHARGE, MEMBERS, START = "charge_rate_per_hour", "members", "start"


def said_of(folder: Path, line: str, head: str = HEAD, encoding: str = "utf-8") -> str:
    path = folder / "ours.toml"
    path.write_bytes(f"{head}{line}\n".encode(encoding))
    with pytest.raises(ScenarioError) as fault:
        load_scenario(path)
    return str(fault.value)


@pytest.mark.parametrize(
    ("line", "given", "write"),
    [
        # shares
        ("tolerance = 8", "given 8;", "write 0.08 for 8 %"),
        ("tolerance = 87.5", "given 87.5;", "write 0.875 for 87.5 %"),
        ('tolerance = "87.5%"', "given '87.5%'", "write 0.875"),
        ("tolerance = 87.5%", "given 87.5%", "write 0.875"),
        ("tolerance = 87,5 %", "given 87,5 %", "write 0.875"),
        # money
        (f"{CHARGE} = 38,50", "given 38,50", "write 38.50"),
        (f"{CHARGE} = £38", "given £38", "write 38"),
        (f'{CHARGE} = "£38.50"', "given '£38.50'", "write 38.50"),
        (f'{CHARGE} = "38.5"', "given '38.5'", "write 38.5"),
        (f"{CHARGE} = 38 # an hour, £\ntolerance = £1", "given £1", "write 1"),
        # quotes
        ("basis = “charge”", "given “charge”", 'write "charge"'),
        ("basis = ‘charge’", "given ‘charge’", 'write "charge"'),
        ("basis = charge", "given charge", 'write "charge"'),
        # yes and no
        ("uprated = yes", "given yes", "write true"),
        ("uprated = True", "given True", "write true"),
        ('uprated = "no"', "given 'no'", "write false"),
    ],
)
def test_a_value_written_as_people_do(line: str, given: str, write: str, tmp_path: Path) -> None:
    said = said_of(tmp_path, line)
    number = LINE + line.count("\n")
    assert f"ours.toml, line {number}: " in said
    assert given in said
    assert said.endswith(write), said


@pytest.mark.parametrize("given", ["01/04/2026", "1.4.2026", "1 April 2026", "April 2026"])
@pytest.mark.parametrize("quote", ["", '"', "“"])
def test_a_day_as_it_is_written_in_letters(given: str, quote: str, tmp_path: Path) -> None:
    head = HEAD.replace("start = 2027-04-01\n", "")
    end = "”" if quote == "“" else quote
    said = said_of(tmp_path, f"start = {quote}{given}{end}", head)
    assert "ours.toml, line 5: " in said
    assert given in said
    assert said.endswith("write 2026-04-01"), said


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("rate = 38", "levers.cap.rate: unknown key (did you mean 'charge_rate_per_hour'?)"),
        ("charge_rate = 38", "(did you mean 'charge_rate_per_hour'?)"),
        ("bid_speed = 0.2", "(did you mean 'parameters.bid_speed'?)"),
        (f"{CHARGE} = -38", "given -38; allowed: a number from 5 to 500"),
    ],
)
def test_a_key_that_is_none_is_told_with_its_line(line: str, told: str, tmp_path: Path) -> None:
    said = said_of(tmp_path, line)
    assert said.startswith(f"ours.toml, line {LINE}: levers.cap.")
    assert told in said


def test_a_parameter_that_is_a_lever(tmp_path: Path) -> None:
    said = said_of(tmp_path, f"[parameters]\n{CHARGE} = 38", head="")
    assert said.startswith(f"ours.toml, line 2: parameters.{CHARGE}: unknown key")
    assert f"did you mean 'levers.cap.{CHARGE}'" in said


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_lines_are_counted_with_a_mark_and_with_the_ends_of_another_system(
    encoding: str, tmp_path: Path
) -> None:
    said = said_of(tmp_path, "tolerance = 8", HEAD.replace("\n", "\r\n"), encoding)
    assert f"ours.toml, line {LINE}: levers.cap.tolerance: given 8" in said


def test_a_councils_own_figures_are_told_by_line_and_a_table_is_no_file_of_them(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own.toml"
    for text, told in (
        ('["Bexley"]\npermanent_fte = 95,5\n', "own.toml, line 2: permanent_fte: given 95,5"),
        ('["Bexley"]\npermanent_fte = "95"\n', "own.toml, line 2: Bexley.permanent_fte: given"),
    ):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError) as fault:
            load_figures(own)
        assert told in str(fault.value)
        assert "; write 95" in str(fault.value)
    table = tmp_path / "own.csv"
    table.write_text("employer,permanent_fte\nBexley,95\n", encoding="utf-8-sig")
    with pytest.raises(ScenarioError, match="borough-data template"):
        load_figures(table)


def test_what_nobody_can_mean_gets_no_advice() -> None:
    for text in ("", "abc def ghi?", "2026-13-45", "31/02/2026", "1,2,3", "--"):
        assert meant(text) is None, text
    assert meant("1,000") == "1000"
    assert meant("£1,250.50") == "1250.50"


def test_a_keys_line_is_its_own_or_that_of_the_table_it_lies_in() -> None:
    text = "# levers.cap.start = 1\n[levers.cap]\nstart = 1\n\n[[levers.tax.terms]]\nyear = 2\n"
    assert line_of(text, "levers.cap.start") == 3
    assert line_of(text, "levers.cap.members") == 2
    assert line_of(text, "levers.tax.terms.year") == 6
    assert line_of(text, "structure.hiring") is None
