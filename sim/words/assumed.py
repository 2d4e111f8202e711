"""The first lines of an answer: which assumptions on prices move it by more than its interval."""

from __future__ import annotations

from sim.answers.assumed import Move, moves
from sim.domain.headline import CHARGE_RATE, WORKFORCE
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.ensemble.run import Ensemble
from sim.market.outcomes import OUTCOME
from sim.rules.levers.words import said
from sim.words.tables import shown

WATCHED = (WORKFORCE, CHARGE_RATE)
"""The answers that are asked about."""


def moved_by(ensemble: Ensemble, unit: str, base: Ensemble | None = None) -> list[str]:
    """Return a sentence for each watched answer that an assumption moves beyond its interval.

    Args:
        ensemble: the result, or the policy's result in a comparison.
        unit: London or an employer.
        base: what the ensemble is compared with, run by run; then the answer is the difference.
    """
    found = moves(WATCHED, unit, ensemble, base)
    return [_sentence(move, is_difference=base is not None) for move in found]


def _sentence(move: Move, *, is_difference: bool) -> str:
    declared, outcome = declarations(Parameters)[move.name], OUTCOME[move.outcome]
    low, high = (
        shown(value, outcome.unit, signed=is_difference) for value in (move.at_low, move.at_high)
    )
    ends = [said(value, declared) for value in (move.low, move.high)]
    what = "the difference in" if is_difference else "the"
    return (
        f"Assumed, and it moves {what} {outcome.label} by more than its interval: "
        f"{declared.label}, {low} at {ends[0]} and {high} at {ends[1]} (parameters.{move.name})."
    )
