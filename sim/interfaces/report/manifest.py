"""The manifest a report carries: enough to run its result again, and to notice a change."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.answers.reading import ReadEnsemble, SavedResult, Told, by_block, told
from sim.answers.results import DRAWN_BY, SEAL, seal_holds, sealed
from sim.domain.evidence import employers
from sim.domain.files import FileFaultError, content_of, json_of
from sim.domain.vocabulary import LONDON
from sim.ensemble.files import StoreError
from sim.studies.compare.words import SPLIT_COLUMNS
from sim.studies.verify.method.kept import EVERY_RUN, OF_A_REPORT, key_numbers

KIND = "permanence report"
FORMAT = 1
MOST_DIGESTS = 1000
"""Digests a scenario in one report; with more runs each stands for a block of them."""
MOST_RESULTS = 50
"""Scenarios of one report."""
_NUMBER = re.compile(r"|nan|-?inf|[+-]?[0-9.]{1,40}(e[+-]?[0-9]{1,3})?")
OUTPUT_OPTION = "--out"
MOST_BYTES = 50_000_000
"""A larger file than this is no report."""


def manifest_of(result: SavedResult, read: Sequence[ReadEnsemble], unit: str) -> dict[str, Any]:
    """Return what a report of some results carries, under its own seal.

    What the seed decides anyway (the draws of every run) is left out: digests stand for it.
    """
    entries = []
    for one, found in zip(result.told, read, strict=True):
        size, digests = by_block(found.digests, MOST_DIGESTS)
        kept = {key: value for key, value in one.content.items() if not key.endswith(EVERY_RUN)}
        kept |= {"runs_per_digest": size, "run_digests": digests}
        kept["command"] = without_output(kept["command"])
        kept.pop(SEAL, None)
        entries.append(sealed(kept))
    return sealed(
        {
            "kind": KIND,
            "format": FORMAT,
            "unit": unit,
            "matplotlib": version("matplotlib"),
            "results": entries,
            "key_numbers": key_numbers([one.ensemble for one in read], unit),
            "split": [list(row) for row in result.split],
        }
    )


def without_output(command: Sequence[str]) -> list[str]:
    """Return a command without where its files went, which is nobody else's business."""
    kept: list[str] = []
    skip = False
    for word in command:
        if not skip and word.partition("=")[0] != OUTPUT_OPTION:
            kept.append(word)
        skip = not skip and word == OUTPUT_OPTION
    return kept


def as_data(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as JSON in which nothing can be taken for a tag."""
    words = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        words = words.replace(sign, f"\\u{ord(sign):04x}")
    return words


class _Finder(HTMLParser):
    """Takes the manifest out of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("id", "manifest") in attrs

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def read_page(path: Path) -> str:
    """Return a report's page.

    Raises:
        StoreError: it cannot be read, or is no text.
    """
    try:
        text = content_of(path, MOST_BYTES).decode("utf-8-sig")
        return text.replace("\r\n", "\n")
    except FileFaultError as fault:
        raise StoreError(f"{path}: {fault}; allowed: a report of permanence") from None
    except UnicodeDecodeError:
        raise StoreError(f"{path}: is not a report of permanence") from None


def manifest_in(page: str, where: str) -> dict[str, Any]:
    """Return the manifest a page carries.

    Args:
        page: HTML.
        where: what to call it in a message.

    Raises:
        StoreError: there is none, or it was altered after it was written.
    """
    finder = _Finder()
    finder.feed(page)
    try:
        content = json_of("".join(finder.found))
    except FileFaultError:
        content = None
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise StoreError(f"{where}: is not a report of permanence; allowed: a report or a result")
    if not seal_holds(content):
        raise StoreError(f"{where}: its manifest was altered after it was written")
    if content.get("format") != FORMAT:
        raise StoreError(f"{where}: is a report of another version of this format")
    if not _is_whole(content):
        raise StoreError(f"{where}: its manifest does not say what was run")
    return content


def _is_whole(content: Mapping[str, Any]) -> bool:
    """Return whether a manifest has all that verification reads, each of the right kind."""
    kinds = {"unit": str, DRAWN_BY: str, "results": list, "key_numbers": list, "split": list}
    return (
        content.keys() == {"kind", "format", SEAL, *kinds}
        and all(isinstance(content[name], kind) for name, kind in kinds.items())
        and content["unit"] in (LONDON, *employers())
        and 1 <= len(content["results"]) <= MOST_RESULTS
        and all(map(_is_result, content["results"]))
        and all(isinstance(row, dict) for row in content["key_numbers"])
        and _is_split(content["split"])
    )


def _is_result(one: Any) -> bool:
    """Return whether a result has a digest for every block of its runs."""
    if not isinstance(one, dict):
        return False
    runs, size, digests = (one.get(name) for name in ("runs", *OF_A_REPORT))
    return (
        type(runs) is int
        and type(size) is int
        and size >= 1
        and isinstance(digests, list)
        and all(isinstance(digest, str) for digest in digests)
        and len(digests) == -(-runs // size)
        and len(digests) <= MOST_DIGESTS
        and isinstance(one.get("package"), str)
    )


def _is_split(rows: Sequence[Any]) -> bool:
    """Return whether rows are a split by lever: none at all, or its header and its numbers."""
    if not rows:
        return True
    numbers = slice(SPLIT_COLUMNS.index("mean"), None)
    return rows[0] == list(SPLIT_COLUMNS) and all(
        isinstance(row, list)
        and len(row) == len(SPLIT_COLUMNS)
        and all(isinstance(cell, str) for cell in row)
        and all(_NUMBER.fullmatch(cell) for cell in row[numbers])
        for row in rows[1:]
    )


def told_by(manifest: Mapping[str, Any], where: str) -> list[Told]:
    """Return what a report says was run, the base first.

    Raises:
        StoreError: it says what this version cannot run.
    """
    return [told(one, where) for one in manifest["results"]]
