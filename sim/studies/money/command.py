"""`permanence money`: who pays whom, and whether a policy saves money or only shifts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from sim.answers import results
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.workers import workers
from sim.scenario import Scenario, load_scenario
from sim.studies.money import words as money_words
from sim.studies.money.words import Pair, Scale, scale_of
from sim.studies.money.work import money as books
from sim.studies.money.work import split as money_split
from sim.studies.money.work.money import Account, Amount, Books, LedgerLine
from sim.terminal import options as o
from sim.terminal.progress import processors
from sim.terminal.result_folders import ensemble_of, prepare, refuse_foreign, refuse_namesakes
from sim.terminal.telling import Files, tell
from sim.words.captions import unit_name
from sim.words.result_tables import context_of
from sim.words.tables import print_notes, print_table

CHART = "money"


class Kept(NamedTuple):
    """One scenario's result with its books, opened for one unit."""

    ensemble: Ensemble
    books: Books
    account: Account
    level: float | None
    """The pay index at the end, if the account is in pounds of the start year's pay."""


def money(
    scenario: o.ScenarioName,
    policy: Annotated[
        str | None,
        typer.Argument(metavar="POLICY", help="A second scenario: what changes, why, for whom."),
    ] = None,
    runs: o.Runs = 20,
    seed: o.Seed = 1,
    years: o.Years = 10,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    borough: o.BoroughOption = None,
    real: Annotated[
        bool,
        typer.Option("--real", help="Pounds at the start year's pay (a pay index, not CPI)."),
    ] = False,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Follow every pound: who pays whom, and what of a saving is only a shift.

    One scenario: the ledger, start and end. Two: what changes, why, for whom, net of HMRC.

    Example: permanence money baseline package --runs 20
    """
    names = [scenario] if policy is None else [scenario, policy]
    planned = [load_scenario(name, sets or ()) for name in names]
    unit = o.unit_of(borough)
    o.refuse_other_starts(planned)
    refuse_namesakes(planned)
    folders = _folders(planned, seed, years, parameters, out)
    jobs = min(jobs or processors(), runs)
    kept = []
    with workers(jobs) as pool:
        for one, folder in zip(planned, folders, strict=True):
            opened = Books(unit)
            ensemble = ensemble_of(
                one, runs, seed, years, parameters, pool, jobs, folder, quiet, opened.add
            )
            kept.append(_kept(ensemble, opened, real))

    def show() -> None:
        _print_ledger(kept[0], unit) if len(kept) == 1 else _print_split(kept, unit)

    def save() -> Files:
        return [] if out is None else _save(kept, folders, out, unit)

    tell(show, lambda files: _as_json(kept, unit, files, sets or ()), save, as_json=as_json)


def _folders(
    planned: Sequence[Scenario], seed: int, years: int, draws: Draws, out: Path | None
) -> list[Path | None]:
    """Return where each scenario's result goes, as `run` and `compare` have it, made if allowed."""
    if out is None:
        return [None] * len(planned)
    if len(planned) > 1:
        refuse_foreign(out)
    folders = [out] if len(planned) == 1 else [out / one.name for one in planned]
    prepare(dict(zip(folders, planned, strict=True)), seed, years, draws)
    return list(folders)


def _kept(ensemble: Ensemble, opened: Books, real: bool) -> Kept:
    account = opened.account(real=real)
    level = None
    if real:
        level = float(opened.account().bill[:, -1].mean() / account.bill[:, -1].mean())
    return Kept(ensemble, opened, account, level)


def _pair(kept: Sequence[Kept]) -> Pair:
    base, policy = kept
    split = money_split.money_split(base.account, policy.account)
    return Pair(base.ensemble, policy.ensemble, base.account, policy.account, split)


def _sentences(kept: Sequence[Kept], unit: str) -> list[str]:
    if len(kept) > 1:
        return money_words.split_sentences(_pair(kept), unit)
    (one,) = kept
    received = books.received_lines(one.account)
    return money_words.ledger_sentences(one.ensemble, one.account, received, unit)


def _notes(kept: Sequence[Kept], unit: str) -> list[str]:
    last = kept[-1]
    base = kept[0].ensemble if len(kept) > 1 else None
    return money_words.money_notes(last.ensemble, unit, last.level, base)


# Saving


def _save(kept: Sequence[Kept], folders: Sequence[Path | None], out: Path, unit: str) -> list[Path]:
    from sim.studies.money import (
        charts as charts_money,  # plotting is loaded only when something is drawn
    )

    for one, folder in zip(kept, folders, strict=True):
        assert folder is not None
        results.write_result(one.ensemble, folder, results.command_line())
    tables = [out / books.MONEY_FILE]
    books.write_money(tables[0], [(one.ensemble, one.books) for one in kept])
    if len(kept) == 1:
        folder = out / "figures"
        chart = charts_money.ledger_chart(
            kept[0].ensemble, kept[0].account, unit, real=kept[0].level is not None
        )
    else:
        pair = _pair(kept)
        names = (pair.base.scenario.name, pair.policy.scenario.name)
        tables.append(out / money_split.SPLIT_FILE)
        rows = money_split.split_rows(*names, unit, pair.split)
        results.write_table(tables[1], money_split.SPLIT_COLUMNS, rows)
        folder = out / "-and-".join(names)
        chart = charts_money.split_chart(pair, unit, real=kept[0].level is not None)
    saved = charts_money.save(*chart, folder / CHART)
    return [*saved, *tables, *(folder for folder in folders if folder is not None)]


# Printing


def _interval(found: Amount, scale: Scale, *, signed: bool = False) -> str:
    low, high = (scale.number(end, signed=signed) for end in (found.q10, found.q90))
    return f"{low} to {high}"


def _heading(kept: Sequence[Kept], unit: str) -> str:
    one = kept[-1]
    runs, days = one.ensemble.runs, one.ensemble.day(0)
    of = "of the day" if one.level is None else f"at the pay of {days.year}"
    return (
        f"{unit_name(unit)}: {scale_of(unit).unit} a year at September's pace, pounds {of}; "
        f"mean{'' if runs == 1 else 's'} of {runs} run{'' if runs == 1 else 's'}"
    )


def _years(ensemble: Ensemble) -> tuple[int, int]:
    return ensemble.day(0).year, ensemble.day(ensemble.months[-1]).year


def _print_ledger(one: Kept, unit: str) -> None:
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
    header: tuple[str, ...] = ("", str(first), str(last), "80 % interval", f"sum to\n{last}")
    rows = [
        ("Paid for", "", "", "", ""),
        *((f"  {line.label}", *amounts(line)) for line in spent),
        ("Received by", "", "", "", ""),
        *((f"  {line.label}", *amounts(line)) for line in received),
        (bill.label, *amounts(bill)),
    ]
    print_table(f"{title}\n{_heading([one], unit)}", header, rows)
    typer.echo()
    of = ("of each\npound", "\n", "a filled\npost", "\n")
    header = ("", *(f"{text}\n{year}" for text, year in zip(of, (first, last) * 2, strict=True)))
    lines = [*spent, *received, bill]
    print_table("Shares and posts", header, [(line.label, *shares(line)) for line in lines])
    print_notes(_sentences([one], unit))
    print_notes(_notes([one], unit))


def _print_split(kept: Sequence[Kept], unit: str) -> None:
    split, scale = _pair(kept).split, scale_of(unit)
    base, policy = kept[0].ensemble.scenario.name, kept[1].ensemble.scenario.name
    _, last = _years(kept[1].ensemble)
    rows: list[tuple[str, ...]] = []
    for line in (*split.payees, split.bill, split.public_purse):
        assert line.old is not None
        assert line.new is not None
        rows.append(
            (
                line.label,
                scale.number(line.old),
                scale.number(line.new),
                scale.number(line.difference.mean, signed=True),
                _interval(line.difference, scale, signed=True),
                scale.number(line.since_start.mean, signed=True),
            )
        )
    over = f"sum to\n{last}"
    title = f"Who receives what: from {base} to {policy}, {last}\n{_heading(kept, unit)}"
    print_table(title, ("", "old", "new", "difference", "80 % interval", over), rows)
    typer.echo()
    rows = [
        (
            line.label,
            scale.number(line.difference.mean, signed=True),
            _interval(line.difference, scale, signed=True),
            scale.number(line.since_start.mean, signed=True),
        )
        for line in (*split.reasons, split.bill)
    ]
    title = f"Why the bill changes: a split over all orders of change, {last}"
    print_table(title, ("", "difference", "80 % interval", over), rows)
    print_notes(_sentences(kept, unit))
    print_notes(_notes(kept, unit))


# JSON


def _as_json(
    kept: Sequence[Kept], unit: str, files: Sequence[Path], sets: Sequence[str]
) -> dict[str, Any]:
    last = kept[-1]
    context = {
        **context_of(last.ensemble, unit, files, sets),
        "start_year_pay": last.level is not None,
        "sentences": _sentences(kept, unit),
        "notes": _notes(kept, unit),
    }
    if len(kept) == 1:
        return {
            "scenario": last.ensemble.scenario.name,
            **context,
            "spent": [asdict(line) for line in books.spent_lines(last.account)],
            "received": [asdict(line) for line in books.received_lines(last.account)],
            "bill": asdict(books.bill_line(last.account)),
        }
    names = [one.ensemble.scenario.name for one in kept]
    return {"base": names[0], "policy": names[1], **context, **asdict(_pair(kept).split)}
