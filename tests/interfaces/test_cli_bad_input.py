"""Bad input: exit code 2, one line that says what to do, nothing on disk, whatever it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.interfaces.command import Answer, files_in, permanence, permanence_process

NEVER_SAID = (
    "Traceback",
    "Input should be",
    "type=",
    "validation error",
    "Value error",
    "unable to parse",
    "pydantic",
    "Errno",
    "object at 0x",
)
"""Words of machinery."""
KEEP = "[levers.cap]\ncharge_rate_per_hour = 40.0\n"
HAND_WRITTEN: dict[str, str | bytes] = {
    "unknown-key.toml": 'extends = "baseline"\ntoleranse = 1\n',
    "typo.toml": 'extends = "baseline"\n[levers.cap]\nmember = 1.0\n',
    "typo-in-parameter.toml": "[parameters]\nbid_sped = 1.0\n",
    "text-for-number.toml": '[levers.cap]\ncharge_rate_per_hour = "forty"\n',
    "text-for-yes.toml": '[levers.cap]\nuprated = "yes"\n',
    "part-of-month.toml": "[levers.cap]\nramp_months = 2.5\n",
    "number-for-table.toml": "levers = 3\n",
    "list-for-parameters.toml": "parameters = [1]\n",
    "number-for-title.toml": "title = 3\n",
    "negative-pay.toml": "[levers.cap]\ncharge_rate_per_hour = -3\n",
    "not-a-date.toml": '[levers.cap]\nstart = "soon"\n',
    "number-for-date.toml": "[levers.cap]\nstart = 2024\n",
    "no-such-day.toml": "[levers.cap]\nstart = 2024-13-01\n",
    "date-out-of-range.toml": "[start]\nstylised = true\nvacancy_share = 0.2\ndate = 1990-09-30\n",
    "date-not-a-census.toml": "[start]\nstylised = true\nvacancy_share = 0.2\ndate = 2016-09-29\n",
    "stylised-without-date.toml": "[start]\nstylised = true\n",
    "date-without-stylised.toml": "[start]\ndate = 2016-09-30\n",
    "year-without-data.toml": "[start]\nyear = 2012\n",
    "unknown-borough.toml": KEEP + 'members = ["Bexly"]\n',
    "no-borough-at-all.toml": KEEP + 'members = ["Paris"]\n',
    "members-as-a-count.toml": KEEP + "members = 12\n",
    "members-as-yes.toml": KEEP + "members = true\n",
    "cap-without-price.toml": "[levers.cap]\nmembers = 0.5\n",
    "frozen-without-year.toml": '[levers.tax]\nlaw = "frozen"\n',
    "frozen-too-early.toml": '[levers.tax]\nlaw = "frozen"\nfrozen_tax_year = "2010/11"\n',
    "frozen-at-no-year.toml": '[levers.tax]\nlaw = "frozen"\nfrozen_tax_year = "2016"\n',
    "unknown-choice.toml": '[structure]\nhiring = "fast"\n',
    "unknown-link.toml": '[structure]\ncut_links = ["pay"]\n',
    "text-for-list.toml": '[structure]\ncut_links = "pay"\n',
    "names-itself.toml": 'name = "other"\n',
    "round.toml": 'extends = "about"\n',
    "about.toml": 'extends = "round"\n',
    "orphan.toml": 'extends = "gone"\n',
    "near-orphan.toml": 'extends = "baselin"\n',
    "extends-a-number.toml": "extends = 3\n",
    "broken.toml": "[levers.cap\n",
    "latin-1.toml": 'title = "£40"\n'.encode("latin-1"),
    "not-a-number.toml": "[parameters]\nbid_speed = nan\n",
}
KNOWN = "baseline, bexley"


@dataclass(frozen=True)
class Bad:
    """A mistake: what was typed, and what the message must name."""

    name: str
    typed: tuple[str, ...]
    named: tuple[str, ...]


def in_file(file: str, *named: str) -> Bad:
    return Bad(file, ("scenario", "check", file), (file, *named))


def setting(assignment: str, *named: str) -> Bad:
    return Bad(f"--set {assignment}", ("run", "baseline", "--set", assignment), named)


def option(*typed: str, named: tuple[str, ...]) -> Bad:
    return Bad(" ".join(typed), typed, named)


def payslip(*typed: str, named: tuple[str, ...]) -> Bad:
    return Bad(" ".join(typed), ("take-home", *typed), named)


PRICE = "levers.cap.charge_rate_per_hour"
MISTAKES = [
    # scenario files
    in_file("unknown-key.toml", "toleranse: unknown key", "allowed here: extends, title, why"),
    in_file("typo.toml", "levers.cap.member: unknown key", "did you mean 'members'?"),
    in_file("typo-in-parameter.toml", "parameters.bid_sped", "'bid_speed'", "describe parameters"),
    in_file("text-for-number.toml", PRICE, "'forty'", "a number from 5 to 500"),
    in_file("text-for-yes.toml", "levers.cap.uprated", "'yes'", "true or false"),
    in_file("part-of-month.toml", "levers.cap.ramp_months", "2.5", "a whole number from 0 to 240"),
    in_file("number-for-table.toml", "levers", "given 3", "a table of cap, tax, permanent_offer"),
    in_file("list-for-parameters.toml", "parameters", "given [1]", "describe parameters"),
    in_file("number-for-title.toml", "title", "given 3", "text in quotes"),
    in_file("negative-pay.toml", PRICE, "given -3", "5 to 500"),
    in_file("not-a-date.toml", "levers.cap.start", "'soon'", "a date such as 2026-04-01"),
    in_file("number-for-date.toml", "levers.cap.start", "2024", "a date such as 2026-04-01"),
    in_file("no-such-day.toml", "not valid TOML", "line 2"),
    in_file("date-out-of-range.toml", "start", "30 September from 2013 to 2026"),
    in_file("date-not-a-census.toml", "start", "30 September from 2013 to 2026"),
    in_file("stylised-without-date.toml", "start", "needs a date"),
    in_file("date-without-stylised.toml", "start", "stylised = true"),
    in_file("year-without-data.toml", "start", "no census for 2012", "2017 to 2025"),
    in_file("unknown-borough.toml", "levers.cap.members", "'Bexly'", "did you mean Bexley?"),
    in_file("no-borough-at-all.toml", "levers.cap.members", "'Paris'", "London's boroughs"),
    in_file("members-as-a-count.toml", "levers.cap.members", "12", "share from 0 to 1"),
    in_file("members-as-yes.toml", "levers.cap.members", "True", "share from 0 to 1"),
    in_file("cap-without-price.toml", "levers.cap", "charge_rate_per_hour is needed"),
    in_file("frozen-without-year.toml", "levers.tax", "frozen_tax_year is needed"),
    in_file("frozen-too-early.toml", "levers.tax", "2010/11", "2013/14 to 2026/27"),
    in_file("frozen-at-no-year.toml", "levers.tax", "'2016'", "2017/18"),
    in_file("unknown-choice.toml", "structure.hiring", "'fast'", "'supply_limited'"),
    in_file("unknown-link.toml", "structure.cut_links", "'pay'", "'pay_draws_to_agency'"),
    in_file("text-for-list.toml", "structure.cut_links", "'pay'", "a list"),
    in_file("names-itself.toml", "name", "not set in a file"),
    in_file("round.toml", "extends", "circle", "round -> about -> round"),
    in_file("orphan.toml", "extends", "'gone'", KNOWN),
    in_file("near-orphan.toml", "extends", "'baselin'", "did you mean 'baseline'?"),
    in_file("extends-a-number.toml", "extends", "given 3", "a scenario's name"),
    in_file("broken.toml", "not valid TOML", "line 1"),
    in_file("latin-1.toml", "UTF-8"),
    in_file("not-a-number.toml", "parameters.bid_speed", "nan", "0 to 5"),
    in_file("absent.toml", "cannot be read", "No such file"),
    in_file("folder.toml", "a folder, where a scenario file"),
    # --set
    setting("levers.cap.members", "--set levers.cap.members", "key=value"),
    setting("=3", "--set =3", "key=value"),
    setting(f"{PRICE}=nan", PRICE, "given nan", "5 to 500"),
    setting(f"{PRICE}=inf", PRICE, "given inf", "5 to 500"),
    setting(f"{PRICE}=£40", PRICE, "'£40'", "a number from 5 to 500"),
    setting("levers.cap.tolerance=true", "levers.cap.tolerance", "True", "0 to 1"),
    setting("levers=3", "levers", "given 3", "a table"),
    setting("title=mine", "--set title=mine", "cannot be set"),
    setting("extends=no-cap", "--set extends=no-cap", "cannot be set"),
    setting("fixed_parameters=x", "--set fixed_parameters=x", "cannot be set"),
    setting("bid_speed=1", "bid_speed", "did you mean 'parameters.bid_speed'?"),
    setting("parameters.bid_speed=100", "parameters.bid_speed", "given 100", "0 to 5"),
    setting("levers.cap.members=nowhere", "levers.cap.members", "'nowhere'"),
    setting("start.year=2012", "start", "2012", "2017 to 2025"),
    # options
    option("run", "baseline", "--runs", "0", named=("--runs", "given 0", "1 to 100000")),
    option("run", "baseline", "--runs", "nan", named=("--runs", "given nan", "whole number")),
    option("run", "baseline", "--runs", "2.5", named=("--runs", "given 2.5", "whole number")),
    option("run", "baseline", "--runs", named=("--runs", "requires an argument")),
    option("run", "baseline", "--seed", "-1", named=("--seed", "given -1", "from 0")),
    option("run", "baseline", "--years", "0", named=("--years", "given 0", "1 to 30")),
    option("run", "baseline", "--years", "99", named=("--years", "given 99", "1 to 30")),
    option("run", "baseline", "--jobs", "0", named=("--jobs", "given 0", "1 to 256")),
    option("run", "baseline", "--parameters", "fitted", named=("--parameters", "prior")),
    option("run", "baseline", "--borough", "Bexly", named=("--borough", "'Bexly'", "Bexley?")),
    option("run", "baseline", "--borough", "", named=("--borough", "''")),
    option("run", "baseline", "--colour", "red", named=("--colour", "permanence run --help")),
    option("run", "nocap", named=("'nocap'", "did you mean 'no-cap'?", KNOWN)),
    option("run", "zzz", named=("'zzz'", KNOWN, ".toml")),
    option("run", ".", named=("a folder, where a scenario file",)),
    option("run", named=("SCENARIO", "permanence run --help")),
    option("circle", "--runs", "1", named=("--runs", "given 1", "2 to 100000")),
    option("circle", "baseline", named=("2014-09-30", "2025-09-30", "one start date")),
    option("compare", "baseline", named=("POLICIES", "permanence compare --help")),
    option("compare", "baseline", "packige", named=("'packige'", "did you mean 'package'?")),
    option("compare", "baseline", "vicious-circle", named=("2014-09-30", "one start date")),
    option("compare", "no-cap", "mine/no-cap.toml", named=("no-cap", "rename a file")),
    option("rnu", "baseline", named=("'rnu'", "'run'", "permanence --help")),
    option("scenario", "shwo", named=("'shwo'", "'show'", "permanence scenario --help")),
    option("describe", "levels", named=("given levels", "model, parameters, levers, outcomes")),
    # where results go
    option("run", "baseline", "--out", "a-file", named=("--out a-file", "a folder is expected")),
    option("run", "baseline", "--out", "a-file/in", named=("--out a-file/in", "cannot be made")),
    option("run", "baseline", "--out", "foreign", named=("--out foreign", "holds no result")),
    option("compare", "no-cap", "baseline", "--out", "a-file", named=("--out a-file", "a folder")),
    option("compare", "no-cap", "baseline", "--out", "foreign", named=("--out foreign", "new")),
    option("demo", "--out", "foreign", named=("--out foreign", "holds no result")),
    option("demo", "--out", "a-file", named=("--out a-file", "a folder is expected")),
    # payslips
    payslip(
        "--route", "umbrella", named=("umbrella", "--assignment-rate or --charge-rate", "none")
    ),
    payslip("--assignment-rate", "35", named=("--route", "umbrella", "permanent")),
    payslip("--route", "umbrela", "--charge-rate", "40", named=("--route", "umbrela", "umbrella")),
    payslip("--route", "permanent", "--assignment-rate", "35", named=("permanent", "--salary")),
    payslip("--route", "umbrella", "--salary", "40000", named=("umbrella", "--charge-rate")),
    payslip(
        *("--route", "umbrella", "--assignment-rate", "35", "--charge-rate", "40"),
        named=("--assignment-rate and --charge-rate", "no other price"),
    ),
    payslip("--route", "umbrella", "--charge-rate", "-40", named=("--charge-rate", "given -40")),
    payslip("--route", "umbrella", "--charge-rate", "nan", named=("--charge-rate", "given nan")),
    payslip("--route", "umbrella", "--charge-rate", "£40", named=("--charge-rate", "£40")),
    payslip("--route", "permanent", "--salary", "1e12", named=("--salary", "1e+12", "allowed")),
    payslip("--route", "permanent", "--salary", "-1", named=("--salary", "given -1")),
    payslip(
        *("--route", "umbrella", "--charge-rate", "40", "--tax-year", "2010/11"),
        named=("--tax-year", "2010/11", "2013/14 to 2026/27"),
    ),
    payslip(
        *("--route", "umbrella", "--charge-rate", "40", "--tax-year", "2021-22"),
        named=("--tax-year", "'2021-22'", "2017/18"),
    ),
    payslip(
        *("--route", "umbrella", "--charge-rate", "40", "--hours-per-week", "0"),
        named=("--hours-per-week", "given 0", "1 to 80"),
    ),
    payslip(
        *("--route", "umbrella", "--charge-rate", "40", "--agency-margin", "2"),
        named=("--agency-margin", "given 2", "0 to 0.5"),
    ),
    payslip(
        *("--route", "psc_outside", "--charge-rate", "40", "--vat-scheme", "some"),
        named=("--vat-scheme", "'some'", "'flat_rate' or 'none'"),
    ),
    payslip(
        *("--route", "psc_outside", "--charge-rate", "40", "--director-salary", "-1"),
        named=("--director-salary", "-1", "primary_threshold", "200000"),
    ),
]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with every bad file on it."""
    for name, text in HAND_WRITTEN.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "a-file").write_text("mine\n")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "diary.txt").write_text("mine\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "no-cap.toml").write_text('extends = "baseline"\n')
    return tmp_path


def refused(run: Callable[..., Answer], mistake: Bad, desk: Path) -> None:
    """Check that a mistake is told in one line and changes nothing on disk."""
    before = files_in(desk)
    answer = run(*mistake.typed, folder=desk)
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.endswith("\n")
    assert answer.err.count("\n") == 1, f"one line, not {answer.err!r}"
    assert answer.err.startswith("permanence: ")
    for machinery in NEVER_SAID:
        assert machinery not in answer.err
    for fragment in mistake.named:
        assert fragment in answer.err
    assert files_in(desk) == before


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_bad_input_is_told_in_one_line_and_changes_nothing(mistake: Bad, desk: Path) -> None:
    refused(permanence, mistake, desk)


AS_PROCESSES = [MISTAKES[0], option("run", "nocap", named=("'nocap'", "'no-cap'"))]


@pytest.mark.slow
@pytest.mark.parametrize("mistake", AS_PROCESSES, ids=lambda mistake: mistake.name)
def test_a_process_refuses_in_the_same_way(mistake: Bad, desk: Path) -> None:
    refused(permanence_process, mistake, desk)


def test_there_are_more_than_enough_kinds_of_mistake() -> None:
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES) > 25


