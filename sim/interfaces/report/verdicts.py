"""What verification found, in words: identical, equal to 1e-9, or where a result first parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import matplotlib as mpl

from sim.answers import results
from sim.answers.reading import SavedResult, Told
from sim.answers.results import DIFFERENCES, DRAWN_BY, MANIFEST
from sim.ensemble.run import Ensemble
from sim.ensemble.store import RUNS_FOLDER
from sim.interfaces.report import page as report
from sim.interfaces.report.check import charts_apart, odd_chart, page_apart
from sim.interfaces.report.figures import charts_in, figures_apart
from sim.market.outcomes import OUTCOME
from sim.studies.verify.method.again import Apart, Rerun, platform_apart, stamps_apart
from sim.studies.verify.method.kept import (
    CellApart,
    Strays,
    differences_apart,
    first_number_apart,
    key_numbers,
    manifest_apart,
    not_looked_at,
    strays_of,
    tables_apart,
)
from sim.words.captions import listed, unit_name

ONLY_DIGESTS = (
    "The key numbers agree to 1e-9. A report has no other numbers to compare: verify the result's "
    "folder to see which differs, and whether it is more than another processor may do."
)


MOST_NAMED = 8
"""Things not compared that are named."""
NO_RUN = "version, code and data decide the numbers. To run it like for like,"


class Outcome(StrEnum):
    """What verification can find."""

    IDENTICAL = "identical"
    EQUAL = "equal to 1e-9"
    NO_CHARTS = "numbers identical, charts not compared"
    NO_CHARTS_EQUAL = "numbers equal to 1e-9, charts not compared"
    DIFFERENT = "different"

    @property
    def is_sound(self) -> bool:
        """Whether all of a result was held against its runs and is as they give it."""
        return self in (Outcome.IDENTICAL, Outcome.EQUAL)


@dataclass(frozen=True)
class Verdict:
    """What verification found.

    Attributes:
        first: the first difference, in words; None where there is none.
        beside: what else a reader should know, in sentences.
    """

    outcome: Outcome
    runs: int = 0
    numbers: int = 0
    first: str | None = None
    beside: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return it as it is printed."""
        counted = f"{self.runs:,} run{'' if self.runs == 1 else 's'}, {self.numbers:,} numbers"
        found = self.first if self.first is not None else counted
        return [f"{self.outcome.value}: {found}", *self.beside]

    def as_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {
            "verdict": self.outcome.value,
            "runs": self.runs,
            "numbers": self.numbers,
            "first_difference": self.first,
            "notes": list(self.beside),
        }


@dataclass(frozen=True)
class Asked:
    """What the command in a manifest asks for, beside what was run.

    Attributes:
        apart: the first thing it asks for that is not what was run.
        unit: whose view its charts show, if it says so.
        left: what could not be held against anything.
    """

    apart: Apart | None = None
    unit: str | None = None
    left: tuple[str, ...] = ()


def of_version(told: Sequence[Told]) -> Verdict | None:
    """Return the verdict on a result that another version, code or data made; nothing is run."""
    for one in told:
        apart = stamps_apart(one.content)
        if apart:
            return Verdict(
                Outcome.DIFFERENT,
                first="; ".join(_apart(part) for part in apart),
                beside=(f"Nothing was run: {NO_RUN} {_like_for_like(one.content)}",),
            )
    return None


def _like_for_like(content: Mapping[str, Any]) -> str:
    version, commit = content.get("package"), content.get("commit")
    if not commit:
        return f"install permanence {version} with the data it shipped with."
    return f"use permanence {version} at commit {commit}."


