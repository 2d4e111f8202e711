"""The stamp: what can move a number changes it, nothing else does, and it is of what was loaded."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sim.ensemble import run, stamp
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.replicate import RunRecord, RunSpec, run_once
from sim.ensemble.run import run_ensemble
from sim.ensemble.stamp import LOADED, Rooms, Stamp, package_version, stamp_of_this_code
from sim.ensemble.store import RunStore
from sim.scenario import load_scenario
from tests.ensemble.copies import (
    EQUATIONS,
    FIVEFOLD,
    ROOT,
    copied_package,
    edit,
    permanence_of,
    python,
    stamp_of,
)

SMALL = {"runs": 2, "seed": 3, "years": 1}
TYPED = ("run", "no-cap", "--runs", "2", "--years", "1", "--quiet", "--out", "kept")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied_package(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def own(copy: Path, tmp_path: Path) -> Path:
    """A copy of one's own, to be edited."""
    return Path(shutil.copytree(copy, tmp_path / "own"))


def parts_that_changed(before: str, after: str) -> set[str]:
    """Return which parts of the two stamps differ."""
    found = set()
    for one, other in zip(before.split(), after.split(), strict=True):
        old, new = Stamp.read(one), Stamp.read(other)
        assert old is not None
        assert new is not None
        found |= {part for part, value in vars(old).items() if getattr(new, part) != value}
    return found


# What it is


def test_a_stamp_reads_back_from_its_word() -> None:
    mine = stamp_of_this_code()
    assert Stamp.read(str(mine)) == mine
    assert Stamp.read("0.2.0+local-aa-bb") == Stamp("0.2.0+local", "aa", "bb")
    for word in ("", "main", "a-b", "--", ".DS_Store"):
        assert Stamp.read(word) is None


def test_the_version_is_that_of_the_checkout_not_of_an_older_install() -> None:
    assert f'version = "{package_version()}"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_a_hash_that_was_taken_of_the_same_bytes_is_not_taken_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    taken = Rooms("rules").code
    (kept,) = tmp_path.glob("permanence-code-*/*")
    assert kept.read_text("ascii") == taken
    with monkeypatch.context() as without:
        without.setattr(stamp, "code_hash", None)
        assert Rooms("rules").code == taken
    kept.write_text("no hash", "ascii")
    assert Rooms("rules").code == taken == kept.read_text("ascii")


def test_a_questions_own_code_and_the_tables_it_makes_are_its_own() -> None:
    whole = stamp_of_this_code()
    game = stamp_of_this_code(Rooms("studies/coalition/method"))
    assert replace(game, code=whole.code) == whole
    assert game.code != whole.code
    assert stamp_of_this_code(without=("posterior.csv",)).data != whole.data
    assert stamp_of_this_code(without=("no-such-table.csv",)) == whole


@pytest.mark.slow  # each asks a Python of its own
@pytest.mark.parametrize(
    ("name", "more", "changed"),
    [
        (EQUATIONS, '\n\n# a word\n"""And some more."""\n', set()),
        ("sim/charts/style.py", "\nWIDTH = 3\n", set()),
        ("sim/studies/run/question.py", "\nx = 3\n", set()),
        ("sim/answers/comparison.py", "\nx = 3\n", set()),
        (EQUATIONS, FIVEFOLD, {"code"}),
        ("sim/scenario/__init__.py", "\nx = 3\n", {"code"}),
        ("sim/market/rulebook.py", "\nx = 3\n", {"code"}),
        ("sim/twin/people.py", "\nx = 3\n", {"code"}),
        ("sim/domain/calendar.py", "\nx = 3\n", {"code"}),
        ("sim/ensemble/draws.py", "\nx = 3\n", {"code"}),
        ("sim/studies/coalition/method/game.py", "\nx = 3\n", {"code"}),
        ("sim/data/census.csv", "\n", {"data"}),
    ],
)
def test_only_what_can_move_a_number_changes_it(
    name: str, more: str, changed: set[str], own: Path
) -> None:
    before = stamp_of(own)
    edit(own, name, more)
    assert parts_that_changed(before, stamp_of(own)) == changed


@pytest.mark.slow
def test_a_copy_elsewhere_has_the_same_stamp_and_its_own_version(own: Path) -> None:
    assert stamp_of(own).split()[0] == str(stamp_of_this_code())
    project = own / "pyproject.toml"
    text = project.read_text("utf-8")
    project.write_text(text.replace(f'"{package_version()}"', '"9.8"', 1), "utf-8")
    assert stamp_of(own).startswith("9.8-")
    project.unlink()  # as in a wheel: what is installed counts
    assert stamp_of(own).split("-")[0] != "9.8"


# It is of what was loaded


def test_an_edit_is_seen_and_changes_nothing_that_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(stamp, "PACKAGE", tmp_path)
    loaded = Rooms("room")
    assert not loaded.is_edited()
    (room / "one.py").write_text("x = 1  # one\n")
    assert not loaded.is_edited()
    (room / "one.py").write_text("x = 2\n")
    assert loaded.is_edited()
    assert loaded.code != Rooms("room").code
    torn = Rooms("room")
    (room / "one.py").write_text("x = 33\n")
    torn.confirm()  # while it was being imported
    with pytest.raises(StoreError, match="edited"):
        _ = torn.code


def test_a_hash_of_other_bytes_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(stamp, "PACKAGE", tmp_path)
    first, second, third = Rooms("one.py"), Rooms("one.py"), Rooms("one.py")
    second.learn("of other bytes", "made up")
    assert second.code == first.code
    third.learn(first.sources, "told")
    assert third.code == "told"


def test_a_table_edited_after_the_start_stops_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(iter(stamp._TABLES.values()))
    stale = first._replace(content=first.content + b"\n", changed=0)
    monkeypatch.setitem(stamp._TABLES, first.path.name, stale)
    with pytest.raises(StoreError, match="edited"):
        stamp_of_this_code()


