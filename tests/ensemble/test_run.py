"""Ensembles: the same bytes on one process or two, today or picked up where they were left."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.answers import results
from sim.domain.vocabulary import LONDON
from sim.ensemble import run
from sim.ensemble.draws import Draws
from sim.ensemble.replicate import RunRecord, RunSpec, run_once
from sim.ensemble.run import Ensemble, run_ensemble
from sim.ensemble.stamp import stamp_of_this_code
from sim.ensemble.store import RUNS_FOLDER, RunStore
from sim.ensemble.workers import workers
from sim.market.outcomes import OUTCOMES
from sim.scenario import Scenario, load_scenario
from tests.studies.invented import PLACE, invented

TABLES = (results.SUMMARY, results.PANEL, results.COLUMNS)
RUNS = 3
SCENARIO = load_scenario("no-cap")


def ensemble_of(**chosen: Any) -> Ensemble:
    wanted = {"runs": RUNS, "seed": 3, "years": 1} | chosen
    return run_ensemble(wanted.pop("scenario", SCENARIO), **wanted)


def tables_of(ensemble: Ensemble, folder: Path) -> dict[str, bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    results.write_result(ensemble, folder)
    return {name: (folder / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The tables as one process writes them, without a store."""
    return tables_of(ensemble_of(), tmp_path_factory.mktemp("plain"))


def files_in(folder: Path) -> list[Path]:
    return sorted((folder / RUNS_FOLDER).rglob("*.parquet"))


def written(folder: Path) -> dict[str, int]:
    """Return when each run file was written."""
    return {path.name: path.stat().st_mtime_ns for path in files_in(folder)}


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The replicates that are really run, one after the other."""
    done: list[int] = []

    def counted(spec: RunSpec) -> RunRecord:
        done.append(spec.replicate)
        return run_once(spec)

    monkeypatch.setattr(run, "run_once", counted)
    return done


# The same bytes


@pytest.mark.slow  # two worker processes have to import everything
def test_two_processes_write_the_same_bytes_as_one(
    tables: dict[str, bytes], tmp_path: Path
) -> None:
    with workers(2) as pool:
        assert pool is not None
        both = ensemble_of(pool=pool, store=RunStore(tmp_path))
    assert tables_of(both, tmp_path) == tables


def test_one_job_needs_no_pool() -> None:
    with workers(1) as pool:
        assert pool is None


def test_the_order_in_which_runs_finish_leaves_no_trace(
    tables: dict[str, bytes], tmp_path: Path
) -> None:
    class LastFirst(Executor):
        """Has every run ready at once; `wait` then hands them over in no order of ours."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_result(fn(*args, **kwargs))
            return future

    assert tables_of(ensemble_of(pool=LastFirst()), tmp_path) == tables


def test_more_runs_begin_with_the_fewer() -> None:
    few, more = ensemble_of(runs=2), ensemble_of(runs=3)
    shares = "permanent_share_of_workforce"
    np.testing.assert_array_equal(few.london(shares), more.london(shares)[:2])
    assert few.parameters == more.parameters[:2]


def test_runs_differ_in_luck_and_in_parameters() -> None:
    ensemble = ensemble_of()
    assert len({row["bid_speed"] for row in ensemble.parameters}) == RUNS
    fixed = ensemble_of(draws=Draws.DEFAULT)
    assert fixed.parameters == [{}] * RUNS
    assert len(set(fixed.london("permanent_fte")[:, -1])) == RUNS


# Picking up


def test_a_run_file_that_is_missing_is_the_only_one_made_again(
    tables: dict[str, bytes], tmp_path: Path, computed: list[int]
) -> None:
    ensemble_of(store=RunStore(tmp_path))
    lost = files_in(tmp_path)[1]
    content, before = lost.read_bytes(), written(tmp_path)
    lost.unlink()
    again = ensemble_of(store=RunStore(tmp_path))
    after = written(tmp_path)
    assert tables_of(again, tmp_path) == tables
    assert lost.read_bytes() == content
    assert {name for name in after if after[name] != before[name]} == {lost.name}
    assert computed == [0, 1, 2, 1]


def test_more_runs_are_added_to_those_there_are(tmp_path: Path, computed: list[int]) -> None:
    ensemble_of(runs=2, store=RunStore(tmp_path))
    before = written(tmp_path)
    ensemble_of(runs=3, store=RunStore(tmp_path))
    assert before.items() < written(tmp_path).items()
    assert computed == [0, 1, 2]


