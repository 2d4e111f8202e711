"""`permanence borough-data`: a template for a council's own figures, and a check of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer

from sim.domain import evidence
from sim.domain.borough_figures import ESTABLISHMENT, BoroughFigures
from sim.domain.calendar import census_date, spoken_day
from sim.domain.figures_csv import csv_of
from sim.domain.quantities import Declaration, declarations
from sim.ensemble.files import StoreError, write_atomically
from sim.scenario import load_figures
from sim.terminal.app import app_of_several
from sim.terminal.options import AsJson, Quiet, whole
from sim.words.own_figures import OF_LONDON, census_figures, doubtful
from sim.words.tables import wrapped

app = app_of_several()
FACTS_WIDTH = 34
LEFT_OUT = (*OF_LONDON, ESTABLISHMENT[0])
"""Left out of a template until somebody knows: London's figures, and what others add up to."""
DAY = "as_of"


class Form(StrEnum):
    """What a template is written as."""

    TOML = "toml"
    CSV = "csv"


@app.command("template")
def template(
    boroughs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BOROUGH]...", help="Whose figures (default: every employer's)."),
    ] = None,
    year: Annotated[
        int,
        typer.Option(
            parser=whole(evidence.census_years()[0], evidence.latest_census_year()),
            metavar="YEAR",
            help="Census whose figures are filled in.",
        ),
    ] = evidence.latest_census_year(),
    form: Annotated[
        Form | None,
        typer.Option(
            "--as",
            metavar="FORM",
            help="toml, or csv for a spreadsheet (default: by --out's ending, else toml).",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to a new file.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Print a file of a borough's figures to change: the census's are filled in.

    Example: permanence borough-data template Bexley --out bexley-own.toml
    """
    wanted = [evidence.employer_of(name) for name in boroughs or evidence.employers()]
    names = list(dict.fromkeys(wanted))
    ending = "" if out is None else out.suffix.lower()
    if form is not None and ending in (".toml", ".csv") and ending != f".{form}":
        raise StoreError(f"--out {out}: given --as {form}; allowed: a file ending in .{form}")
    is_csv = form is Form.CSV or (form is None and ending == ".csv")
    text = csv_of(_rows(names, year)) if is_csv else "\n".join(_tables(names, year))
    if out is None:
        typer.echo(text.rstrip("\n") if is_csv else text)
        return
    if out.exists():
        raise StoreError(f"--out {out}: already exists; name a new file")
    if not out.parent.is_dir():
        raise StoreError(f"--out {out}: there is no folder {out.parent}")
    # A spreadsheet reads UTF-8 where a mark says so.
    content = text.encode("utf-8-sig") if is_csv else f"{text}\n".encode()
    write_atomically(out, lambda stream: _put(stream, content))
    typer.echo(f"Saved: {out}")


@app.command("check")
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file of own figures (.toml or .csv).")
    ],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check a file of own figures: what it holds, and what is far from the latest census.

    Example: permanence borough-data check bexley-own.toml
    """
    figures = load_figures(file)
    doubts = doubtful(figures, evidence.latest_census_year())
    if as_json:
        content = {name: own.model_dump(mode="json") for name, own in figures.items()}
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        for line in doubts:
            typer.echo(line, err=True)
        return
    count = sum(len(own.given()) for own in figures.values())
    whose = ", ".join(figures) or "nobody"
    for said in (f"{file}: valid, {count} figures of {whose}", *doubts):
        typer.echo("\n".join(wrapped(said, hanging="  ")))


def _put(stream: IO[bytes], content: bytes) -> None:
    stream.write(content)


def _tables(names: Sequence[str], year: int) -> Iterator[str]:
    """Yield a template in TOML: its heading, then a table an employer."""
    day = spoken_day(census_date(year))
    yield (
        f"# A council's own figures on {day}, with the census's filled in.\n"
        "# Change what you know better and delete the rest: what is left out stays as the census "
        "has it.\n"
        "# What stands behind a # is left out; the census does not say it, and the figure is "
        "London's.\n"
        "# Use it with: permanence run baseline --borough-data THIS-FILE --borough NAME\n"
    )
    for name in names:
        values = census_figures(name, year)
        lines = [f'["{name}"]', _line(f"# {DAY} = {census_date(year)}", _day_facts(year))]
        for key, declared in declarations(BoroughFigures).items():
            if key != DAY:
                left_out = "# " if key in LEFT_OUT else ""
                facts = f"{declared.label}, {declared.unit}, {_range(declared)}"
                lines.append(_line(f"{left_out}{key} = {values[key]:g}", facts))
        yield "\n".join([*lines, ""])


def _line(said: str, facts: str) -> str:
    return f"{said:<{FACTS_WIDTH}}  # {facts}"


def _day_facts(year: int) -> str:
    return f"{declarations(BoroughFigures)[DAY].label}, date, from {census_date(year)} to today"


def _rows(names: Sequence[str], year: int) -> Iterator[tuple[str, ...]]:
    """Yield a template's rows for a spreadsheet; what the census does not say is left empty."""
    for name in names:
        values = census_figures(name, year)
        for key, declared in declarations(BoroughFigures).items():
            told = (declared.unit, "" if key == DAY else _range(declared), declared.label)
            value = "" if key == DAY or key in LEFT_OUT else f"{values[key]:g}"
            yield (name, key, value, *told)


def _range(declared: Declaration) -> str:
    low, high = declared.allowed or (0.0, 0.0)
    return f"{low:,.0f} to {high:,.0f}"