def test_a_table_that_is_only_touched_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(iter(stamp._TABLES.values()))
    monkeypatch.setitem(stamp._TABLES, first.path.name, first._replace(changed=0))
    assert stamp_of_this_code().code == LOADED.code


def test_a_run_of_other_code_is_neither_kept_nor_mixed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def second_is_others(spec: RunSpec) -> RunRecord:
        record = run_once(spec)
        other = replace(record.stamp, code="0123456789abcdef")
        return replace(record, stamp=other) if spec.replicate == 1 else record

    monkeypatch.setattr(run, "run_once", second_is_others)
    for store in (None, RunStore(tmp_path)):
        with pytest.raises(StoreError, match="edited while the command ran"):
            run_ensemble(load_scenario("no-cap"), store=store, **SMALL)
    kept = RunStore(tmp_path)
    specs = [RunSpec(load_scenario("no-cap"), 3, run, 1, Draws.POSTERIOR) for run in range(2)]
    assert [kept.find(spec) is not None for spec in specs] == [True, False]
    with pytest.raises(StoreError, match="another stamp"):
        kept.keep(specs[1], second_is_others(specs[1]))


EDITED_MEANWHILE = """
import sys
from sim.interfaces.cli.commands import main
from sim.interfaces.cli.lazy import loaded
loaded("run")
with open({file!r}, "a") as stream:
    stream.write({more!r})
main()
"""


@pytest.mark.slow
def test_workers_with_other_code_than_their_parent_make_nothing(own: Path) -> None:
    code = EDITED_MEANWHILE.format(file=EQUATIONS, more=FIVEFOLD)
    answer = python(own, code, *TYPED, "--jobs", "2")
    assert answer.code == 2
    assert "edited while the command ran" in answer.err
    assert "Traceback" not in answer.err
    assert not list((own / "kept").rglob("*.parquet"))


@pytest.mark.long
def test_one_process_goes_on_with_what_it_has_loaded_and_says_so(own: Path) -> None:
    before = stamp_of(own).split()[0]
    code = EDITED_MEANWHILE.format(file=EQUATIONS, more=FIVEFOLD)
    assert python(own, code, *TYPED, "--jobs", "1").code == 0
    assert {path.parts[-3] for path in (own / "kept").rglob("*.parquet")} == {before}
    said = permanence_of(own, "verify", "kept", "--jobs", "1", "--quiet")
    assert said.code == 1
    assert "code: " in said.out


@pytest.mark.long
def test_an_edit_to_words_meanwhile_disturbs_nobody(own: Path) -> None:
    code = EDITED_MEANWHILE.format(file=EQUATIONS, more="\n# a word\n")
    assert python(own, code, *TYPED, "--jobs", "2").code == 0


# The commit


def git(folder: Path, *words: str) -> None:
    told = ("-c", "user.name=a", "-c", "user.email=a@b", *words)
    subprocess.run(["git", *told], cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_commit_is_named_and_so_are_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "sim"
    package.mkdir()
    (package / "one.py").write_text("x = 1\n")
    (tmp_path / "notes.txt").write_text("mine\n")
    monkeypatch.setattr(stamp, "PACKAGE", package)
    assert stamp.commit() is None
    git(tmp_path, "init", "--quiet")
    assert stamp.commit() is None  # nothing is committed yet
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--no-verify", "-m", "one")
    named = stamp.commit()
    assert named is not None
    assert len(named) == 40
    (tmp_path / "notes.txt").write_text("mine and more\n")
    (package / "untracked.py").write_text("")
    assert stamp.commit() == named
    (package / "one.py").write_text("x = 2\n")
    assert stamp.commit() == f"{named}+changes"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert stamp.commit() is None  # no git to ask


# An edited equation


@pytest.mark.slow
def test_after_an_edit_to_an_equation_nothing_old_is_served(own: Path) -> None:
    first = permanence_of(own, *TYPED, "--jobs", "1", "--json")
    assert permanence_of(own, "report", "kept", "--out", "page.html", "--quiet").code == 0
    edit(own, EQUATIONS, FIVEFOLD)
    for what in ("kept", "page.html"):
        said = permanence_of(own, "verify", what, "--jobs", "1", "--quiet")
        assert said.code == 1
        assert said.out.startswith("different: code: ")
    refused = permanence_of(own, "report", "kept", "--out", "page.html", "--quiet")
    assert refused.code == 2
    assert "with code" in refused.err
    second = permanence_of(own, *TYPED, "--jobs", "1", "--json")
    assert second.out != first.out
    (line,) = second.err.splitlines()
    assert "kept: 2 runs there are of another stamp" in line
    assert line.endswith("permanence store prune kept")
    assert permanence_of(own, "verify", "kept", "--jobs", "1", "--quiet").code == 0
    fresh = permanence_of(own, *TYPED[:-1], "fresh", "--jobs", "1", "--json")
    assert fresh.err == ""
    assert fresh.out.replace("fresh", "kept") == second.out
    assert permanence_of(own, "store", "prune", "kept").code == 0
    assert permanence_of(own, *TYPED, "--jobs", "1", "--json").err == ""


def test_the_stamp_knows_every_room_below_the_questions() -> None:
    """A room that is new is either one that moves numbers, or named here as one that does not."""
    rooms = {
        path.name
        for path in stamp.PACKAGE.iterdir()
        if (path.is_dir() and any(path.glob("*.py"))) or path.suffix == ".py"
    }
    above = {"interfaces", "studies", "terminal", "charts", "words", "answers"}
    above |= {"__init__.py", "__main__.py"}
    assert rooms - above - {"data"} == set(stamp.MODEL)
