"""Runs on disk: each says what it is, many lie in blocks, and nothing finished is ever lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as datasets
import pyarrow.parquet as pq
import pytest

from sim.ensemble import store as stores
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError
from sim.ensemble.run import run_ensemble
from sim.ensemble.run_file import META, Role, RunFile
from sim.ensemble.stamp import stamp_of_this_code
from sim.ensemble.store import BLOCK, RUNS_FOLDER, RunStore
from sim.market.outcomes import OUTCOMES
from sim.scenario import load_scenario
from tests.ensemble.copies import ROOT
from tests.ensemble.many_runs import block, filled, numbers_in, record, spec
from tests.interfaces.command import environment

ALL = [float(number) for number in range(BLOCK)]
IDENTITY = ("scenario", "fingerprint", "seed", "replicate", "stamp", "role")


def files_in(folder: Path) -> list[Path]:
    """Return what the one glob finds that other programs read runs by."""
    return sorted((folder / RUNS_FOLDER).glob("**/*.parquet"))


@pytest.fixture(scope="module")
def singles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs of a block, a file each."""
    folder = tmp_path_factory.mktemp("singles")
    filled(folder, BLOCK)
    return folder


@pytest.fixture
def folder(singles: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(singles, tmp_path / "kept"))


# What a file says


def test_a_file_says_what_run_it_is_in_its_columns(singles: Path) -> None:
    table = pd.read_parquet(RunStore(singles).path(spec(7)))
    kept = record(7)
    hiring, trigger = kept.structure
    expected: dict[str, Any] = {
        "scenario": "no-cap",
        "fingerprint": spec(7).scenario.fingerprint(),
        "seed": 3,
        "replicate": 7,
        "stamp": str(stamp_of_this_code()),
        "role": "main",
        "hiring": hiring.value,
        "bid_trigger": trigger.value,
        **{f"fact_{name}": value for name, value in kept.facts.items()},
        **{f"parameter_{name}": value for name, value in kept.parameters.items()},
    }
    assert kept.parameters
    assert kept.facts
    for name, value in expected.items():
        assert set(table[name]) == {value}, name
    for place, outcome in enumerate(OUTCOMES):
        values = table[outcome.name].to_numpy().reshape(kept.outcomes[place].shape)
        np.testing.assert_array_equal(values, kept.outcomes[place])


def test_a_parameter_that_was_chosen_is_a_column_too(tmp_path: Path) -> None:
    scenario = load_scenario("no-cap", ["parameters.bid_speed=0.25"])
    run_ensemble(scenario, runs=1, seed=3, years=1, store=RunStore(tmp_path))
    (path,) = files_in(tmp_path)
    table = pd.read_parquet(path, columns=["parameter_bid_speed"])
    assert set(table["parameter_bid_speed"]) == {0.25}


def test_a_file_says_the_same_in_its_metadata(singles: Path) -> None:
    path = RunStore(singles).path(spec(7))
    table = pd.read_parquet(path, columns=list(IDENTITY))
    (entry,) = json.loads(pq.ParquetFile(path).metadata.metadata[META])
    assert {name: entry["identity"][name] for name in IDENTITY} == table.iloc[0].to_dict()
    assert entry["content"]["parameters"] == record(7).parameters
    assert entry["content"]["facts"] == record(7).facts


def test_a_file_under_another_runs_name_is_not_that_run(folder: Path) -> None:
    store = RunStore(folder)
    one, other = store.path(spec(1)), store.path(spec(2))
    shutil.copy(one, other)
    assert store.find(spec(2)) is None
    assert store.look_at(spec(2))[1] is False
    for changed in ({"seed": 4}, {"scenario": load_scenario("baseline")}, {"draws": Draws.PRIOR}):
        stranger = spec(1, **changed)
        shutil.copy(one, store.path(stranger))
        assert store.find(stranger) is None, changed
    shadow = RunStore(folder, role=Role.SHADOW)
    shutil.copy(one, shadow.path(spec(1)))
    assert shadow.find(spec(1)) is None
    assert store.find(spec(1)) is not None