def of_report(
    manifest: Mapping[str, Any],
    page: str,
    told: Sequence[Told],
    reruns: Sequence[Rerun],
    asked: Asked,
) -> Verdict:
    """Return the verdict on a report whose results were run again."""
    judge = _Judge(told, reruns, asked)
    ensembles = [one.ensemble for one in reruns]
    found = first_number_apart(manifest["key_numbers"], key_numbers(ensembles, manifest["unit"]))
    if found is not None:
        whose, apart = found
        return judge.different(f"{whose}: {apart.there} there, {apart.here} here")
    differing = [
        f"run {one.differing[0]} of {one.ensemble.scenario.name}" for one in reruns if one.differing
    ]
    if differing and not platform_apart(told[0].content):
        # Bytes are promised here, so a digest that does not fit is a difference.
        text = f"{differing[0]}{_of_block(reruns)} does not have the digest the report carries"
        return judge.different(text, ONLY_DIGESTS)
    apart_in = judge.manifests()
    if apart_in is not None:
        return judge.different(apart_in)
    fresh = report.page(ensembles, manifest)
    charts = manifest[DRAWN_BY] == mpl.__version__
    differs = page_apart(page, fresh) or (charts_apart if charts else odd_chart)(page, fresh)
    if differs is not None:
        under, there, here = differs
        return judge.different(
            f"the page, under '{under}': it says {there!r}, the runs give {here!r}"
        )
    said = "The page says what a new report of these runs says."
    if differing:
        said += " Digests differ, as the platform does; the key numbers agree to 1e-9."
    if manifest["split"]:
        judge.left.append("the split by lever")
    return judge.same(said, None if charts else manifest[DRAWN_BY])


def _of_block(reruns: Sequence[Rerun]) -> str:
    block = next(one.block for one in reruns if one.differing)
    return "" if block == 1 else f" or one of the {block - 1} after it"


def of_folder(result: SavedResult, reruns: Sequence[Rerun], asked: Asked) -> Verdict:
    """Return the verdict on a folder whose results were run again."""
    judge = _Judge(result.told, reruns, asked)
    ensembles = [one.ensemble for one in reruns]
    first = result.told[0]
    assert first.folder is not None
    top = first.folder if len(reruns) == 1 else first.folder.parent
    drawn_by = str(first.content.get(DRAWN_BY))
    same_drawing = drawn_by == mpl.__version__
    found = _runs_apart(reruns, platform_apart(first.content)) or judge.manifests()
    found = found or judge.tables(top, result.unit, exact=not platform_apart(first.content))
    if found is None and same_drawing:
        found = judge.charts(top, ensembles, asked.unit or result.unit)
    if found is not None:
        return judge.different(found)
    has_charts = bool(charts_in(top, ensembles))
    judge.left += not_looked_at(top, judge.looked_at)
    tables = [*results.tables_of(first.csv), *([DIFFERENCES] if len(reruns) > 1 else [])]
    kept = [f"tables ({listed(tables)})"] if tables else []
    kept += ["charts"] if has_charts and same_drawing else []
    said = f"Its {listed(kept)} are what the runs give." if kept else "It has no tables or charts."
    return judge.same(said, drawn_by if has_charts and not same_drawing else None)


def _runs_apart(reruns: Sequence[Rerun], elsewhere: Sequence[Apart]) -> str | None:
    """Return where the runs of a folder first part from those made now."""
    for one in reruns:
        name = one.ensemble.scenario.name
        if one.first is not None:
            return _where(one)
        if one.unsound:
            return f"{one.unsound[0]}: has changed since it was written for {name}"
        if not one.is_close:
            run = one.differing[0]
            return f"run {run} of {name}: its file, or what it says of its draws, is not the same"
        if one.differing and not elsewhere:
            return (
                f"run {one.differing[0]} of {name}: not the same bytes, within 1e-9, though "
                "Python, numpy, processor and platform have the same names"
            )
    return None


