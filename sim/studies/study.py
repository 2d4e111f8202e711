"""A study: a question's request, its work, and the one runner that serves them all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Generic, NamedTuple, TypeVar

from sim.answers import cells, results
from sim.answers.answer import Answer, sheets_of
from sim.answers.cells import Csv
from sim.answers.workbook import ENDING, write_workbook
from sim.ensemble import contents
from sim.ensemble.files import StoreError, write_atomically
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, Progress, no_progress, run_ensemble
from sim.ensemble.run_file import Role
from sim.ensemble.stamp import Rooms, Stamp, stamp_of_this_code
from sim.ensemble.store import RUNS_FOLDER, RunStore
from sim.ensemble.workers import workers
from sim.scenario import Scenario, ScenarioError
from sim.studies.log import LOG, logged
from sim.studies.request import Request
from sim.words.json_text import finite

Asked = TypeVar("Asked", bound=Request)
ANSWER = "answer.json"
"""What a saved answer says of itself: the question, what was asked, and what came of it."""


@dataclass(frozen=True)
class Study(Generic[Asked]):
    """A question that can be asked.

    Attributes:
        name: as typed and as called, such as "money".
        says: what it answers, in one sentence.
        request: what is asked.
        work: answers a request at a desk.
        example: a command that asks it.
        in_python: the same in Python, small, as a doctest: the call, then what it shows.
        own: its own code, where that decides what it keeps beside runs.
        is_quick: whether it answers at once: no processes, no progress, no folder.
        folder: where it keeps things if none is named, for one that cannot do without.
    """

    name: str
    says: str
    request: type[Asked]
    work: Callable[[Asked, Desk], Answer]
    example: str
    in_python: str = ""
    own: Rooms | None = None
    is_quick: bool = False
    folder: Path | None = None

    def answer(self, request: Asked, desk: Desk) -> Answer:
        """Return the answer to a request, worked out at a desk."""
        most = getattr(request, "runs", desk.jobs)
        with logged(f"question {self.name}"), desk.at_work(min(desk.jobs, most), self.own):
            return replace(self.work(request, desk), study=self.name)


class CancelledError(RuntimeError):
    """The caller asked to stop; what is saved is kept."""


ProgressOf = Callable[[str], AbstractContextManager[Progress]]


@contextmanager
def silently(what: str) -> Iterator[Progress]:
    """Show no progress."""
    yield no_progress


def forget(record: RunRecord) -> None:
    """Let a run's whole record go."""


