"""The question `money`: who pays whom, and whether a policy saves money or only shifts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, NamedTuple

from sim.answers.answer import Answer, Chart, Printed, Table
from sim.domain.calendar import DEFAULT_YEARS
from sim.domain.given import counted
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.money import words
from sim.studies.money.method import money as books
from sim.studies.money.method import split as money_split
from sim.studies.money.method.money import Account, Amount, Books, LedgerLine
from sim.studies.money.words import Pair, Scale, scale_of
from sim.studies.request import asked
from sim.studies.study import Desk, Study, refuse_namesakes
from sim.words.captions import quoted, size, unit_name
from sim.words.result_tables import context_of


class Money(f.Dated):
    """Follow every pound.

    One scenario: the ledger, start and end. Two: what changes, why, for whom, net of HMRC.
    """

    scenario: f.Given
    policy: Annotated[
        f.Given | None,
        asked(
            "A second scenario: what changes, why, for whom.", metavar="POLICY", is_argument=True
        ),
    ] = None
    runs: f.Runs = 20
    seed: f.Seed = 1
    years: f.Years = DEFAULT_YEARS
    until: f.Until = None
    overrides: f.Overrides = ()
    parameters: f.Parameters = Draws.POSTERIOR
    borough: f.BoroughName = None
    real: Annotated[bool, asked("Pounds at the start year's pay (a pay index, not CPI).")] = False


class Kept(NamedTuple):
    """One scenario's result with its books, opened for one unit."""

    ensemble: Ensemble
    rows: list[tuple[str, ...]]
    account: Account
    level: float | None
    """The pay index at the end, if the account is in pounds of the start year's pay."""


def work(asked: Money, desk: Desk) -> Answer:
    """Run one scenario or two with their books open."""
    names = [one for one in (asked.scenario, asked.policy) if one is not None]
    planned = f.plans(names, asked.overrides)
    unit = f.unit_of(asked.borough)
    f.refuse_other_starts(planned)
    refuse_namesakes(planned)
    places = [""] if len(planned) == 1 else [one.name for one in planned]
    if len(planned) > 1:
        desk.refuse_foreign()
    folders = desk.claim_results(dict(zip(places, planned, strict=True)), asked)
    kept = []
    for one, place in zip(planned, places, strict=True):
        opened = Books(unit)
        ensemble = desk.ensemble(one, asked, folders[place], opened.add)
        kept.append(_kept(ensemble, opened, asked.real))
    told = _ledger(kept[0], unit) if len(kept) == 1 else _split(kept, unit)
    ensembles = {place: one.ensemble for place, one in zip(places, kept, strict=True)}
    return _answer(kept, unit, asked, told, ensembles)


def _answer(
    kept: Sequence[Kept],
    unit: str,
    asked: Money,
    told: list[Printed],
    ensembles: dict[str, Ensemble],
) -> Answer:
    last, findings = kept[-1], _sentences(kept, unit)
    base = kept[0].ensemble if len(kept) > 1 else None
    notes = words.money_notes(last.ensemble, unit, last.level, base)
    context = {
        **context_of(last.ensemble, unit, (), asked.overrides),
        "start_year_pay": last.level is not None,
        "sentences": findings,
        "notes": notes,
    }
    return Answer(
        about=" and ".join(one.ensemble.scenario.name for one in kept) + f", {size(last.ensemble)}",
        values=_values(kept, context),
        printed=told,
        findings=findings,
        notes=notes,
        tables=_tables(kept, unit),
        charts=[_chart(kept, unit)],
        results=ensembles,
    )


def _kept(ensemble: Ensemble, opened: Books, real: bool) -> Kept:
    account = opened.account(real=real)
    level = None
    if real:
        level = float(opened.account().bill[:, -1].mean() / account.bill[:, -1].mean())
    return Kept(ensemble, list(opened.rows(ensemble)), account, level)


def _pair(kept: Sequence[Kept]) -> Pair:
    base, policy = kept
    split = money_split.money_split(base.account, policy.account)
    return Pair(base.ensemble, policy.ensemble, base.account, policy.account, split)


def _sentences(kept: Sequence[Kept], unit: str) -> list[str]:
    if len(kept) > 1:
        return words.split_sentences(_pair(kept), unit)
    (one,) = kept
    received = books.received_lines(one.account)
    return words.ledger_sentences(one.ensemble, one.account, received, unit)


def _values(kept: Sequence[Kept], context: dict[str, Any]) -> dict[str, Any]:
    names = [one.ensemble.scenario.name for one in kept]
    if len(kept) > 1:
        return {"base": names[0], "policy": names[1], **context, **asdict(_pair(kept).split)}
    (one,) = kept
    return {
        "scenario": names[0],
        **context,
        "spent": [asdict(line) for line in books.spent_lines(one.account)],
        "received": [asdict(line) for line in books.received_lines(one.account)],
        "bill": asdict(books.bill_line(one.account)),
    }


# Tables and chart


