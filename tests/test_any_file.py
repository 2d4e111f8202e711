"""Whatever a file is, and whatever a text says: one sentence before any work, nothing written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.domain.evidence import EvidenceError
from sim.domain.files import MOST_BYTES, FileFaultError, content_of, json_of
from sim.domain.parameters import Parameters
from sim.domain.posterior import parse_posterior
from sim.ensemble.asked import MOST_RUNS, MOST_YEARS, check_size, whole
from sim.ensemble.files import PART, StoreError, sweep, write_atomically
from sim.scenario import ScenarioError, load_figures, load_scenario
from sim.scenario.files import MOST_ANCESTORS
from sim.terminal.quota import jobs_here
from tests.interfaces.command import Answer, files_in, permanence

KEEP = b'extends = "baseline"\n'
MOST_SAID = 400
CONTENTS: dict[str, bytes] = {
    "empty": b"",
    "a mark alone": b"\xef\xbb\xbf",
    "zeros": b"\0" * 100,
    "halves of UTF-16": KEEP.decode().encode("utf-16")[:-1],
    "UTF-16 without a mark": KEEP.decode().encode("utf-16-le"),
    "brackets": b"a = " + b"[" * 500 + b"]" * 500,
    "digits": b"[start]\nyear = " + b"9" * 5_000,
    "a day of another age": KEEP + b"[levers.cap]\ncharge_rate_per_hour = 40\nstart = 1899-01-01\n",
    "a day far off": KEEP + b"[levers.cap]\ncharge_rate_per_hour = 40\nstart = 2101-01-01\n",
    "seconds for a day": KEEP + b"[levers.cap]\nstart = 1711929600\n",
    "a screen in a title": KEEP + b'title = "\\u001b[2Jred"\n',
    "a bell in a reason": KEEP + b'why = "\\u0007"\n',
    "an endless title": KEEP + b'title = "' + b"a" * 5_000 + b'"\n',
    "a bracket for a key": KEEP + b'"[x" = 1\n',
    "a long key": KEEP + b"a" * 5_000 + b" = 1\n",
    "a number for a table": KEEP + b"structure = 5\n",
    "too many drawn in": KEEP
    + b"[parameters]\noutsiders_per_post = 1\noutsider_premium_elasticity = 10\n",
}


def refused(folder: Path, *typed: str) -> str:
    before = files_in(folder) if all(map(os.access, [folder], [os.R_OK])) else {}
    answer: Answer = permanence(*typed, folder=folder)
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert len(answer.err) < MOST_SAID, answer.err
    assert answer.err.isprintable() or answer.err[:-1].isprintable()
    assert files_in(folder) == before
    return answer.err


@pytest.mark.parametrize("name", CONTENTS)
def test_any_content_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(CONTENTS[name])
    assert "own.toml" in refused(tmp_path, "run", "own.toml", "--out", "kept")


@pytest.mark.parametrize("content", [KEEP, b"\xef\xbb\xbf" + KEEP, KEEP.replace(b"\n", b"\r\n")])
def test_marks_and_ends_of_lines_are_read_over(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(content)
    (tmp_path / "wide.toml").write_bytes(KEEP.decode().encode("utf-16"))
    base = load_scenario("baseline").fingerprint()
    assert load_scenario(tmp_path / "own.toml").fingerprint() == base
    assert load_scenario(tmp_path / "wide.toml").fingerprint() == base


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices")
def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    for name in ("pipe.toml", "loop.toml", "zero.toml", f"{'a' * 255}.toml", "gone.toml", "a\0b"):
        for reader in (load_scenario, load_figures):
            with pytest.raises(ScenarioError):
                reader(tmp_path / name)
    with pytest.raises(FileFaultError, match="no pipe and no device"):
        content_of(tmp_path / "zero.toml")


def test_a_file_is_read_up_to_its_bound_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)  # takes no room on a disk
    with pytest.raises(ScenarioError, match="is too large; allowed: at most 5 MB"):
        load_scenario(path)
    path.write_bytes(b"#" * MOST_BYTES)
    assert len(content_of(path)) == MOST_BYTES


def test_a_chain_of_files_has_an_end(tmp_path: Path) -> None:
    for place in range(1_200):
        (tmp_path / f"s{place}.toml").write_text(f'extends = "s{place + 1}"\n')
    with pytest.raises(ScenarioError, match=f"up to {MOST_ANCESTORS}"):
        load_scenario(tmp_path / "s0.toml")


def test_deep_or_broken_json_is_told() -> None:
    for text in ("[" * 100_000, "{" * 9, '{"a":' * 60 + "1" + "}" * 60, "9" * 5_000, b"\xff"):
        with pytest.raises(FileFaultError):
            json_of(text)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("structure=5", "a table of"),
        ("[x=5", "unknown key"),
        ("levers.cap.[x=5", "unknown key"),
        ("start.year=" + "9" * 5_000, "a whole number"),
        ("levers.cap.start=20260401", "a date such as 2026-04-01"),
    ],
)
def test_odd_settings_are_told(setting: str, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, "run", "baseline", "--set", setting)


def test_long_names_fail_before_the_work(tmp_path: Path) -> None:
    for letter in "ab":
        (tmp_path / f"{letter * 120}.toml").write_bytes(KEEP)
    said = refused(tmp_path, "compare", f"{'a' * 120}.toml", f"{'b' * 120}.toml", "--out", "kept")
    assert "at most 100 bytes" in said


def test_a_posterior_needs_a_parameter_and_each_column_once() -> None:
    for header in ("hiring,bid_trigger", "hiring,bid_trigger,bid_speed,bid_speed"):
        with pytest.raises(EvidenceError, match="each once"):
            parse_posterior("own.csv", f"{header}\n".encode())


def test_each_of_two_parameters_may_be_high_but_not_both() -> None:
    Parameters(outsiders_per_post=1.0)
    Parameters(outsider_premium_elasticity=6.0)
    with pytest.raises(ValueError, match="allowed: up to 30"):
        Parameters(outsiders_per_post=1.0, outsider_premium_elasticity=10.0)


@pytest.mark.parametrize("given", [2.0, 1.5, None, True, "2", -1, [], 10**30])
def test_a_whole_number_is_one(given: object) -> None:
    for name, most in (("runs", MOST_RUNS), ("years", MOST_YEARS)):
        with pytest.raises(
            ValueError, match=f"{name}: given .*; allowed: a whole number from 1 to"
        ):
            check_size(**{"runs": 1, "seed": 1, "years": 1, name: given})
        assert whole(name, most, 1, most) == most


def test_overrides_are_a_list() -> None:
    for given in ("parameters.bid_speed=0.2", None, [1]):
        with pytest.raises(ScenarioError, match="allowed: a list of texts"):
            load_scenario("baseline", given)  # type: ignore[arg-type]


def test_what_a_killed_command_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / f".0123.999999999{PART}"
    busy = tmp_path / f".0123.{os.getpid()}{PART}"
    for path in (left, busy):
        path.write_bytes(b"half")
    sweep(tmp_path)
    assert (left.exists(), busy.exists()) == (False, True)
    name = "a" * 255
    write_atomically(tmp_path / name, lambda stream: None)
    assert (tmp_path / name).is_file()


def test_no_room_names_the_file(tmp_path: Path) -> None:
    def full(stream: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left on device") as caught:
        write_atomically(tmp_path / "panel.csv", full)
    assert caught.value.filename == str(tmp_path / "panel.csv")
    assert list(tmp_path.iterdir()) == []


def test_processors_are_those_of_the_container_unless_somebody_says(tmp_path: Path) -> None:
    assert jobs_here({"PERMANENCE_JOBS": "7"}, tmp_path) == 7
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert jobs_here({}, tmp_path) == 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    here = jobs_here({}, tmp_path)
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("-1\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert jobs_here({}, tmp_path) == here >= 1
    for odd in ("0", "many", "9" * 5_000, "-1", "2.5"):
        with pytest.raises(StoreError, match="PERMANENCE_JOBS: given"):
            jobs_here({"PERMANENCE_JOBS": odd}, tmp_path)
