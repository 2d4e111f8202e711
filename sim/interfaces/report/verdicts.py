"""What verification found, in words: identical, equal to 1e-9, or where a result first parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import matplotlib as mpl

from sim.answers.reading import SavedResult, Told
from sim.answers.results import DIFFERENCES, PANEL, SUMMARY
from sim.interfaces.report import page as report
from sim.interfaces.report.check import page_apart
from sim.market.outcomes import OUTCOME
from sim.studies.verify.method import (
    Apart,
    CellApart,
    Rerun,
    differences_apart,
    first_number_apart,
    key_numbers,
    platform_apart,
    stamps_apart,
    tables_apart,
)
from sim.words.captions import listed, unit_name

ONLY_DIGESTS = (
    "The key numbers agree to 1e-9. A report has no other numbers to compare: verify the result's "
    "folder to see which differs, and whether it is more than another processor may do."
)


NO_RUN = "version, code and data decide the numbers. To run it like for like,"


class Outcome(StrEnum):
    """What verification can find."""

    IDENTICAL = "identical"
    EQUAL = "equal to 1e-9"
    DIFFERENT = "different"


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
    manifest: Mapping[str, Any], page: str, told: Sequence[Told], reruns: Sequence[Rerun]
) -> Verdict:
    """Return the verdict on a report whose results were run again."""
    ensembles = [one.ensemble for one in reruns]
    fresh = key_numbers(ensembles, manifest["unit"])
    found = first_number_apart(manifest["key_numbers"], fresh)
    if found is not None:
        whose, apart = found
        return _verdict(told, reruns, f"{whose}: {apart.there} there, {apart.here} here")
    differing = [
        f"run {one.differing[0]} of {one.ensemble.scenario.name}" for one in reruns if one.differing
    ]
    if differing and not platform_apart(told[0].content):
        # Bytes are promised here, so a digest that does not fit is a difference.
        text = f"{differing[0]}{_of_block(reruns)} does not have the digest the report carries"
        return _verdict(told, reruns, text, ONLY_DIGESTS)
    same_drawing = manifest["matplotlib"] == mpl.__version__
    page_differs = page_apart(page, report.page(ensembles, manifest), same_drawing=same_drawing)
    if page_differs is not None:
        under, there, here = page_differs
        return _verdict(
            told, reruns, f"the page, under '{under}': it says {there!r}, the runs give {here!r}"
        )
    said = "The page says what a new report of these runs says."
    if differing:
        said += " Digests differ, as the platform does; the key numbers agree to 1e-9."
    return _verdict(told, reruns, None, said)


def _of_block(reruns: Sequence[Rerun]) -> str:
    block = next(one.block for one in reruns if one.differing)
    return "" if block == 1 else f" or one of the {block - 1} after it"


def of_folder(result: SavedResult, reruns: Sequence[Rerun]) -> Verdict:
    """Return the verdict on a folder whose results were run again."""
    for one in reruns:
        if one.first is not None:
            return _verdict(result.told, reruns, _where(one))
        if not one.is_close:
            run, name = one.differing[0], one.ensemble.scenario.name
            text = f"run {run} of {name}: its file, or what it says of its draws, is not the same"
            return _verdict(result.told, reruns, text)
    for told, one in zip(result.told, reruns, strict=True):
        assert told.folder is not None
        cell = tables_apart(told.folder, one.ensemble)
        if cell is not None:
            return _verdict(result.told, reruns, _cell(cell))
    if len(reruns) > 1 and result.told[0].folder is not None:
        folder = result.told[0].folder.parent
        cell = differences_apart(folder, [one.ensemble for one in reruns], result.unit)
        if cell is not None:
            return _verdict(result.told, reruns, _cell(cell))
    tables = [SUMMARY, PANEL, *([DIFFERENCES] if len(reruns) > 1 else [])]
    said = f"Its tables ({listed(tables)}) are what the runs give."
    return _verdict(result.told, reruns, None, said)


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
            said.append("Another platform may move last digits, not more than 1e-9.")
    elif apart:
        said.append(f"Made elsewhere ({machine}).")
    elif not exact:
        said.append("Not the same bytes, though Python, numpy and platform have the same names.")
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