def with_metadata(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write a file anew whose metadata say something else."""
    table = pq.read_table(path)
    entries = json.loads(pq.ParquetFile(path).metadata.metadata[META])
    change(entries[0])
    with pq.ParquetWriter(path, table.schema.remove_metadata(), store_schema=False) as writer:
        writer.add_key_value_metadata({META: json.dumps(entries).encode()})
        writer.write_table(table)


@pytest.mark.parametrize("name", [*IDENTITY, "years", "draws", "draw", "carried"])
def test_what_a_file_says_it_is_cannot_be_changed_unnoticed(name: str, folder: Path) -> None:
    store = RunStore(folder)

    def other(entry: dict[str, Any]) -> None:
        entry["identity"][name] = "other"

    with_metadata(store.path(spec(1)), lambda entry: None)
    assert store.find(spec(1)) is not None
    with_metadata(store.path(spec(1)), other)
    assert store.find(spec(1)) is None


def test_a_column_that_says_something_else_is_noticed(folder: Path) -> None:
    store = RunStore(folder)
    path = store.path(spec(1))
    entries = pq.ParquetFile(path).metadata.metadata[META]
    table = pq.read_table(path)
    assert store.look_at(spec(1))[1]
    for name, value in (("replicate", pa.array([9] * len(table))), ("role", None)):
        column = pa.array(["x"] * len(table)) if value is None else value
        changed = table.set_column(table.column_names.index(name), name, column)
        with pq.ParquetWriter(path, changed.schema, store_schema=False) as writer:
            writer.add_key_value_metadata({META: entries})
            writer.write_table(changed)
        assert store.look_at(spec(1))[1] is False


def test_a_run_is_found_whatever_its_scenario_is_called_by_now(folder: Path) -> None:
    renamed = spec(1).scenario.model_copy(update={"name": "another"})
    assert RunStore(folder).find(spec(1, scenario=renamed)) is not None


# Blocks


def test_a_block_holds_what_the_files_held(folder: Path) -> None:
    store = RunStore(folder)
    store.gather(block())
    (path,) = files_in(folder)
    assert path == store.block(spec(0))
    assert pq.ParquetFile(path).num_row_groups == BLOCK
    assert numbers_in(folder) == ALL
    kept, is_sound = store.look_at(spec(42))
    assert is_sound
    np.testing.assert_array_equal(kept.outcomes, record(42).outcomes)
    assert (kept.parameters, kept.facts) == (record(42).parameters, record(42).facts)


def test_a_block_is_never_written_again(folder: Path) -> None:
    RunStore(folder).gather(block())
    (path,) = files_in(folder)
    written = path.stat().st_mtime_ns
    store = filled(folder, 2)  # two that somebody else ran meanwhile
    store.gather(block())
    assert files_in(folder) == [path]
    assert path.stat().st_mtime_ns == written


def test_a_run_that_is_missing_leaves_the_others_as_they_are(folder: Path) -> None:
    store = RunStore(folder)
    store.path(spec(5)).unlink()
    before = files_in(folder)
    store.gather(block())
    assert files_in(folder) == before
    store.path(spec(6)).write_bytes(b"nothing")
    store.keep(spec(5), record(5))
    store.gather(block())
    assert store.path(spec(7)).is_file()
    assert numbers_in(folder) == [*ALL[:6], None, *ALL[7:]]


@pytest.mark.slow
def test_a_run_that_a_block_has_lost_is_made_again_beside_it(folder: Path) -> None:
    store = RunStore(folder)
    store.gather(block())
    (path,) = files_in(folder)
    entries = RunFile(path).entries
    entries[9]["digest"] = "0" * 32
    file = pq.ParquetFile(path)
    tables = [file.read_row_group(place) for place in range(BLOCK)]
    with pq.ParquetWriter(path, file.schema_arrow, store_schema=False) as writer:
        writer.add_key_value_metadata({META: json.dumps(entries).encode()})
        for table in tables:
            writer.write_table(table)
    assert numbers_in(folder) == [*ALL[:9], None, *ALL[10:]]
    store.keep(spec(9), record(9))
    store.gather(block())
    assert numbers_in(folder) == ALL
    assert store.path(spec(9)).is_file()  # the block does not hold it: it must not go


def test_large_ensembles_are_gathered_and_small_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.ensemble.run.FEW", 4)
    monkeypatch.setattr("sim.ensemble.run.BLOCK", 3)
    monkeypatch.setattr(stores, "BLOCK", 3)
    asked = {"seed": 3, "years": 1}
    few = run_ensemble(load_scenario("no-cap"), runs=4, store=RunStore(tmp_path), **asked)
    assert len(files_in(tmp_path)) == 4
    more = run_ensemble(load_scenario("no-cap"), runs=7, store=RunStore(tmp_path), **asked)
    assert [path.name.count("-") for path in files_in(tmp_path)].count(2) == 2
    assert len(files_in(tmp_path)) == 3
    again = run_ensemble(load_scenario("no-cap"), runs=7, store=RunStore(tmp_path), **asked)
    shares = "permanent_share_of_workforce"
    np.testing.assert_array_equal(more.london(shares), again.london(shares))
    np.testing.assert_array_equal(more.london(shares)[:4], few.london(shares))
    assert more.parameters == again.parameters


def test_a_run_is_found_by_its_name_not_by_opening_everything(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RunStore(folder).gather(block())
    filled(folder, 5, first=BLOCK)
    opened: list[str] = []

    class Counted(RunFile):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            opened.append(path.name)

    monkeypatch.setattr(stores, "RunFile", Counted)
    store = RunStore(folder)
    for replicate in range(BLOCK + 5):
        assert store.find(spec(replicate)) is not None
    assert len(opened) == 1 + 5


def test_shadows_lie_apart(folder: Path) -> None:
    shadow = RunStore(folder, role=Role.SHADOW)
    assert shadow.find(spec(0)) is None
    shadow.keep(spec(0), record(0))
    assert shadow.path(spec(0)).parent != RunStore(folder).path(spec(0)).parent
    assert shadow.find(spec(0)) is not None
    kept = pd.read_parquet(shadow.path(spec(0)), columns=["role"])
    assert set(kept["role"]) == {"shadow"}


# Other programs


def test_other_programs_read_files_and_blocks_with_one_glob(folder: Path) -> None:
    RunStore(folder).gather(block())
    filled(folder, 3, first=BLOCK)
    RunStore(folder, role=Role.SHADOW).keep(spec(0), record(0))
    rows = record(0).outcomes[0].size
    paths = files_in(folder)
    wanted = ["role", "replicate", "stamp", "permanent_fte"]
    for table in (
        datasets.dataset(paths).to_table(columns=wanted).to_pandas(),
        datasets.dataset(folder / RUNS_FOLDER).to_table(columns=wanted).to_pandas(),
        datasets.dataset(folder / RUNS_FOLDER, partitioning="hive").to_table().to_pandas(),
        pd.read_parquet(folder / RUNS_FOLDER, columns=wanted),
        pd.read_parquet(paths),
    ):
        counts = table.groupby("role", observed=True).size().to_dict()
        assert counts == {"main": (BLOCK + 3) * rows, "shadow": rows}
        assert set(table["replicate"]) == set(range(BLOCK + 3))


# Killed


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kills itself with a POSIX signal")
@pytest.mark.parametrize("when", ["half a block", "block written", "some files removed"])
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_half(when: str, folder: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-m", "tests.ensemble.many_runs", str(folder), when],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    left = files_in(folder)
    assert len(left) == {"half a block": 100, "block written": 101, "some files removed": 90}[when]
    assert all(pq.ParquetFile(path).num_row_groups in (1, BLOCK) for path in left)
    assert numbers_in(folder) == ALL
    RunStore(folder).gather(block())
    assert files_in(folder) == [RunStore(folder).block(spec(0))]
    assert numbers_in(folder) == ALL


def test_a_run_of_another_stamp_is_not_kept(folder: Path) -> None:
    other = replace(stamp_of_this_code(), data="0123456789abcdef")
    with pytest.raises(StoreError, match="another stamp"):
        RunStore(folder).keep(spec(0), replace(record(0), stamp=other))