def _tables(kept: Sequence[Kept], unit: str) -> list[Table]:
    rows = (row for one in kept for row in one.rows)
    found = [Table.of(books.MONEY_TABLE, books.MONEY_COLUMNS, rows)]
    if len(kept) > 1:
        names = [one.ensemble.scenario.name for one in kept]
        split = money_split.split_rows(names[0], names[1], unit, _pair(kept).split)
        found.append(Table.of("money-split", money_split.SPLIT_COLUMNS, split))
    return found


def _chart(kept: Sequence[Kept], unit: str) -> Chart:
    pair = "-and-".join(one.ensemble.scenario.name for one in kept)
    return Chart(f"{'figures' if len(kept) == 1 else pair}/money", partial(_drawn, kept, unit))


def _drawn(kept: Sequence[Kept], unit: str) -> tuple[Any, str]:
    from sim.studies.money import charts  # plotting is loaded only when something is drawn

    real = kept[0].level is not None
    if len(kept) > 1:
        return charts.split_chart(_pair(kept), unit, real=real)
    return charts.ledger_chart(kept[0].ensemble, kept[0].account, unit, real=real)


def _interval(found: Amount, scale: Scale, *, signed: bool = False) -> str:
    low, high = (scale.number(end, signed=signed) for end in (found.q10, found.q90))
    return f"{low} to {high}"


def _heading(kept: Sequence[Kept], unit: str) -> str:
    one = kept[-1]
    runs, days = one.ensemble.runs, one.ensemble.day(0)
    of = "of the day" if one.level is None else f"at the pay of {days.year}"
    return (
        f"{unit_name(unit)}: {scale_of(unit).unit} a year at September's pace, pounds {of}; "
        f"mean{'' if runs == 1 else 's'} of {counted(runs, 'run')}"
    )


def _years(ensemble: Ensemble) -> tuple[int, int]:
    return ensemble.day(0).year, ensemble.day(ensemble.months[-1]).year


def _ledger(one: Kept, unit: str) -> list[Printed]:
    spent, received = books.spent_lines(one.account), books.received_lines(one.account)
    bill, scale = books.bill_line(one.account), scale_of(unit)
    first, last = _years(one.ensemble)

    def amounts(line: LedgerLine) -> tuple[str, ...]:
        levels = (scale.number(line.start.mean), scale.number(line.end.mean))
        return (*levels, _interval(line.end, scale), scale.number(line.since_start.mean))

    def shares(line: LedgerLine) -> tuple[str, ...]:
        parts = (f"{100 * share:.1f}p" for share in (line.start_share, line.end_share))
        posts = (f"£{each:,.0f}" for each in (line.start_per_filled_post, line.end_per_filled_post))
        return (*parts, *posts)

    title = one.ensemble.scenario.title or one.ensemble.scenario.name
    rows = [
        ("Paid for", "", "", "", ""),
        *((f"  {line.label}", *amounts(line)) for line in spent),
        ("Received by", "", "", "", ""),
        *((f"  {line.label}", *amounts(line)) for line in received),
        (bill.label, *amounts(bill)),
    ]
    columns = ("", str(first), str(last), "80 % interval", f"sum to\n{last}")
    of = ("of each\npound", "\n", "a filled\npost", "\n")
    heads = ("", *(f"{text}\n{year}" for text, year in zip(of, (first, last) * 2, strict=True)))
    lines = [(line.label, *shares(line)) for line in (*spent, *received, bill)]
    return [
        Printed(f"{title}\n{_heading([one], unit)}", columns, rows),
        Printed("Shares and posts", heads, lines),
    ]


def _split(kept: Sequence[Kept], unit: str) -> list[Printed]:
    split, scale = _pair(kept).split, scale_of(unit)
    base, policy = (quoted(one.ensemble.scenario) for one in kept)
    _, last = _years(kept[1].ensemble)

    def row(line: money_split.MoneyChange, gap: float, total: float) -> tuple[str, ...]:
        ends = _interval(line.difference, scale, signed=True)
        return (scale.number(gap, signed=True), ends, scale.number(total, signed=True))

    received = words.received(split, scale)
    who = [
        (line.label, scale.number(old), scale.number(new), *row(line, new - old, total))
        for line, old, new, total in received
    ]
    bill, old, new, over_all = next(one for one in received if one[0] is split.bill)
    reasons = zip(
        split.reasons,
        words.adding_up([one.difference.mean for one in split.reasons], new - old, scale),
        words.adding_up([one.since_start.mean for one in split.reasons], over_all, scale),
        strict=True,
    )
    why = [
        (line.label, *row(line, *told)) for line, *told in (*reasons, (bill, new - old, over_all))
    ]
    over = f"sum to\n{last}"
    title = f"Who receives what: from {base} to {policy}, {last}\n{_heading(kept, unit)}"
    return [
        Printed(title, ("", "old", "new", "difference", "80 % interval", over), who),
        Printed(
            f"Why the bill changes: a split over all orders of change, {last}",
            ("", "difference", "80 % interval", over),
            why,
        ),
    ]


STUDY = Study(
    name="money",
    says=QUESTIONS["money"],
    request=Money,
    work=work,
    example="permanence money baseline package --runs 20",
    in_python="""
    >>> sim.money("no-cap", "pan-london-cap", runs=2, years=1)
    <money: no-cap and pan-london-cap, 2 runs of 1 year>
    """,
)
