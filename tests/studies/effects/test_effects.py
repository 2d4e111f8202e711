"""Each lever alone: what runs, what is paired with what, and when a sign is sure."""

from __future__ import annotations

import numpy as np
import pytest

from sim.answers.structures import Pair, under
from sim.domain.vocabulary import BidTrigger, HiringStructure
from sim.ensemble.run import Ensemble, run_ensemble
from sim.rules.levers import Levers
from sim.scenario import load_scenario
from sim.studies.effects.method import (
    EFFECT_OUTCOMES,
    WHOLE_PACKAGE,
    Effect,
    effects,
    holds_under,
    idle_under,
    levers_of,
    variants,
)

PAIR = Pair(HiringStructure.SUPPLY_LIMITED, BidTrigger.UNFILLED)
PACKAGE = load_scenario("package-to-90")


def test_every_lever_of_the_package_is_run_alone_once() -> None:
    planned = dict(variants(PACKAGE))
    names = levers_of(PACKAGE)
    assert set(names) >= {"cap", "permanent_offer", "newly_qualified", "agency_rules", "prevention"}
    assert list(planned) == [None, *names, WHOLE_PACKAGE]
    assert planned[None].levers == Levers()
    assert planned[WHOLE_PACKAGE] == PACKAGE
    for name in names:
        levers = planned[name].levers
        acting = [one for one in Levers.model_fields if not getattr(levers, one).is_no_op]
        assert acting == [name]
        assert getattr(levers, name) == getattr(PACKAGE.levers, name)


def test_an_effect_is_the_paired_difference_from_london_without_levers() -> None:
    asked = {"runs": 2, "seed": 3, "years": 1}
    found = effects(PACKAGE, [PAIR], **asked)
    assert len(found) == len(EFFECT_OUTCOMES) * (len(levers_of(PACKAGE)) + 1)
    planned = dict(variants(PACKAGE))
    before, after = (
        run_ensemble(under(planned[name], PAIR), **asked) for name in (None, "newly_qualified")
    )
    for outcome in EFFECT_OUTCOMES:
        gap = after.of(outcome)[:, -1] - before.of(outcome)[:, -1]
        one = next(e for e in found if (e.lever, e.outcome) == ("newly_qualified", outcome))
        assert one.difference == pytest.approx(np.mean(gap))
        assert one.q10 == pytest.approx(np.quantile(gap, 0.1))


def test_a_lever_that_is_alone_is_the_whole_package() -> None:
    assert list(dict(variants(load_scenario("no-ir35").without_levers()))) == [None]
    alone = PACKAGE.model_copy(
        update={"levers": Levers().model_copy(update={"cap": PACKAGE.levers.cap})}
    )
    assert list(dict(variants(alone))) == [None, "cap"]


@pytest.mark.parametrize(
    ("low", "high", "sign"), [(0.1, 0.2, 1), (-0.2, -0.1, -1), (-0.1, 0.1, 0), (0.0, 0.0, 0)]
)
def test_a_sign_is_sure_where_the_interval_leaves_zero_out(
    low: float, high: float, sign: int
) -> None:
    one = Effect(PAIR, "cap", "x", 0.5, (low + high) / 2, low, high)
    assert one.sign == sign
    expected = (int(sign == 1), int(sign == -1), int(sign == 0))
    assert holds_under([one], "cap", "x") == expected


def test_every_ensemble_is_shown_once_with_its_structure_and_lever() -> None:
    heard: list[tuple[Pair, str | None]] = []

    def hear(pair: Pair, lever: str | None, ensemble: Ensemble) -> None:
        heard.append((pair, lever))
        assert ensemble.scenario.structure.hiring is pair.hiring
        assert ensemble.scenario.levers.cap.is_no_op == (lever is None)

    alone = PACKAGE.model_copy(
        update={"levers": Levers().model_copy(update={"cap": PACKAGE.levers.cap})}
    )
    effects(alone, [PAIR], runs=1, seed=3, years=1, each=hear)
    assert heard == [(PAIR, None), (PAIR, "cap")]


def test_a_lever_is_idle_only_where_it_moves_no_outcome() -> None:
    other = PAIR._replace(bid_trigger=BidTrigger.VACANCIES)
    found = [
        Effect(PAIR, "cap", "x", 0.5, 0.0, 0.0, 0.0),
        Effect(PAIR, "cap", "y", 0.5, 0.0, 0.0, 0.0),
        Effect(other, "cap", "x", 0.5, 0.0, 0.0, 0.0),
        Effect(other, "cap", "y", 0.5, 0.0, 0.0, 0.1),
        Effect(PAIR, "tax", "x", 0.5, 0.0, -0.1, 0.1),
    ]
    assert idle_under(found) == {"cap": [PAIR]}


def test_a_cap_nobody_can_feel_is_idle() -> None:
    cap = PACKAGE.levers.cap.model_copy(update={"charge_rate_per_hour": 400.0, "earlier": ()})
    high = PACKAGE.model_copy(update={"levers": Levers().model_copy(update={"cap": cap})})
    assert idle_under(effects(high, [PAIR], runs=2, seed=3, years=1)) == {"cap": [PAIR]}