def test_a_result_folder_takes_no_other_result(tmp_path: Path) -> None:
    from sim.answers.results import MANIFEST

    (tmp_path / "held").mkdir()
    (tmp_path / "held" / MANIFEST).write_text('{"fingerprint": "another-1-10-posterior"}\n')
    mistake = option("run", "baseline", "--out", "held", named=("--out held", "another result"))
    refused(permanence, mistake, tmp_path)


@pytest.mark.parametrize(
    "typed",
    [
        ("run", "baseline", "--out", os.fsdecode(b"r\xe9sultats")),
        ("loops", "baseline", "--out=" + os.fsdecode(b"r\xe9sultats")),
        ("scenario", "check", os.fsdecode(b"r\xe9sultats.toml")),
        ("borough-data", "template", "--out", os.fsdecode(b"r\xe9sultats.toml")),
    ],
    ids=lambda typed: typed[0],
)
def test_a_name_that_is_not_utf_8_is_refused_before_any_work(
    typed: tuple[str, ...], tmp_path: Path
) -> None:
    answer = permanence_process(*typed, folder=tmp_path)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("permanence: given ")
    assert answer.err.endswith("; allowed: names in UTF-8\n")
    assert r"r\xe9sultats" in answer.err
    assert answer.err.count("\n") == 1
    assert not files_in(tmp_path)
