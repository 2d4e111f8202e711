"""Pieces of an accessible page: every text escaped, every table with caption and scopes.

Functions that take text escape it; those whose argument is called `body` or `content` take HTML
that is made of such pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import NamedTuple

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the page may load: nothing but the styles and pictures it carries itself."""


class Group(NamedTuple):
    """A heading over several columns of a table."""

    label: str
    columns: int


_CODE = re.compile(r"`([^`]+)`")


def text(words: str) -> str:
    """Return words as HTML: a number never parted from its unit, `code` set as code."""
    return _CODE.sub(r"<code>\1</code>", escape(words)).replace(" %", "\u00a0%")


def paragraph(words: str, kind: str = "") -> str:
    """Return a paragraph, of a class if one is named."""
    return f"<p{_class(kind)}>{text(words)}</p>\n"


def bullets(sentences: Iterable[str], kind: str = "") -> str:
    """Return sentences as a list."""
    items = "".join(f"<li>{text(one)}</li>\n" for one in sentences)
    return f"<ul{_class(kind)}>\n{items}</ul>\n"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    groups: Sequence[Group] = (),
    words: Sequence[int] = (),
    kind: str = "",
) -> str:
    """Return a table whose first column names its rows; it scrolls where it is too wide.

    Args:
        caption: what it shows.
        head: the names of the columns.
        rows: cells; the first of each is the row's heading.
        groups: headings over the columns after the first.
        words: places of columns that hold words, which are set left; numbers are set right.
        kind: a class of its own.
    """
    cells = []
    for row in rows:
        rest = "".join(
            f"<td{_class('' if place in words else 'n')}>{text(cell)}</td>"
            for place, cell in enumerate(row[1:], start=1)
        )
        cells.append(f'<tr><th scope="row">{text(row[0])}</th>{rest}</tr>\n')
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table{_class(kind)}>\n<caption>{text(caption)}</caption>\n"
        f"<thead>\n{_heads(head, groups, words)}</thead>\n<tbody>\n{''.join(cells)}</tbody>\n"
        "</table></div>\n"
    )


def _heads(head: Sequence[str], groups: Sequence[Group], words: Sequence[int]) -> str:
    names = [
        f'<th scope="col"{_class("" if place == 0 or place in words else "n")}>{text(name)}</th>'
        for place, name in enumerate(head)
    ]
    if not groups:
        return f"<tr>{''.join(names)}</tr>\n"
    first = names[0].replace('scope="col"', 'scope="col" rowspan="2"')
    over = "".join(
        f'<th scope="colgroup" colspan="{one.columns}">{text(one.label)}</th>' for one in groups
    )
    return f"<tr>{first}{over}</tr>\n<tr>{''.join(names[1:])}</tr>\n"


def details(summary: str, body: str) -> str:
    """Return something that opens on demand, and always in print."""
    return f"<details>\n<summary>{text(summary)}</summary>\n{body}</details>\n"


def figure(picture: str, below: str = "") -> str:
    """Return a chart (an SVG with its own name) and what stands below it."""
    return f'<figure>\n<div class="chart">{picture}</div>\n{below}</figure>\n'


class Section(NamedTuple):
    """A part of the page: its anchor, its heading, and its content."""

    anchor: str
    heading: str
    body: str


def subheading(words: str) -> str:
    """Return a heading within a section."""
    return f"<h3>{text(words)}</h3>\n"


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return names and values as a description list."""
    items = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>\n" for name, value in rows
    )
    return f'<dl class="facts">\n{items}</dl>\n'


def code(command: str) -> str:
    """Return a command to type."""
    return f'<pre tabindex="0" aria-label="Command"><code>{escape(command)}</code></pre>\n'


def document(
    title: str, lede: str, summary: str, sections: Sequence[Section], data: str, foot: str
) -> str:
    """Return the whole page.

    Args:
        title: its heading.
        lede: a line of text below it.
        summary: what comes before the contents list, as HTML.
        sections: its parts, in order.
        data: JSON to carry along; a browser does not run it.
        foot: its last lines, as HTML.
    """
    style = files("sim.interfaces.report").joinpath("report.css").read_text(encoding="utf-8")
    contents = "".join(
        f'<li><a href="#{one.anchor}">{text(one.heading)}</a></li>\n' for one in sections
    )
    body = "".join(
        f'<section aria-labelledby="{one.anchor}">\n<h2 id="{one.anchor}">{text(one.heading)}</h2>'
        f"\n{one.body}</section>\n"
        for one in sections
    )
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="generator" content="permanence report">
<title>{escape(title)} - Permanence</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the finding</a>
<header class="band"><div class="page"><p class="brand">Permanence</p>
<p class="kind">Simulation report</p></div></header>
<main id="main" class="page" tabindex="-1">
<h1>{text(title)}</h1>
<p class="lede">{text(lede)}</p>
{summary}<nav aria-label="Contents" class="contents">
<p class="contents-head">Contents</p>
<ol>
{contents}</ol>
</nav>
{body}</main>
<footer class="foot"><div class="page">
{foot}</div></footer>
<script type="application/json" id="manifest">
{data}
</script>
</body>
</html>
"""
