"""`permanence identify`: what the record can tell, and what it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.answers import results as files_of
from sim.ensemble.draws import Draws
from sim.ensemble.files import StoreError, write_text_atomically
from sim.ensemble.workers import workers
from sim.market.outcomes import OUTCOME
from sim.studies.identify import words
from sim.studies.identify.method import (
    POLICIES,
    Effect,
    Identification,
    all_of,
    identify,
    spread_of,
)
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.terminal.telling import Files, tell
from sim.words.tables import print_notes, print_table

DEFAULT_RUNS, DEFAULT_YEARS = 200, 5
PARAMETERS_FILE, COMBINATIONS_FILE, EFFECTS_FILE = (
    "parameters.csv",
    "combinations.csv",
    "effects.csv",
)
CHART = "effects"
ALL_STRUCTURES = "all"
EFFECT_COLUMNS = (
    "base", "policy", "variable", "hiring", "bid_trigger", "source", "runs", "q10", "q50", "q90",
    "share_of_runs_up", "share_of_runs_unchanged",
)  # fmt: skip


def identify_command(
    runs: Annotated[
        int,
        typer.Option(
            parser=o.whole(1, o.MOST_RUNS),
            metavar="N",
            help="Runs of each scenario, shared out over rival structures; once under the prior "
            "and once under the posterior.",
        ),
    ] = DEFAULT_RUNS,
    years: o.Years = DEFAULT_YEARS,
    seed: o.Seed = 1,
    jobs: o.Jobs = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    out: o.Out = None,
    write_docs: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the page of the documents (Markdown) there, its chart beside it.",
        ),
    ] = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Set prior and posterior side by side: of every parameter, and of what cap and IR35 do.

    Example: permanence identify --runs 200 --out results/identification
    """
    if parameters.posterior is None or parameters == Draws.MEDIAN:
        raise typer.BadParameter(
            f"--parameters: given {parameters.name}; allowed: posterior, or a posterior's file"
        )
    if out is not None and out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    if write_docs is not None and (write_docs.is_dir() or not write_docs.parent.is_dir()):
        raise StoreError(f"--write-docs {write_docs}: allowed: a file in a folder that is there")
    jobs = jobs or processors()
    with workers(jobs) as pool, progress_bar("identification", jobs, quiet=quiet) as progress:
        found = identify(
            runs=runs, years=years, seed=seed, posterior=parameters, pool=pool, progress=progress
        )

    def show() -> None:
        _print(found)
        print_notes([*words.verdicts(found), *words.notes(found)])

    def save() -> Files:
        return _save(found, out, write_docs)

    tell(show, lambda files: _as_json(found, files), save, as_json=as_json)


# On screen


def _print(found: Identification) -> None:
    for policy in POLICIES:
        effects = words.effects_of(found, policy)
        headline = words.headline(policy).replace("`", "")
        rows = [(f"{row[0]}: {row[1]}", *row[2:]) for row in words.effect_rows(effects)]
        print_table(
            f"{headline[0].upper()}{headline[1:]}", ("points", *words.EFFECT_HEAD[2:]), rows
        )
        typer.echo()
    if any(found.drivers.values()):
        print_table(
            "What decides the effect on the permanent share of the workforce",
            ("effect of: goes with", "rank corr.", "identified"),
            [
                (
                    f"{words.CALLED[policy]}: {words.name_of(one.name)}",
                    f"{one.correlation:+.2f}",
                    words.IN_A_WORD[one.standing],
                )
                for policy, drivers in found.drivers.items()
                for one in drivers
            ],
        )
        typer.echo()
    print_table(
        "Fitted parameters: prior and posterior",
        ("", "prior", "median", "80 %", "narrower", "identified"),
        [
            (
                words.name_of(one.name),
                *words.parameter_cells(one)[:4],
                words.IN_A_WORD[one.standing],
            )
            for one in found.parameters
        ],
        tight=True,
    )
    typer.echo()
    print_table(
        "Parameters that trade off: the record knows their sum or difference better",
        ("", "correlation", "known", "narrower", "if unrelated"),
        [
            (f"{words.name_of(one.one)}; {words.name_of(one.other)}", *words.combination_cells(one))
            for one in words.told_combinations(found)
        ],
        tight=True,
    )


