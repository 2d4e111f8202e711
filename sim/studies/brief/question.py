"""The question `brief`: what a policy would do, what it costs, on one page."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from sim.answers.answer import Answer, Chart, Table
from sim.answers.results import command_line
from sim.domain.calendar import DEFAULT_YEARS
from sim.ensemble.draws import Draws
from sim.ensemble.files import write_atomically
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import package_version
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.brief.words import lines as words
from sim.studies.brief.words import pages
from sim.studies.brief.words.pages import FORMS, PICTURE, Page
from sim.studies.money.method.money import Books
from sim.studies.money.method.spending import (
    SPENDING_COLUMNS,
    SPENDING_TABLE,
    spending,
    spending_rows,
)
from sim.studies.request import asked
from sim.studies.study import Desk, Study, refuse_namesakes
from sim.words.captions import size
from sim.words.result_tables import context_of


def _forms(given: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [one for one in given if one not in FORMS]
    if wrong:
        raise ValueError(f"given {wrong[0]}; allowed: {', '.join(FORMS)}")
    return tuple(dict.fromkeys(given))


class Brief(f.Dated):
    """Write a brief.

    A base and a policy in, a page out: the answer in three lines, one picture, one table that adds
    up, what it rests on and what would change it. With `--out` it is written as HTML and Markdown;
    `--as docx` and `--as pptx` need the extra `office`. With a council's own figures the page says
    that it holds them.
    """

    scenario: f.Given
    policy: Annotated[
        f.Given, asked("The policy to compare with it.", metavar="POLICY", is_argument=True)
    ]
    form: Annotated[
        tuple[str, ...],
        BeforeValidator(f._texts),
        AfterValidator(_forms),
        asked(
            f"Formats of the page: {', '.join(FORMS)}. Repeat for more.",
            flag="--as",
            metavar="FORM",
            is_repeated=True,
        ),
    ] = ("html", "md")
    runs: f.Runs = 20
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough: f.BoroughName = None
    borough_data: f.BoroughData = None


def work(asked: Brief, desk: Desk) -> Answer:
    """Run both with their books open; say what came of it, and write the page."""
    pages.refuse_missing(asked.form)
    planned = f.plans((asked.scenario, asked.policy), asked.overrides, asked.borough_data)
    unit = f.unit_of(asked.borough)
    f.refuse_other_starts(planned)
    refuse_namesakes(planned)
    desk.refuse_foreign()
    folders = desk.claim_results({one.name: one for one in planned}, asked)
    books = [Books(unit) for _ in planned]
    base, policy = (
        desk.ensemble(one, asked, folders[one.name], kept.add)
        for one, kept in zip(planned, books, strict=True)
    )
    spent = spending(*books)
    table = words.spending_table(base, policy, spent, unit)
    lines = words.answer_lines(base, policy, spent, unit)
    rests = words.rests_on(base, policy, spent, unit)
    changes = words.would_change(base, policy, unit)
    names = (base.scenario.name, policy.scenario.name)
    title = words.title_of(names, unit, policy.day(policy.months[-1]).year)
    if desk.out is not None:
        picture, alt_text = _picture(base, policy, unit)
        page = Page(title, lines, picture, alt_text, table, rests, changes, _made())
        _write(desk.out, page, asked.form)
    rows = spending_rows(*names, unit, spent)
    return Answer(
        about=f"{title}, {size(policy)}",
        values={
            "base": names[0],
            "policy": names[1],
            **context_of(policy, unit, (), asked.overrides),
            "answer": lines,
            "rests_on": rests,
            "would_change_it": changes,
        },
        heading=[title, *lines],
        printed=[table],
        findings=[f"What would change it: {one}" for one in changes],
        notes=rests,
        tables=[Table.of(SPENDING_TABLE, SPENDING_COLUMNS, rows)],
        charts=[Chart("figures/permanence", partial(_drawn, base, policy, unit))],
        results={one.scenario.name: one for one in (base, policy)},
    )


def _made() -> str:
    return f"Permanence {package_version()}; {' '.join(command_line())}"


def _drawn(base: Ensemble, policy: Ensemble, unit: str) -> tuple[Any, str]:
    from sim.charts import ensembles as charts  # plotting is loaded only when something is drawn

    return charts.permanence_chart([base, policy], unit)


def _picture(base: Ensemble, policy: Ensemble, unit: str) -> tuple[bytes, str]:
    from sim.charts.style import DOTS_PER_INCH

    figure, alt_text = _drawn(base, policy, unit)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DOTS_PER_INCH, metadata={"Software": "Permanence"})
    return stream.getvalue(), alt_text


def _write(out: Path, page: Page, forms: tuple[str, ...]) -> None:
    made = {f"brief.{name}": FORMS[name](page) for name in forms}
    if "md" in forms:
        made[PICTURE] = page.picture
    for name, content in made.items():
        write_atomically(out / name, partial(_put, content))


def _put(content: bytes, stream: IO[bytes]) -> None:
    stream.write(content)


STUDY = Study(
    name="brief",
    says=QUESTIONS["brief"],
    request=Brief,
    work=work,
    example="permanence brief no-cap pan-london-cap --borough Bexley --out brief",
    in_python="""
    >>> sim.brief("no-cap", "pan-london-cap", runs=2, years=1)
    <brief: pan-london-cap beside no-cap: London to 2026, 2 runs of 1 year>
    """,
)
