"""`permanence borough-data`: a template for a council's own figures, and a check of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Annotated

import typer

from sim.domain import evidence
from sim.domain.borough_figures import SALARIES, BoroughFigures, stated_caseload
from sim.domain.calendar import census_date, tax_year_of
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.ensemble.files import StoreError, write_atomically
from sim.rules.pay import opening_scales
from sim.scenario import load_figures
from sim.terminal.app import app_of_several
from sim.terminal.options import AsJson, Quiet, whole
from sim.words.tables import wrapped

app = app_of_several()
FACTS_WIDTH = 34


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
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to a new file.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Print a file of a borough's figures to change: the census's are filled in.

    Example: permanence borough-data template Bexley --out bexley-own.toml
    """
    wanted = [evidence.employer_of(name) for name in boroughs or evidence.employers()]
    text = "\n".join([*_heading(year), *(_table(name, year) for name in dict.fromkeys(wanted))])
    if out is None:
        typer.echo(text)
        return
    if out.exists():
        raise StoreError(f"--out {out}: already exists; name a new file")
    if not out.parent.is_dir():
        raise StoreError(f"--out {out}: there is no folder {out.parent}")
    write_atomically(out, lambda stream: _put(stream, text))
    typer.echo(f"Saved: {out}")


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of own figures (.toml).")],
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Check a file of own figures and say what it holds.

    Example: permanence borough-data check bexley-own.toml
    """
    figures = load_figures(file)
    if as_json:
        content = {name: own.given() for name, own in figures.items()}
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    count = sum(len(own.given()) for own in figures.values())
    whose = ", ".join(figures) or "nobody"
    for line in wrapped(f"{file}: valid, {count} figures of {whose}"):
        typer.echo(line)


def _put(stream: IO[bytes], text: str) -> None:
    stream.write(f"{text}\n".encode())


def _heading(year: int) -> list[str]:
    day = census_date(year)
    return [
        f"# A council's own figures on {day.day} {day:%B %Y}, with the census's filled in.",
        "# Change what you know better and delete the rest: what is left out stays as the census "
        "has it.",
        "# Use it with: permanence run baseline --borough-data THIS-FILE --borough NAME",
        "",
    ]


def _table(name: str, year: int) -> str:
    """Return one employer's table; salaries are London's, and left out until somebody knows."""
    values = _census_values(name, year)
    lines = [f'["{name}"]']
    for key, declared in declarations(BoroughFigures).items():
        low, high = declared.allowed or (0.0, 0.0)
        left_out = "# " if key in SALARIES or key == "posts_fte" else ""
        value = f"{left_out}{key} = {values[key]:g}"
        facts = f"{declared.label}, {declared.unit}, {low:,.0f} to {high:,.0f}"
        lines.append(f"{value:<{FACTS_WIDTH}}  # {facts}")
    return "\n".join([*lines, ""])


def _census_values(name: str, year: int) -> dict[str, float]:
    census = evidence.census_start(year)
    place = census.employers.index(name)
    permanent, agency = int(census.permanent[place]), int(census.agency[place])
    posts, extra = int(census.posts[place]), int(census.extra[place])
    holders = census.case_holder_share[place] * (permanent + agency)
    growth = Parameters().pay_growth_per_year
    index = evidence.pay_index(tax_year_of(census_date(year)), growth_beyond_table=growth)
    scale = opening_scales(Parameters(), (name,), {}, index)[0] * index
    return {
        "posts_fte": posts,
        "permanent_fte": permanent,
        "vacancies_fte": posts - permanent,
        "agency_fte": agency,
        "agency_cover_fte": agency - extra,
        "caseload_per_case_holder": stated_caseload(float(census.cases[place]), float(holders)),
        **{salary: round(float(pay)) for salary, pay in zip(SALARIES, scale, strict=True)},
    }