def emptied(content: bytes) -> bytes:
    return b""


def cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


def replaced_by_text(content: bytes) -> bytes:
    return b"not a table"


@pytest.mark.parametrize("damage", [emptied, cut_short, replaced_by_text])
def test_a_damaged_run_file_is_made_again(
    damage: Callable[[bytes], bytes], tables: dict[str, bytes], tmp_path: Path
) -> None:
    ensemble_of(store=RunStore(tmp_path))
    path = files_in(tmp_path)[1]
    content = path.read_bytes()
    path.write_bytes(damage(content))
    again = ensemble_of(store=RunStore(tmp_path))
    assert tables_of(again, tmp_path) == tables
    assert path.read_bytes() == content


def test_a_single_bit_that_flips_on_disk_is_noticed(tmp_path: Path) -> None:
    spec = RunSpec(SCENARIO, 3, 0, 1, Draws.POSTERIOR)
    record, store = run_once(spec), RunStore(tmp_path)
    store.keep(spec, record)
    path = store.path(spec)
    content = path.read_bytes()
    unnoticed = []
    for place in range(0, len(content), len(content) // 60):
        changed = bytearray(content)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        found = store.find(spec)
        if found is not None and not same(found, record):
            unnoticed.append(place)
    assert not unnoticed


def somebody_elses(table: pa.Table) -> pa.Table:
    return pa.table({"x": [1, 2, 3]})


def without_our_metadata(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata(None)


def without_the_last_month(table: pa.Table) -> pa.Table:
    return table.slice(0, table.num_rows - 33)


@pytest.mark.parametrize("change", [somebody_elses, without_our_metadata, without_the_last_month])
def test_a_run_file_of_another_table_is_made_again(
    change: Callable[[pa.Table], pa.Table], tables: dict[str, bytes], tmp_path: Path
) -> None:
    """A sound Parquet file, but not this run."""
    ensemble_of(store=RunStore(tmp_path))
    path = files_in(tmp_path)[1]
    content = path.read_bytes()
    pq.write_table(change(pq.read_table(path)), path)
    again = ensemble_of(store=RunStore(tmp_path))
    assert tables_of(again, tmp_path) == tables
    assert path.read_bytes() == content


def same(one: RunRecord, other: RunRecord) -> bool:
    """Say whether two records hold the same numbers, to the bit."""
    return np.array_equal(one.outcomes, other.outcomes, equal_nan=True) and all(
        getattr(one, part) == getattr(other, part)
        for part in ("replicate", "units", "parameters", "facts")
    )


def test_a_record_reads_back_as_it_was_kept(tmp_path: Path) -> None:
    spec = RunSpec(load_scenario("baseline"), 3, 0, 1, Draws.POSTERIOR)
    record = run_once(spec)
    store = RunStore(tmp_path)
    assert store.find(spec) is None
    store.keep(spec, record)
    kept = store.find(spec)
    assert kept is not None
    assert same(kept, record)


def test_nothing_but_whole_runs_is_left_in_the_folder(tmp_path: Path) -> None:
    ensemble_of(store=RunStore(tmp_path))
    left = [path for path in (tmp_path / RUNS_FOLDER).rglob("*") if path.is_file()]
    assert {path.suffix for path in left} == {".parquet"}
    assert len(files_in(tmp_path)) == RUNS


# When a worker dies


@pytest.mark.slow
def test_a_killed_worker_costs_only_the_runs_it_had_not_finished(tmp_path: Path) -> None:
    store, long = RunStore(tmp_path), 6

    with workers(2) as pool:
        assert pool is not None

        def kill_one(done: int, wanted: int, seconds: float) -> None:
            victim = next(iter(pool._processes))  # type: ignore[attr-defined]
            if done == 1:
                os.kill(victim, signal.SIGKILL)

        with pytest.raises(BrokenProcessPool):
            ensemble_of(runs=long, years=4, pool=pool, store=store, progress=kill_one)
    finished = written(tmp_path)
    assert 1 <= len(finished) < long
    again = ensemble_of(runs=long, years=4, store=store)
    assert finished.items() < written(tmp_path).items()
    assert tables_of(again, tmp_path) == tables_of(
        ensemble_of(runs=long, years=4), tmp_path / "whole"
    )


class Unlucky(Executor):
    """Finishes every run but the first, whose worker dies."""

    def submit(self, fn: Callable[..., Any], spec: RunSpec, /) -> Future[RunRecord]:  # type: ignore[override]
        future: Future[RunRecord] = Future()
        if spec.replicate == 0:
            future.set_exception(BrokenProcessPool("killed"))
        else:
            future.set_result(fn(spec))
        return future


def test_runs_that_finished_beside_the_one_that_failed_are_kept(tmp_path: Path) -> None:
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        with pytest.raises(BrokenProcessPool):
            ensemble_of(pool=Unlucky(), store=RunStore(folder))
        assert len(files_in(folder)) == RUNS - 1


# What a run file is named by


def path_of(scenario: Scenario = SCENARIO, **changed: Any) -> str:
    values = {"seed": 3, "replicate": 0, "years": 1, "draws": Draws.POSTERIOR} | changed
    folder = values.pop("folder")
    path = RunStore(folder).path(RunSpec(scenario, **values))
    return path.relative_to(folder).as_posix()


def test_a_run_is_named_by_what_it_does_not_by_what_it_is_called(tmp_path: Path) -> None:
    renamed = SCENARIO.model_copy(update={"name": "x", "title": "y", "why": "z"})
    assert path_of(renamed, folder=tmp_path) == path_of(folder=tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 4},
        {"replicate": 1},
        {"years": 2},
        {"draws": Draws.PRIOR},
        {"scenario": load_scenario("baseline")},
        {"scenario": load_scenario("no-cap", ["parameters.bid_speed=0.2"])},
        {"scenario": SCENARIO.model_copy(update={"fixed_parameters": ("bid_speed",)})},
    ],
)
def test_a_run_that_does_something_else_has_another_name(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    assert path_of(**changed, folder=tmp_path) != path_of(folder=tmp_path)


@pytest.mark.parametrize("part", ["version", "code", "data"])
def test_a_run_under_another_stamp_has_another_name(
    part: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = path_of(folder=tmp_path)
    other = replace(stamp_of_this_code(), **{part: "0123456789abcdef"})
    monkeypatch.setattr("sim.ensemble.store.stamp_of_this_code", lambda: other)
    assert path_of(folder=tmp_path) != now


# What is in an ensemble


def test_an_ensemble_says_what_its_runs_say() -> None:
    ensemble = ensemble_of()
    record = run_once(RunSpec(SCENARIO, 3, 2, 1, Draws.POSTERIOR))
    camden = record.units.index("Camden")
    assert ensemble.units == record.units
    assert (ensemble.runs, list(ensemble.months)) == (RUNS, list(range(13)))
    assert ensemble.parameters[2] == record.parameters
    for outcome in OUTCOMES:
        values = record.outcomes[PLACE[outcome.name]]
        np.testing.assert_array_equal(ensemble.london(outcome.name)[2], values[:, 0])
        np.testing.assert_array_equal(ensemble.of(outcome.name)[2], values[::12, 0])
        np.testing.assert_array_equal(ensemble.of(outcome.name, "Camden")[2], values[::12, camden])


def test_progress_is_told_of_every_run_in_turn() -> None:
    heard: list[tuple[int, int]] = []
    ensemble_of(progress=lambda done, wanted, seconds: heard.append((done, wanted)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_ninety_per_cent_is_reached_at_a_september_after_the_start() -> None:
    share = np.full((5, 25), 0.7)
    share[0, 0] = 0.95  # at the start only
    share[1, 6] = 0.95  # in March
    share[2, 12] = 0.90
    share[3, 24] = 0.95
    share[4, 24] = 0.8999
    ensemble = invented({"permanent_share_of_workforce": share}, runs=5, years=2)
    assert ensemble.reached().tolist() == [False, False, True, True, False]
    assert ensemble.reached("permanent_share_of_posts").tolist() == [False] * 5
    assert ensemble.reached(unit="Camden").tolist() == ensemble.reached(unit=LONDON).tolist()


@pytest.mark.skipif(os.name != "posix", reason="sends itself a POSIX signal")
def test_an_interrupt_that_python_drops_is_heeded_all_the_same(computed: list[int]) -> None:
    def drop_it(done: int, wanted: int, seconds: float) -> None:
        # As Python does with what is raised while it collects garbage.
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            ensemble_of(progress=drop_it)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert computed == [0]
