"""`permanence coalition`: the cap as a game: who gains by leaving, and how many hold it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from sim.experiments import results
from sim.experiments.coalition import PAYOFF_LABELS, Game, Payoff, first_month, signatories
from sim.experiments.coalition_play import Answer, played
from sim.experiments.prior import Draws, calibration
from sim.experiments.run import Progress, workers
from sim.experiments.store import package_version, write_atomically
from sim.experiments.structures import Pair, under
from sim.interfaces import coalition_words as words
from sim.interfaces import options as o
from sim.interfaces.charts_words import unit_name
from sim.interfaces.cli_structures import pair_name
from sim.interfaces.coalition_tables import answer_as_json, write_tables
from sim.interfaces.progress import processors, progress_bar
from sim.interfaces.result_tables import print_files, print_json
from sim.interfaces.tables import print_notes, print_table, shown, wrapped
from sim.scenario import Scenario

DEFAULT_RUNS, DEFAULT_YEARS, DEFAULT_SHORTLIST = 12, 2, 3
HIGHEST_POST_VALUE = 10_000_000.0
MOST_EMPLOYERS = 33
ROWS_SHOWN_OF_PATH = 5
"""Every so manieth number of signatories of a path is printed; the file has all."""


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
    parameters: o.Parameters = Draws.NARROWED,
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
    files = [] if out is None else _save(planned, answers, parameters, asked, out)
    if as_json:
        print_json(_as_json(answers, parameters, shortlist, asked, files, sets or ()))
        return
    if len(answers) == 1:
        _print(answers[0], parameters, shortlist, sets or ())
    else:
        _print_pairs(answers, parameters, shortlist, sets or ())
    print_files(files)


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


# Printing


def _print(answer: Answer, draws: Draws, shortlist: int, sets: Sequence[str]) -> None:
    _print_title(answer, sets)
    print_notes(words.findings(answer))
    typer.echo()
    _print_employers(answer)
    typer.echo()
    _print_london(answer)
    if answer.keyed or answer.path:
        typer.echo()
        _print_signatories(answer)
    typer.echo()
    _print_payments(answer)
    print_notes(words.notes(answer, draws, shortlist))


def _print_title(answer: Answer, sets: Sequence[str]) -> None:
    lines = [
        f"{answer.scenario.title or answer.scenario.name}: who holds the pledge?",
        *([f"Changed: {', '.join(sets)}"] if sets else []),
    ]
    for line in lines:
        typer.secho("\n".join(wrapped(line)), bold=True)


def _print_employers(answer: Answer) -> None:
    stakes = {one.employer: one for one in answer.stakes[answer.payoff]}
    unfilled = {one.employer: one for one in answer.stakes[Payoff.UNFILLED]}
    cost = {one.employer: one for one in answer.stakes[Payoff.AGENCY_COST]}
    order = sorted(
        answer.departures, key=lambda one: (not one.signs, -stakes[one.employer].gain.mean)
    )
    rows = []
    for one in order:
        name, stake = one.employer, stakes[one.employer]
        turn = answer.turn.get(name)
        rows.append(
            (
                unit_name(name) + ("" if one.signs else " *"),
                shown(unfilled[name].gain.mean, "share", signed=True),
                shown(-cost[name].gain.mean, "£ per year", signed=True),
                shown(one.money(answer.post_value), "£ per year", signed=True),
                words.thousands(one.indifferent_at),
                words.yes(stake),
                "-" if turn is None else str(turn),
            )
        )
    outsiders = any(not one.signs for one in answer.departures)
    heading = (
        f"Gain from leaving alone, {answer.years} year{'' if answer.years == 1 else 's'} on, while "
        f"all others hold: means of {answer.runs} paired runs\n"
        f"fewer unfilled: points of posts; money: at {words.thousands(answer.post_value)} a year for "
        "a filled post (assumed); worth it above: the value at which it gains nothing; free rider "
        f"and round: by {PAYOFF_LABELS[answer.payoff]}"
        + ("; * has not signed: staying out against signing too" if outsiders else "")
    )
    print_table(
        heading,
        (
            "",
            "fewer\nunfilled",
            "agency\ncost",
            "money",
            "worth it\nabove",
            "free\nrider",
            "leaves\nin round",
        ),
        rows,
    )


def _print_london(answer: Answer) -> None:
    rows = [
        (
            level.label[0].upper() + level.label[1:],
            shown(level.nobody, level.unit),
            shown(level.whole, level.unit),
            shown(level.whole - level.nobody, level.unit, signed=True),
        )
        for level in answer.london
    ]
    print_table(
        f"London with no pledge and with the whole pledge ({len(answer.signers)} sign)",
        ("", "nobody", "whole", "difference"),
        rows,
    )


def _print_signatories(answer: Answer) -> None:
    rows = []
    for name, curve in (("drawn", answer.keyed), ("tempted first", answer.path)):
        for one in curve:
            ends = one.members in (curve[0].members, curve[-1].members)
            is_critical = one.members in (answer.critical_keyed, answer.critical_path)
            if name == "drawn" or ends or is_critical or one.members % ROWS_SHOWN_OF_PATH == 0:
                rows.append(
                    (
                        name,
                        str(one.members),
                        shown(one.charge_rate_per_hour, "£ per hour"),
                        shown(one.charge_effect, "share of runs"),
                        shown(one.excess_effect, "share of runs"),
                        shown(one.unfilled_share, "share"),
                        "yes" if one.does_the_work else "no",
                    )
                )
    print_table(
        "What is left of the whole pledge's effect with fewer signatories",
        (
            "who signs",
            "sign",
            "charge",
            "effect\non it",
            "on excess\ncost",
            "unfilled",
            "half left",
        ),
        rows,
    )


def _print_payments(answer: Answer) -> None:
    rows = [
        (
            words.thousands(one.post_value) + (" (assumed)" if place == 0 else ""),
            str(one.tempted),
            shown(one.needed, "£ per year"),
            shown(one.available, "£ per year"),
            "yes" if one.holds_from_inside else "no",
            shown(one.saving, "£ per year", signed=True),
        )
        for place, one in enumerate(answer.side_payments)
    ]
    print_table(
        "Side payments a year that keep the pledge whole, by the value of a filled post",
        (
            "a filled post\nis worth",
            "gain by\nleaving",
            "they\nneed",
            "others have\nto lose",
            "can pay",
            "pledge\nagainst none",
        ),
        rows,
    )


def _print_pairs(
    answers: Sequence[Answer], draws: Draws, shortlist: int, sets: Sequence[str]
) -> None:
    _print_title(answers[0], sets)
    print_notes(words.pair_findings(answers))
    typer.echo()
    payoff = answers[0].payoff
    rows = []
    for answer in answers:
        prices = sorted(
            one.indifferent_at
            for one in answer.departures
            if one.signs and one.indifferent_at >= 0.0
        )
        ends = f"{words.thousands(prices[0])}..{words.thousands(prices[-1])}" if prices else "-"
        here = answer.side_payments[0]
        hiring, trigger = pair_name(answer.pair).split(", ")
        rows.append(
            (
                f"{hiring}, {trigger}",
                str(len(answer.tempted(payoff))),
                str(len(answer.free_riders(payoff))),
                str(len(answer.tempted(Payoff.AGENCY_COST))),
                str(len(answer.tempted(Payoff.MONEY))),
                ends,
                shown(here.needed, "£ per year"),
                "-" if answer.critical_keyed is None else str(answer.critical_keyed),
            )
        )
    print_table(
        f"Leaving alone under each rival structure: of {len(answers[0].signers)} signatories\n"
        f"tempted and free riders by {PAYOFF_LABELS[payoff]}; {answers[0].years} years on, means "
        f"of {answers[0].runs} paired runs",
        (
            "hiring is,\nbids on",
            "tempted",
            "free\nriders",
            "by\ncost",
            "by\nmoney",
            "worth it\nabove",
            "side\npayment",
            "half left\nwith",
        ),
        rows,
    )
    own = "Structure: "
    noted = [note for note in words.notes(answers[0], draws, shortlist) if not note.startswith(own)]
    print_notes([*noted, "The order of leaving needs one structure: name it, or none."])


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
    from sim.interfaces import charts_coalition as charts  # loaded only when something is drawn

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
        "parameter_draws": draws.value,
        "calibration": calibration(draws),
        **asked,
        "package": package_version(),
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
        "parameter_draws": draws.value,
        "cares_about": asked["payoff"],
        "shortlist": asked["shortlist"],
        "signatories": list(first.signers),
        "files": [str(path) for path in files],
        "findings": found,
        "notes": words.notes(first, draws, shortlist),
        "structures": [answer_as_json(answer) for answer in answers],
    }
