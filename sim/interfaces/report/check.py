"""Is a report's page what a new report of the same runs says? Where does it first part?"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import zip_longest
from typing import NamedTuple

SILENT = ("svg", "style", "script")
"""Elements whose words are not read: drawings, styles and the manifest."""
_SVG = re.compile(r"<svg .*?</svg>", re.DOTALL)


class PageApart(NamedTuple):
    """The first words of a page that are not what the runs give, and the heading they are under."""

    under: str
    there: str
    here: str


class _Reader(HTMLParser):
    """Reads a page's words in order, each piece with the heading it is under."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[tuple[str, str]] = []
        self._silent = 0
        self._in_heading = False
        self._under = "the title"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        self._in_heading = tag in ("h1", "h2", "h3")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT
        self._in_heading = self._in_heading and tag not in ("h1", "h2", "h3")

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if self._silent or not words:
            return
        self.pieces.append((self._under, words))
        if self._in_heading:
            self._under = words


def words_of(page: str) -> list[tuple[str, str]]:
    """Return a page's words in order, each piece with the heading it is under."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.pieces


def page_apart(page: str, fresh: str, *, same_drawing: bool) -> PageApart | None:
    """Return where a page first parts from a new one of the same runs, or None.

    Args:
        page: the report.
        fresh: a new one, made of the same manifest.
        same_drawing: whether both were drawn by the same matplotlib; if not, drawings may differ.
    """
    if page == fresh:
        return None
    nothing = ("the end", "nothing")
    for there, here in zip_longest(words_of(page), words_of(fresh), fillvalue=nothing):
        if there[1] != here[1]:
            return PageApart(here[0] if here != nothing else there[0], there[1], here[1])
    if _SVG.sub("", page) != _SVG.sub("", fresh):
        return PageApart("the markup", "other tags", "the same words")
    if same_drawing:
        return PageApart("the charts", "another drawing", "what the runs draw")
    return None
