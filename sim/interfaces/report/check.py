"""Is a report's page what a new report of the same runs says? Where does it first part?"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import zip_longest
from typing import NamedTuple

from sim.domain.given import shortened

SILENT = ("svg", "style", "script")
"""Elements whose words are not read: drawings, styles and the manifest."""
PLACE = "<svg/>"
"""Stands for a chart where charts are left out."""
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


def page_apart(page: str, fresh: str) -> PageApart | None:
    """Return where a page first parts from a new one of the same runs, its charts left out.

    Args:
        page: the report.
        fresh: a new one, made of the same manifest.
    """
    if page == fresh:
        return None
    nothing = ("the end", "nothing")
    for there, here in zip_longest(words_of(page), words_of(fresh), fillvalue=nothing):
        if there[1] != here[1]:
            return PageApart(here[0] if here != nothing else there[0], there[1], here[1])
    if _SVG.sub(PLACE, page) != _SVG.sub(PLACE, fresh):
        return PageApart("the markup", "other tags", "the same words")
    return None


def charts_apart(page: str, fresh: str) -> PageApart | None:
    """Return where a page's charts are other than those that are drawn now, bytes for bytes."""
    if _SVG.findall(page) == _SVG.findall(fresh):
        return None
    return PageApart("the charts", "another drawing", "what the runs draw")


def odd_chart(page: str, fresh: str) -> PageApart | None:
    """Return what in a page's charts could act, hide or speak and is in no chart drawn now.

    For charts that another matplotlib drew, whose lines cannot be held against lines drawn here:
    they may have the words, elements, attributes and styles of a new page's charts, no others.
    """
    known = _Kinds.of(_SVG.findall(fresh))
    for place, chart in enumerate(_SVG.findall(page)):
        mine = _Kinds.of([chart])
        odd = sorted((mine.elements - known.elements) | (mine.attributes - known.attributes))
        if odd or mine.rest:
            told = odd[0] if odd else shortened(mine.rest)
            return PageApart(f"chart {place + 1}", told, "no such thing")
    there, here = (_Kinds.of(_SVG.findall(one)).words for one in (page, fresh))
    for one, other in zip_longest(there, here, fillvalue="nothing"):
        if one != other:
            return PageApart("the charts", shortened(one), shortened(other))
    return None


class _Kinds(NamedTuple):
    """What some charts are made of.

    Attributes:
        elements: their names, with the way each is closed.
        attributes: with what they stand on; of `style` each property.
        rest: the first piece that is neither words nor a plain tag.
        words: in order.
    """

    elements: set[str]
    attributes: set[str]
    rest: str
    words: list[str]

    @staticmethod
    def of(charts: list[str]) -> _Kinds:
        elements, attributes, rest, words = set(), set(), "", []
        for chart in charts:
            for piece in re.split(r"(<[^>]*>?)", chart):
                tag = _TAG.fullmatch(piece)
                if tag is not None:
                    elements.add(f"<{tag[1]}>")
                    for name, value in _ATTRIBUTE.findall(tag[2]):
                        attributes |= {f"{tag[1]} {one}" for one in _properties(name, value)}
                elif piece.startswith("<"):
                    rest = rest or piece
                elif piece.strip():
                    words.append(" ".join(piece.split()))
        return _Kinds(elements, attributes, rest, words)


_TAG = re.compile(r"""<(/?[\w:-]+)((?:\s+[\w:-]+="[^"<>]*")*)\s*/?>""")
_ATTRIBUTE = re.compile(r"""([\w:-]+)="([^"]*)\"""")
_NUMBERS = re.compile(r"#?[0-9a-fA-F.+-]+[a-z%]*")


def _properties(name: str, value: str) -> set[str]:
    """Return what is fixed of an attribute: its name, and of styles and references the form."""
    if name == "style":
        parts = (one.partition(":") for one in value.split(";"))
        return {f"style {one.strip()}:{_form(text)}" for one, _, text in parts if one.strip()}
    if name in ("href", "xlink:href") or ("(" in value and name != "transform"):
        return {f"{name}={_form(value)}"}
    return {name}


def _form(value: str) -> str:
    """Return a value without its numbers and colours, and without what a reference is to."""
    found = re.sub(r"#[\w.-]+", "#", value.strip())
    return _NUMBERS.sub("0", found) if not found.startswith("#") else "#"