class _Judge:
    """Says what was found, and what was left out of it."""

    def __init__(self, told: Sequence[Told], reruns: Sequence[Rerun], asked: Asked) -> None:
        self.left = list(asked.left)
        self.looked_at: set[Path] = set()
        self._told, self._reruns, self._asked = told, reruns, asked
        self._more: list[str] = []

    def manifests(self) -> str | None:
        """Return the first thing that a manifest or its command says and its runs do not."""
        for told, one in zip(self._told, self._reruns, strict=True):
            apart = manifest_apart(told, one.ensemble)
            if apart is not None:
                return f"{one.ensemble.scenario.name}: {_apart(apart)}"
        return None if self._asked.apart is None else _apart(self._asked.apart)

    def tables(self, top: Path, unit: str, *, exact: bool) -> str | None:
        """Return the first cell of a folder's tables, or run in it, that is not of its runs."""
        for told, one in zip(self._told, self._reruns, strict=True):
            assert told.folder is not None
            cell = tables_apart(told, one.ensemble, exact=exact)
            if cell is not None:
                return _cell(cell)
            strays = strays_of(told)
            if strays.odd:
                return f"{strays.odd[0]}: is no run of this result"
            self._leave_runs(strays)
            names = (*results.tables_of(told.csv), MANIFEST, RUNS_FOLDER)
            self.looked_at |= {told.folder / name for name in names}
        if len(self._reruns) == 1:
            return None
        self.looked_at.add(top / DIFFERENCES)
        cell = differences_apart(top, [one.ensemble for one in self._reruns], unit, exact=exact)
        return None if cell is None else _cell(cell)

    def charts(self, top: Path, ensembles: Sequence[Ensemble], unit: str) -> str | None:
        """Return the first chart of a folder that is not what its runs draw."""
        for place, drawn in charts_in(top, ensembles):
            other, names = figures_apart(place, drawn, unit)
            if other is not None:
                return f"{other}: is not the chart that the runs draw"
            self.looked_at |= {place / name for name in names}
        return None

    def _leave_runs(self, strays: Strays) -> None:
        """Note runs that lie in the folder and are not part of the result."""
        if strays.more:
            self._more.append(f"{strays.more:,} further runs of it")
        if strays.elsewhere:
            self._more.append(f"{strays.elsewhere:,} files of runs for comparison or of other code")

    def different(self, first: str, *beside: str) -> Verdict:
        """Return that something differs, and what."""
        return _verdict(self._told, self._reruns, first, *beside)

    def same(self, said: str, drawn_by: str | None) -> Verdict:
        """Return that all that was compared is the same, and what was not compared."""
        beside = [said]
        if drawn_by is not None:
            beside.append(
                f"Charts were drawn by matplotlib {drawn_by}, this is {mpl.__version__}: write the "
                "report or result again to have them drawn here."
            )
        left = [*self.left, *self._more]
        if left:
            shown = left if len(left) <= MOST_NAMED else [*left[:MOST_NAMED], "others"]
            beside.append(f"Not compared: {listed(shown)}.")
        found = _verdict(self._told, self._reruns, None, *beside)
        if drawn_by is None:
            return found
        exact = found.outcome is Outcome.IDENTICAL
        outcome = Outcome.NO_CHARTS if exact else Outcome.NO_CHARTS_EQUAL
        return replace(found, outcome=outcome)


def _verdict(
    told: Sequence[Told], reruns: Sequence[Rerun], first: str | None, *beside: str
) -> Verdict:
    runs, numbers = sum(one.runs for one in told), sum(one.numbers for one in reruns)
    exact = all(one.is_identical for one in reruns)
    outcome = Outcome.IDENTICAL if exact else Outcome.EQUAL
    apart = platform_apart(told[0].content)
    machine = "; ".join(_apart(one) for one in apart)
    said = list(beside)
    if first is not None:
        outcome = Outcome.DIFFERENT
        if apart and not exact:
            first = f"{_apart(apart[0])}; then {first}"
            said.append("Another platform may move the last digits, by no more than 1e-9.")
    elif apart:
        said.append(f"Made elsewhere ({machine}).")
    return Verdict(outcome, runs, numbers, first, tuple(said))


def _apart(apart: Apart) -> str:
    return f"{apart.what}: {apart.there} there, {apart.here} here"


def _where(rerun: Rerun) -> str:
    first, ensemble = rerun.first, rerun.ensemble
    assert first is not None
    label = OUTCOME[first.outcome].label
    return (
        f"run {first.run} of {ensemble.scenario.name}, month {first.month} "
        f"({ensemble.day(first.month)}), {unit_name(first.unit)}, {label} ({first.outcome}): "
        f"{first.expected!r} there, {first.found!r} here"
    )


def _cell(cell: CellApart) -> str:
    return (
        f"{cell.file}, line {cell.line}, column {cell.column}: it says {cell.there!r}, the runs "
        f"give {cell.here!r}"
    )
