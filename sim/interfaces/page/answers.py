"""What the page is told of two ensembles side by side: numbers to draw, and what they rest on."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Any

import numpy as np

from sim.answers.comparison import compared
from sim.answers.results import summarised
from sim.domain.headline import AGENCY_SHARE, HEADLINE
from sim.domain.randomness import FloatArray
from sim.ensemble.run import Ensemble
from sim.interfaces.page.specs import in_plain_words
from sim.market.outcomes import OUTCOME
from sim.rules.levers import Levers
from sim.words.captions import caution
from sim.words.grounds import rests_on
from sim.words.notes import notes

DRAWN = (*HEADLINE, "policy_cost_per_year", AGENCY_SHARE)
"""The outcomes the page draws."""
ENDS_AND_MEAN = [1, 0, 3]
"""Rows of what a result is summed up in: 10th percentile, mean, 90th percentile."""
SHARE_DECIMALS, OTHER_DECIMALS = 5, 2


class Teller(StrEnum):
    """Who computed an answer."""

    TWIN = "twin"
    AGENTS = "agents"


def answer(left: Ensemble, right: Ensemble, teller: Teller) -> dict[str, Any]:
    """Return all the page shows of two paired ensembles, ready for JSON.

    Shares are from 0 to 1. Series are `[q10, mean, q90]`: London's by month, employers' by census
    and then in the order of `employers`. `differences` are what `permanence compare` prints.
    """
    differences = [asdict(row) for row in compared(left, right)]
    return {
        "teller": teller.value,
        "runs": left.runs,
        "seed": left.seed,
        "years": left.years,
        "opening": left.day(0).isoformat(),
        "left": _side(left),
        "right": _side(right),
        "differences": [_plain(row) for row in differences],
        "employers": {name: _employer_differences(left, right, name) for name in HEADLINE},
        "caution": caution([left]),
        "rests_on": rests_on(right),
        "grounds": grounds_of_what_differs(left, right),
        "notes": notes(right, base=left) if teller is Teller.AGENTS else [],
    }


def grounds_of_what_differs(left: Ensemble, right: Ensemble) -> list[str]:
    """Return what the effect of each lever rests on in which two scenarios differ."""
    found = []
    for name in Levers.model_fields:
        before = getattr(left.scenario.levers, name)
        after = getattr(right.scenario.levers, name)
        if before != after and not (before.is_no_op and after.is_no_op):
            found.append(in_plain_words(after.grounds))
    return found


def _side(ensemble: Ensemble) -> dict[str, Any]:
    structures = set(ensemble.structures)
    return {
        "fingerprint": ensemble.scenario.fingerprint(),
        "structures": len(structures),
        "london": {name: _series(ensemble.london(name), name) for name in DRAWN},
        "boroughs": {name: _series(ensemble.employers(name), name) for name in DRAWN},
    }


def _series(values: FloatArray, outcome: str) -> list[Any]:
    """Return 10th percentile, mean and 90th percentile over runs of values indexed (run, ...)."""
    flat = values.reshape(values.shape[0], -1)
    found = summarised(flat)[ENDS_AND_MEAN].reshape(3, *values.shape[1:])
    decimals = SHARE_DECIMALS if OUTCOME[outcome].unit == "share" else OTHER_DECIMALS
    return _nothing_for_nan(np.round(found, decimals).tolist())


def _employer_differences(left: Ensemble, right: Ensemble, outcome: str) -> list[Any]:
    """Return the paired differences at the end of the horizon: [q10, mean, q90] by employer."""
    gap = right.employers(outcome)[:, -1, :] - left.employers(outcome)[:, -1, :]
    found = summarised(gap)[ENDS_AND_MEAN]
    return _nothing_for_nan(np.round(found, SHARE_DECIMALS).tolist())


def _nothing_for_nan(values: list[Any]) -> list[Any]:
    return [
        _nothing_for_nan(value) if isinstance(value, list) else (value if value == value else None)
        for value in values
    ]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without what JSON cannot hold: NaN and infinity are nothing."""
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in row.items()
    }
