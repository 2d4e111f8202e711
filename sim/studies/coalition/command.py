"""`permanence coalition`: the cap as a game: who gains by leaving, and how many hold it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sim.answers import results
from sim.answers.structures import Pair, under
from sim.ensemble.draws import Draws
from sim.ensemble.files import write_atomically
from sim.ensemble.run import Progress
from sim.ensemble.workers import workers
from sim.scenario import Scenario
from sim.studies.coalition.words import sentences as words
from sim.studies.coalition.words.printed import print_answer, print_pairs
from sim.studies.coalition.words.tables import answer_as_json, write_tables
from sim.studies.coalition.work.game import Game, Payoff, first_month, own_stamp, signatories
from sim.studies.coalition.work.play import Answer, played
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.terminal.result_folders import say_unused
from sim.terminal.telling import Files, tell
from sim.words.captions import pair_name

DEFAULT_RUNS, DEFAULT_YEARS, DEFAULT_SHORTLIST = 12, 2, 3
HIGHEST_POST_VALUE = 10_000_000.0
MOST_EMPLOYERS = 33


def post_value(given: float | str) -> float:
    """Read the value of a filled post, £ a year.

    Raises:
        BadParameter: not a number, or out of range.
    """
    found = o.number(given)
    if not 0.0 <= found <= HIGHEST_POST_VALUE:
        raise typer.BadParameter(
            f"given {given}; allowed: £ a year from 0 to {HIGHEST_POST_VALUE:.0f}"
        )
    return found


def coalition(
    scenario: o.ScenarioName,
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    years: Annotated[
        int,
        typer.Option(
            parser=o.whole(1, o.MOST_YEARS),
            metavar="N",
            help="Horizon: years from the pledge's first month.",
        ),
    ] = DEFAULT_YEARS,
    jobs: o.Jobs = None,
    cares_about: Annotated[
        Payoff,
        typer.Option(
            parser=o.one_of(Payoff),
            metavar="PAYOFF",
            help=f"What employers care about when they leave one by one: {', '.join(Payoff)}.",
        ),
    ] = Payoff.UNFILLED,
    value: Annotated[
        float | None,
        typer.Option(
            "--post-value",
            parser=post_value,
            metavar="POUNDS",
            help="Value of a filled post, £ a year: an assumption (default: what a year's agency "
            "cover costs with no pledge, a lower bound).",
        ),
    ] = None,
    shortlist: Annotated[
        int,
        typer.Option(
            parser=o.whole(1, MOST_EMPLOYERS),
            metavar="K",
            help="Employers asked in each round of leaving: the K with most to gain when last "
            "asked (33 asks all).",
        ),
    ] = DEFAULT_SHORTLIST,
    structure: o.StructureOption = None,
    bid_trigger: o.BidTriggerOption = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    borough_data: o.BoroughData = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Play the cap as a game: who gains by leaving, who leaves first, how many hold it.

    Under several structures only leaving alone is asked, not the order of leaving.

    Example: permanence coalition pan-london-cap --out results/coalition
    """
    (planned,) = o.planned([scenario], sets, borough_data)
    signatories(planned)
    first_month(planned)
    pairs = o.rival_pairs(planned, structure, bid_trigger, sets)
    asked = {
        "payoff": cares_about.value,
        "post_value": value,
        "shortlist": None if len(pairs) > 1 else shortlist,
        "structures": [pair._asdict() for pair in pairs],
    }
    if out is not None:
        results.prepare_folder(out, _fingerprint(planned, seed, years, parameters, asked))
        say_unused([out], [own_stamp()])
    jobs = min(jobs or processors(), runs)
    answers = []
    with workers(jobs) as pool:
        for pair in pairs:
            name = planned.name if len(pairs) == 1 else f"{planned.name}, {pair_name(pair)}"
            with progress_bar(name, jobs, quiet=quiet) as progress:
                game = _game(planned, pair, runs, seed, years, parameters, out, progress, pool)
                answers.append(
                    played(
                        game,
                        cares_about,
                        post_value=value,
                        shortlist=None if len(pairs) > 1 else shortlist,
                    )
                )

    def show() -> None:
        if len(answers) == 1:
            print_answer(answers[0], parameters, shortlist, sets or ())
        else:
            print_pairs(answers, parameters, shortlist, sets or ())

    def save() -> Files:
        return [] if out is None else _save(planned, answers, parameters, asked, out)

    tell(
        show,
        lambda files: _as_json(answers, parameters, shortlist, asked, files, sets or ()),
        save,
        as_json=as_json,
    )


def _game(
    planned: Scenario,
    pair: Pair,
    runs: int,
    seed: int,
    years: int,
    draws: Draws,
    out: Path | None,
    progress: Progress,
    pool: Any,
) -> Game:
    return Game(
        under(planned, pair),
        runs=runs,
        seed=seed,
        years=years,
        draws=draws,
        pool=pool,
        folder=out,
        progress=progress,
    )


# Saving


def _fingerprint(
    planned: Scenario, seed: int, years: int, draws: Draws, asked: dict[str, Any]
) -> str:
    """Return what makes two commands the same game, whatever the number of runs."""
    result = results.result_fingerprint(planned.fingerprint(), seed, years, draws)
    text = json.dumps(["coalition", asked])
    return f"{result}-{blake2b(text.encode(), digest_size=4).hexdigest()}"


def _save(
    planned: Scenario,
    answers: Sequence[Answer],
    draws: Draws,
    asked: dict[str, Any],
    out: Path,
) -> list[Path]:
    """Write tables, charts of the first structure, and what it takes to make them again."""
    from sim.studies.coalition import charts  # loaded only when something is drawn

    files = write_tables(answers, out)
    first = answers[0]
    if len(answers) == 1:
        files += charts.save(*charts.temptation_map(first, draws), out / "figures" / "temptation")
        if first.keyed or first.path:
            drawn = charts.signatories_chart(first, draws)
            files += charts.save(*drawn, out / "figures" / "signatories")
    manifest = {
        "complete": True,
        "fingerprint": _fingerprint(planned, first.seed, first.years, draws, asked),
        "scenario": planned.model_dump(mode="json"),
        "runs": first.runs,
        "seed": first.seed,
        "years": first.years,
        "parameter_draws": draws.key,
        "calibration": draws.calibration,
        **asked,
        **results.made_by(own_stamp()),
        "command": results.command_line(),
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(out / results.MANIFEST, write)
    return [*files, out / results.MANIFEST]


def _as_json(
    answers: Sequence[Answer],
    draws: Draws,
    shortlist: int,
    asked: dict[str, Any],
    files: Sequence[Path],
    sets: Sequence[str],
) -> dict[str, Any]:
    first = answers[0]
    found = words.findings(first) if len(answers) == 1 else words.pair_findings(answers)
    return {
        "scenario": first.scenario.name,
        "set": list(sets),
        "seed": first.seed,
        "runs": first.runs,
        "years": first.years,
        "parameter_draws": draws.name,
        "cares_about": asked["payoff"],
        "shortlist": asked["shortlist"],
        "signatories": list(first.signers),
        "files": [str(path) for path in files],
        "findings": found,
        "notes": words.notes(first, draws, shortlist),
        "structures": [answer_as_json(answer) for answer in answers],
    }
