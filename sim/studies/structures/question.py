"""Scenarios run under each rival structure, and each structure scored on the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.answers.structures import Fit, Pair, closing_share, fits, under
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario
from sim.studies.structures.method import UnderPair
from sim.studies.study import Desk


def answered(
    planned: Sequence[Scenario], pairs: Sequence[Pair], asked: Any, desk: Desk
) -> tuple[list[UnderPair], dict[str, Ensemble]]:
    """Run every scenario under every pair; return what each says, and each result by its folder."""
    desk.refuse_foreign()
    scenarios = {folder_of(pair, one): under(one, pair) for one in planned for pair in pairs}
    folders = desk.claim_results(scenarios, asked)
    found: list[UnderPair] = []
    kept: dict[str, Ensemble] = {}
    for fit in _scored(pairs, asked, desk):
        mine = {folder_of(fit.pair, one): under(one, fit.pair) for one in planned}
        made = {name: desk.ensemble(one, asked, folders[name]) for name, one in mine.items()}
        kept |= made
        closing = closing_share(
            under(planned[0], fit.pair), runs=asked.runs, seed=asked.seed, draws=asked.parameters,
            pool=desk.pool,
        )  # fmt: skip
        found.append(UnderPair(fit.pair, list(made.values()), fit, closing))
    return found, kept


def folder_of(pair: Pair, scenario: Scenario) -> str:
    """Return the name of the folder of one scenario under one pair."""
    return f"{pair.hiring}-{pair.bid_trigger}-{scenario.name}"


def _scored(pairs: Sequence[Pair], asked: Any, desk: Desk) -> list[Fit]:
    with desk.progress("the record under each structure") as progress:

        def forward(place: int, pair: Pair) -> Any:
            return lambda done, wanted, seconds: progress(
                place * wanted + done, wanted * len(pairs), seconds
            )

        return fits(
            pairs, runs=asked.runs, seed=asked.seed, draws=asked.parameters, pool=desk.pool,
            progress=forward,
        )  # fmt: skip