class Desk:
    """Where a question is worked on: processes, progress, and a folder to keep things in.

    Args:
        out: the folder, or None to keep nothing.
        jobs: processes to use.
        progress_of: shows the progress of a named piece of work.
        say: tells a remark.
        cancel: stops the work when it is set.
    """

    def __init__(
        self,
        *,
        out: Path | None = None,
        jobs: int = 1,
        progress_of: ProgressOf = silently,
        say: Callable[[str], None] = lambda text: None,
        cancel: threading.Event | None = None,
    ) -> None:
        self.out, self.jobs, self.fingerprint = out, jobs, ""
        self._progress_of, self._say, self._cancel = progress_of, say, cancel
        self._own: Rooms | None = None
        self._stack = ExitStack()
        self._pool: Executor | None = None
        self._is_open = False

    @contextmanager
    def at_work(self, jobs: int, own: Rooms | None) -> Iterator[None]:
        """Work with so many processes; they begin when the first is needed."""
        self.jobs, self._own = max(jobs, 1), own
        with self._stack:
            yield

    @property
    def pool(self) -> Executor | None:
        """The processes, or None where there is one job."""
        if not self._is_open:
            self._pool = self._stack.enter_context(workers(self.jobs, self._own))
            self._is_open = True
        return self._pool

    @contextmanager
    def progress(self, what: str) -> Iterator[Progress]:
        """Show the progress of a piece of work.

        Raises:
            CancelledError: the caller asked to stop.
        """
        with logged(what) as noted, self._progress_of(what) as told:

            def report(done: int, wanted: int, seconds: float) -> None:
                if self._cancel is not None and self._cancel.is_set():
                    raise CancelledError("cancelled; runs that are saved are kept")
                noted(done, wanted)
                told(done, wanted, seconds)

            yield report

    def ensemble(
        self,
        scenario: Scenario,
        asked: Any,
        folder: Path | None = None,
        each: Callable[[RunRecord], None] = forget,
        other_luck: int = 0,
    ) -> Ensemble:
        """Run one scenario with a request's runs, seed, years and parameters.

        Args:
            scenario: what is run.
            asked: the request.
            folder: where its runs are kept, claimed before; a run found there is not run again.
            each: sees every run's whole record.
            other_luck: runs whose luck is passed over, for the same draws with other luck.
        """
        role = Role.SHADOW if other_luck else Role.MAIN
        with self.progress(scenario.name) as progress:
            return run_ensemble(
                scenario,
                runs=asked.runs,
                seed=asked.seed,
                years=asked.years,
                draws=asked.parameters,
                pool=self.pool,
                store=None if folder is None else RunStore(folder, role=role),
                progress=progress,
                each=each,
                other_luck=other_luck,
            )

    # The folder: everything is checked before anything is made

    def claim_results(self, planned: Mapping[str, Scenario], asked: Any) -> dict[str, Path | None]:
        """Take folders for the results of scenarios, if one is named.

        Args:
            planned: what is run, by the folder below the answer's; "" is its own.
            asked: the request: its seed, years and parameters.

        Returns:
            The folder of each, or None where nothing is kept.

        Raises:
            StoreError: one is a file or holds something else; then none is made.
        """
        if self.out is None:
            return dict.fromkeys(planned)
        settings = (asked.seed, asked.years, asked.parameters)
        wanted = {
            self.out / name: results.result_fingerprint(scenario.fingerprint(), *settings)
            for name, scenario in planned.items()
        }
        for folder, fingerprint in wanted.items():
            results.check_folder(folder, fingerprint)
        for folder, fingerprint in wanted.items():
            results.prepare_folder(folder, fingerprint)
        self.say_unused(list(wanted))
        return {name: self.out / name for name in planned}

    def claim(
        self, asked: Any, planned: Sequence[Scenario], own: Any = "", stamps: Collection[Stamp] = ()
    ) -> None:
        """Take the folder, if one is named, for an answer that keeps a manifest of its own.

        Args:
            asked: the request: its seed, years and parameters decide the answer, its runs do not.
            planned: the scenarios it is about.
            own: what else decides the answer, as plain values.
            stamps: of the question's own code, where that decides what it keeps.

        Raises:
            StoreError: the folder is a file or holds something else.
        """
        if self.out is None:
            return
        self.fingerprint = _fingerprint(asked, planned, own)
        results.prepare_folder(self.out, self.fingerprint)
        if stamps:
            self.say_unused([self.out], stamps)

    def say_unused(self, folders: Sequence[Path], own: Collection[Stamp] = ()) -> None:
        """Say if runs of another stamp lie in some folders of one command.

        Args:
            folders: the results' folders.
            own: stamps of a question's own, besides that of runs.
        """
        told = contents.unused(folders, [stamp_of_this_code(), *own])
        if told:
            LOG.warning(told)
            self._say(told)

    def needed_folder(self) -> Path:
        """Return the folder, for a question that cannot do without.

        Raises:
            StoreError: none is named.
        """
        if self.out is None:
            raise StoreError("--out: is not given; allowed: a folder")
        return self.out

    def refuse_file(self) -> None:
        """Refuse a file where a folder is expected."""
        if self.out is not None and self.out.exists() and not self.out.is_dir():
            raise StoreError(f"--out {self.out}: is a file, where a folder is expected")

    def refuse_foreign(self) -> None:
        """Refuse a folder that holds things but no results: several results go into it."""
        out = self.out
        if out is None:
            return
        self.refuse_file()
        if (out / results.MANIFEST).is_file():
            raise StoreError(f"--out {out}: holds the result of one run; name a new folder")
        if out.is_dir() and any(out.iterdir()):
            kinds = (results.MANIFEST, RUNS_FOLDER)
            if not any((folder / kind).exists() for folder in out.iterdir() for kind in kinds):
                raise StoreError(
                    f"--out {out}: is not empty and holds no result; name a new folder"
                )