# Files


def _save(found: Identification, out: Path | None, document: Path | None) -> list[Path]:
    from sim.studies.identify import charts  # loaded only to draw

    files: list[Path] = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        files += charts.save(*charts.identification_chart(found), out / CHART)
        files += _save_tables(found, out)
    if document is not None:
        drawn = charts.identification_chart(found)
        files += charts.save(*drawn, document.with_suffix(""))
        picture = document.with_suffix(".svg").name
        write_text_atomically(document, words.page(found, picture, drawn.alt_text))
        files.append(document)
    return files


def _save_tables(found: Identification, out: Path) -> list[Path]:
    number = files_of.number
    paths = [out / name for name in (PARAMETERS_FILE, COMBINATIONS_FILE, EFFECTS_FILE)]
    files_of.write_table(
        paths[0],
        ("parameter", "prior_low", "prior_high", "q10", "q50", "q90", "narrower", "narrower_least",
         "narrower_most", "standing"),
        (
            (one.name, *map(number, (*one.prior, one.q10, one.q50, one.q90, one.narrower,
             one.least, one.most)), one.standing.value)
            for one in found.parameters
        ),
    )  # fmt: skip
    files_of.write_table(
        paths[1],
        ("one", "other", "correlation", "combination", "narrower", "if_unrelated"),
        (
            (one.one, one.other, number(one.correlation),
             "difference" if one.is_difference else "sum",
             *map(number, (one.narrower, one.unrelated)))
            for one in found.combinations
        ),
    )  # fmt: skip
    rows = (row for one in found.effects for row in _effect_rows(one))
    files_of.write_table(paths[2], EFFECT_COLUMNS, rows)
    return paths


def _effect_rows(one: Effect) -> list[tuple[str, ...]]:
    rows = []
    for source, by_structure in (("prior", one.prior), ("posterior", one.posterior)):
        every = {(ALL_STRUCTURES, ALL_STRUCTURES): all_of(by_structure)}
        parts = {(pair.hiring, pair.bid_trigger): values for pair, values in by_structure.items()}
        for (hiring, trigger), values in (*every.items(), *parts.items()):
            numbers = map(files_of.number, spread_of(values))
            rows.append(
                (*one.policy, one.outcome, str(hiring), str(trigger), source, str(len(values)),
                 *numbers)
            )  # fmt: skip
    return rows


def _as_json(found: Identification, files: Sequence[Path]) -> dict[str, Any]:
    return {
        "runs": found.runs,
        "years": found.years,
        "seed": found.seed,
        "parameter_draws": found.posterior.name,
        "structures": [" with ".join(pair) for pair in found.structures],
        "files": [str(path) for path in files],
        "verdicts": words.verdicts(found),
        "notes": words.notes(found),
        "effects": [
            dict(zip(EFFECT_COLUMNS, row, strict=True)) | _numbers(row)
            for one in found.effects
            for row in _effect_rows(one)
        ],
        "drivers": {
            f"{policy.base} to {policy.policy}": [one._asdict() for one in drivers]
            for policy, drivers in found.drivers.items()
        },
        "parameters": [{**one._asdict(), "standing": one.standing} for one in found.parameters],
        "not_fitted": found.silent,
        "combinations": [one._asdict() for one in words.told_combinations(found)],
        "outcomes": {one.outcome: OUTCOME[one.outcome].label for one in found.effects},
    }


def _numbers(row: Sequence[str]) -> dict[str, float]:
    first = EFFECT_COLUMNS.index("runs")
    return {
        name: float(cell) for name, cell in zip(EFFECT_COLUMNS[first:], row[first:], strict=True)
    }
