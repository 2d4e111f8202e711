"""Spending beside every comparison: agency, permanent, policy and all, a year and in sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from sim.answers.answer import Table
from sim.answers.results import write_table
from sim.ensemble.run import Ensemble
from sim.studies.money.words import scale_of, spending_sentences
from sim.studies.money.work.money import MONEY_FILE, Amount, Books, write_money
from sim.studies.money.work.spending import (
    SPENDING_COLUMNS,
    SPENDING_FILE,
    Spending,
    spending,
    spending_rows,
)
from sim.words.captions import unit_name
from sim.words.tables import print_notes, print_table

MEANS = (
    "Amounts are means, so that they add up (the medians above do not). Sums are from the start; "
    "'at the pay of' divides by the model's index of social workers' pay, which is not CPI."
)


def all_spending(ensembles: Sequence[Ensemble], books: Sequence[Books]) -> dict[str, Spending]:
    """Return what each policy spends beside the base, the first, by the policy's name."""
    return {
        one.scenario.name: spending(books[0], kept)
        for one, kept in zip(ensembles[1:], books[1:], strict=True)
    }


def print_spending(ensembles: Sequence[Ensemble], found: Mapping[str, Spending], unit: str) -> None:
    """Print each policy's spending beside the base, and what of it is no saving."""
    base, scale = ensembles[0], scale_of(unit)
    first, last = base.day(0).year, base.day(base.months[-1]).year

    def gap(one: Amount) -> str:
        ends = (scale.number(end, signed=True) for end in (one.q10, one.q90))
        return f"{scale.number(one.mean, signed=True)}\n{' to '.join(ends)}"

    for name, one in found.items():
        rows = [
            (
                line.label, scale.number(line.old), scale.number(line.new), gap(line.difference),
                scale.number(line.since_start.mean, signed=True),
                scale.number(line.since_start_real.mean, signed=True),
            )
            for line in one.lines
        ]  # fmt: skip
        typer.echo()
        title = (
            f"Spending: from {base.scenario.name} to {name}\n{unit_name(unit)}: {scale.unit} a "
            f"year in September {last}, pounds of the day; means of {base.runs} "
            f"run{'' if base.runs == 1 else 's'}"
        )
        header = ("", "old", "new", "difference,\n80 % interval", f"sum to\n{last}",
                  f"at the pay\nof {first}")  # fmt: skip
        print_table(title, header, rows, tight=True)
        print_notes(spending_sentences(one, unit))
    print_notes([MEANS])


def spending_as_json(found: Mapping[str, Spending], unit: str) -> dict[str, Any]:
    """Return spending by policy as plain values."""
    return {
        name: {
            "lines": [
                {
                    key: asdict(v) if isinstance(v, Amount) else v
                    for key, v in line._asdict().items()
                }
                for line in one.lines
            ],
            "reasons": [asdict(reason) for reason in one.split.reasons],
            "public_purse": asdict(one.split.public_purse),
            "extra_permanent_fte": one.extra_permanent,
            "bill_for_each_extra_permanent": one.bill_a_post,
            "policy_cost_for_each_extra_permanent": one.policies_a_post,
            "sentences": spending_sentences(one, unit),
        }
        for name, one in found.items()
    }


def spending_table(base: Ensemble, found: Mapping[str, Spending], unit: str) -> Table:
    """Return spending as a tidy table."""
    rows = (
        row
        for name, one in found.items()
        for row in spending_rows(base.scenario.name, name, unit, one)
    )
    return Table.of("spending and saving", SPENDING_COLUMNS, rows)


def save_spending(
    out: Path,
    ensembles: Sequence[Ensemble],
    books: Sequence[Books],
    found: Mapping[str, Spending],
    unit: str,
) -> list[Path]:
    """Write `spending.csv` for the unit, and `money.csv` for every borough at the censuses."""
    files = [out / SPENDING_FILE, out / MONEY_FILE]
    table = spending_table(ensembles[0], found, unit)
    write_table(files[0], SPENDING_COLUMNS, (tuple(map(str, row)) for row in table.rows))
    write_money(files[1], list(zip(ensembles, books, strict=True)))
    return files
