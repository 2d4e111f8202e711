"""An answer: tables, sentences, notes and charts, the same for every question and every door.

A terminal prints it, a notebook shows it, a folder keeps it, a report sets it on a page; none of
them knows which question it answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.answers import results
from sim.answers.books import ensemble_sheets, sources_sheet, table_sheet, text_sheet
from sim.answers.workbook import Sheet
from sim.ensemble.run import Ensemble

if TYPE_CHECKING:
    import pandas as pd

Cell = str | float | None
"""What stands in a table's cell; a number is written so that it reads back exactly."""


@dataclass(frozen=True)
class Table:
    """A tidy table: what a file and a data frame hold.

    Attributes:
        name: of its file, without the ending.
        columns: names, in order.
        rows: cells in that order; a number that is not finite is an empty cell.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @staticmethod
    def of(name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
        """Return a table, its rows worked out."""
        return Table(name, tuple(columns), [tuple(row) for row in rows])

    @staticmethod
    def of_records(name: str, records: Sequence[Mapping[str, Any]]) -> Table:
        """Return a table of records that all have the first one's keys."""
        columns = tuple(records[0]) if records else ()
        return Table(name, columns, [tuple(one[key] for key in columns) for one in records])

    def frame(self) -> pd.DataFrame:
        """Return it as a data frame."""
        import pandas as pd

        columns = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.columns)
        named = zip(self.columns, map(_typed, columns), strict=True)
        return pd.DataFrame(dict(named))

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.csv"

    def write(self, folder: Path) -> Path:
        """Write it as a file of comma-separated values; return the file."""
        path = folder / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        results.write_table(path, self.columns, (tuple(map(_cell, row)) for row in self.rows))
        return path


def sheet_of(table: Table) -> Sheet:
    """Return a table as a sheet of a workbook: numbers as numbers, dates as dates."""
    columns = zip(*table.rows, strict=True) if table.rows else ((),) * len(table.columns)
    return table_sheet(table.name, table.columns, [_typed(one) for one in columns])


def sheets_of(answer: Answer) -> list[Sheet]:
    """Return an answer as the sheets of a workbook."""
    words = [answer.about, *answer.heading, "", *answer.findings]
    found = [text_sheet("Answer", words), *map(sheet_of, answer.tables)]
    if answer.results:
        found += ensemble_sheets(list(answer.results.values()))
    return [*found, sources_sheet(answer.notes)]


def _typed(column: Sequence[Cell]) -> list[Any]:
    """Return a column's cells as numbers or truths, where all of them are written so."""
    words = [_cell(one) for one in column]
    if words and set(words) <= {"true", "false"}:
        return [word == "true" for word in words]
    try:
        numbers = [float(word) if word else math.nan for word in words]
    except ValueError:
        return words
    if words and all(word.removeprefix("-").isdigit() for word in words):
        return [int(word) for word in words]
    return numbers


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return results.number(value)
    return "" if value is None else str(value)