def refuse_namesakes(planned: Sequence[Scenario]) -> None:
    """Refuse two scenarios of one name: tables and folders are named by it."""
    by_name = {scenario.name: scenario.fingerprint() for scenario in planned}
    for scenario in planned:
        if by_name[scenario.name] != scenario.fingerprint():
            raise ScenarioError(
                f"two different scenarios are called {scenario.name}: rename a file"
            )


def _fingerprint(asked: Any, planned: Sequence[Scenario], own: Any) -> str:
    """Return what makes two requests the same answer, whatever the number of runs."""
    text = json.dumps([type(asked).__name__, own])
    whole = "-".join(one.fingerprint() for one in planned)
    result = results.result_fingerprint(whole, asked.seed, asked.years, asked.parameters)
    return f"{result}-{blake2b(text.encode(), digest_size=8).hexdigest()}"


# Saving


def save(
    study: Study[Any], asked: Request, answer: Answer, desk: Desk, csv: Csv = Csv.ALL
) -> list[Path]:
    """Write an answer into the desk's folder: charts, tables, results, what it says of itself.

    Args:
        csv: which tables are written beside the workbook; `none` leaves out the answer's own too.

    Returns:
        The files and folders worth naming.
    """
    for path, text in answer.documents.items():
        _write(path, text)
    named, out = [*answer.written, *answer.documents], desk.out
    if out is None:
        return named
    drawn = [_drawn(one.draw, out / one.stem) for one in answer.charts]
    charts = [path for one in drawn for path in one.files]
    for name, ensemble in answer.results.items():
        results.write_result(ensemble, out / name, results.command_line(), csv)
    tidy = [one for one in answer.tables if one.columns]
    # a folder of a comparison is read by its table of differences
    written = [one for one in tidy if csv is not Csv.NONE or one.file == results.DIFFERENCES]
    tables = [one.write(out) for one in written]
    if tidy or answer.results:
        tables.append(write_workbook(out / f"{study.name}{ENDING}", sheets_of(answer)))
    files = [*charts, *tables, *(out / name for name in answer.results if name)]
    if "" in answer.results:
        files += [out / name for name in results.tables_of(csv)]
    if desk.fingerprint:
        whole = {
            "complete": True,
            "fingerprint": desk.fingerprint,
            "study": study.name,
            "asked": asked.model_dump(mode="json"),
            **answer.manifest,
            **results.made_by(stamp_of_this_code(study.own)),
            "command": results.command_line(),
        }
        _write_json(out / results.MANIFEST, whole)
    if desk.fingerprint or "" in answer.results:
        files.append(out / results.MANIFEST)
    kept = _kept(study, asked, answer, out, drawn)
    empty = [one for one in answer.tables if not one.columns]  # no file, and still a table
    by_itself = [one for one in answer.written if one.parent == out and one.suffix == ".csv"]
    kept["tables"] = {one.stem: cells.header_of(one) for one in by_itself}
    kept["tables"] |= {one.name: list(one.columns) for one in (*written, *empty)}
    _write_json(out / ANSWER, kept)
    return [*files, *named]


class Drawn(NamedTuple):
    """A chart that was written: its files, the picture first, and what it shows in words."""

    files: list[Path]
    alt_text: str


def _drawn(draw: Callable[[], tuple[Any, str]], stem: Path) -> Drawn:
    figure, words = draw()
    from sim.charts import style  # plotting is loaded only when something is drawn

    return Drawn(style.save(figure, words, stem), words)


def _kept(
    study: Study[Any], asked: Request, answer: Answer, out: Path, drawn: Sequence[Drawn]
) -> dict[str, Any]:
    return {
        "study": study.name,
        "asked": asked.model_dump(mode="json"),
        "about": answer.about,
        "heading": list(answer.heading),
        "findings": list(answer.findings),
        "notes": list(answer.notes),
        "printed": [one._asdict() for one in answer.printed],
        "charts": {one.files[0].relative_to(out).as_posix(): one.alt_text for one in drawn},
        "results": list(answer.results),
        "values": dict(answer.values),
        **results.made_by(stamp_of_this_code(study.own)),
    }


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(finite(dict(content)), indent=2, ensure_ascii=False, default=str)
    _write(path, f"{text}\n")


def _write(path: Path, text: str) -> None:
    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(path, write)