class Printed(NamedTuple):
    """A table as a person reads it: cells are words, numbers rounded and with their units."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    tight: bool = False
    notes: Sequence[str] = ()
    """What must stand beside this table alone."""


class Chart(NamedTuple):
    """A chart that is drawn when somebody looks at it.

    Attributes:
        stem: where in a folder it goes, without an ending, such as `figures/map`.
        draw: returns figure and alternative text; it loads matplotlib. Make it a `partial` of a
            function of a module, so that the answer pickles.
    """

    stem: str
    draw: Callable[[], tuple[Any, str]]


@dataclass(frozen=True, repr=False)
class Answer:
    """What a question came to.

    Attributes:
        about: it in a few words, such as "no-cap, 2 runs of 1 year".
        values: everything as plain values: what `--json` prints.
        printed: the tables a person reads.
        findings: what they show, in sentences worked out from the numbers.
        notes: what the numbers rest on and do not say.
        tables: the same as files and data frames.
        charts: drawn when looked at.
        results: ensembles behind it, by the folder each goes to ("" is the answer's own).
        manifest: what it takes to make it again, for the folder's manifest.
        heading: lines above the first table.
        written: files that the work has written already.
        documents: texts to write to files that were named, whatever folder was.
        findings_first: whether findings stand above the tables.
        found: what the work found, as its own objects.
        failed: whether a check that was asked for failed.
    """

    about: str
    values: Mapping[str, Any]
    printed: Sequence[Printed] = ()
    findings: Sequence[str] = ()
    notes: Sequence[str] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    results: Mapping[str, Ensemble] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    heading: Sequence[str] = ()
    written: Sequence[Path] = ()
    documents: Mapping[Path, str] = field(default_factory=dict)
    findings_first: bool = False
    found: Any = None
    failed: bool = False
    study: str = ""

    def table(self, name: str = "") -> pd.DataFrame:
        """Return a table as a data frame: the first, or the one named.

        Raises:
            ValueError: there is none of that name.
        """
        found = [one for one in self.tables if name in ("", one.name)]
        if not found:
            allowed = ", ".join(one.name for one in self.tables) or "none: it has no tables"
            raise ValueError(f"table: given {name!r}; allowed: {allowed}")
        return found[0].frame()

    def panel(self, name: str = "") -> pd.DataFrame:
        """Return every run at every census of a result: the first's, or of the one named.

        Raises:
            ValueError: there is none of that name; a question may keep no runs.
        """
        import pandas as pd

        found = self.results.get(name or next(iter(self.results), ""))
        if found is None:
            allowed = ", ".join(self.results) or "none: it keeps no runs"
            raise ValueError(f"panel: given {name!r}; allowed: {allowed}")
        frame = Table.of("panel", results.PANEL_COLUMNS, results.panel_rows(found)).frame()
        return frame.assign(date=pd.to_datetime(frame["date"]))

    @property
    def plot(self) -> Plots:
        """Charts: `plot()` draws the first, `plot.map()` the one of that name."""
        return Plots(self.charts)

    def __getattr__(self, name: str) -> Any:
        """Return a table by its name as a method: `answer.gains()` is `answer.table("gains")`."""
        for one in self.__dict__.get("tables", ()):
            if one.name.replace("-", "_") == name:
                return one.frame
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        """Return what it has, its tables by name too."""
        return [*super().__dir__(), *(one.name.replace("-", "_") for one in self.tables)]

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return f"<{self.study or 'answer'}: {self.about}>"

    def _repr_html_(self) -> str:
        tables = "".join(map(_html_table, self.printed))
        return f"{tables}{_html_list(self.findings)}{_html_list(self.notes)}"


class Plots:
    """Charts of an answer; each is a matplotlib figure that carries its alternative text."""

    def __init__(self, charts: Sequence[Chart]) -> None:
        self._charts = {Path(one.stem).name.replace("-", "_"): one for one in charts}

    def __call__(self, name: str = "") -> Any:
        """Draw the first chart, or the one named.

        Raises:
            ValueError: there is none of that name.
        """
        found = self._charts.get(name or next(iter(self._charts), ""))
        if found is None:
            allowed = ", ".join(self._charts) or "none: it draws none"
            raise ValueError(f"plot: given {name!r}; allowed: {allowed}")
        return found.draw()[0]

    def __getattr__(self, name: str) -> Callable[[], Any]:
        """Return what draws the chart of a name."""
        if name.startswith("_") or name not in self._charts:
            raise AttributeError(f"no chart is called {name!r}; there are: {', '.join(self)}")
        return lambda: self(name)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the charts."""
        return iter(self._charts)

    def __dir__(self) -> list[str]:
        """Return the names of the charts."""
        return [*super().__dir__(), *self]


def _html_table(one: Printed) -> str:
    head = "".join(f'<th scope="col">{escape(_plain(name))}</th>' for name in one.header)
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(_plain(cell))}</td>" for cell in row[1:])
        + "</tr>"
        for row in one.rows
    )
    return (
        f"<table><caption>{escape(_plain(one.title))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{_html_list(one.notes)}"
    )


def _plain(text: str) -> str:
    """Return a heading in one line: a hyphen at the end of a line is the terminal's."""
    return text.replace("-\n", "").replace("\n", " ")


def _html_list(sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    return f"<ul>{items}</ul>" if items else ""
