"""Agents and twin live one month: whatever moves the one moves the other, and the same way.

Every field of every lever and every parameter is moved, generically: whoever adds one need add
nothing here.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.domain.headline import HEADLINE
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.scenario import Scenario, ScenarioError, scenario_from
from sim.twin import FLOWS, Twin
from tests.london.every_field import (
    LONDONS,
    SEED,
    TOLD,
    YEARS,
    Field,
    agents,
    built,
    fields,
    other_values,
    twin,
    value_in,
    with_value,
)

NOWHERE = {
    "parameters.umbrella_margin_per_week": "nobody uses an umbrella, payroll pays as well",
    "parameters.reporting_error": "of what boroughs publish: forecasts read it, no month does",
    "parameters.offer_acceptance_share": "of offers made, which the twin does not tell",
}
"""What moves nothing that both tell, each with the reason."""
RUNS, MORE_RUNS, CLEAR, LAST = 5, 20, 4.0, slice(-12, None)
"""Runs behind a direction, runs that a clash must outlive (of thousands of directions some are
clear by luck in five), standard errors from which it counts, and the months it is read in."""
NEGLIGIBLE = 1e-6
"""Part of an outcome below which a move has no direction."""


@cache
def base(london: str) -> tuple[FloatArray, FloatArray]:
    scenario = scenario_from(LONDONS[london])
    return agents(scenario), twin(scenario)


def moved(field: Field, london: str) -> list[Scenario]:
    """Return a London with the field at other values, where its terms go together."""
    now = value_in(scenario_from(LONDONS[london]), field.path)
    found = [
        built(with_value(LONDONS[london], field.path, value)) for value in other_values(field, now)
    ]
    return [one for one in found if one is not None]


def feels(told: FloatArray, before: FloatArray) -> bool:
    return not np.array_equal(told, before, equal_nan=True)


def twin_feels_or_refuses(scenario: Scenario, before: FloatArray) -> bool:
    try:
        return feels(twin(scenario), before)
    except ScenarioError as refusal:
        return "the borough twin cannot tell" in str(refusal)


EVERY = [pytest.param(field, id=str(field)) for field in fields()]


@pytest.mark.long
@pytest.mark.parametrize("field", EVERY)
def test_what_moves_agents_moves_the_twin_or_is_refused(field: Field) -> None:
    acts = False
    for london in LONDONS:
        people, amounts = base(london)
        for scenario in moved(field, london):
            by_agents = feels(agents(scenario), people)
            by_twin = twin_feels_or_refuses(scenario, amounts)
            assert by_twin or not by_agents, f"{london}: agents alone feel {field}"
            acts = acts or (by_agents and by_twin)
            assert not (str(field) in NOWHERE and (by_agents or by_twin)), "it acts now"
            if acts:
                return
    assert str(field) in NOWHERE, f"{field} moves nothing in any London: add one in which it acts"


@pytest.mark.long
@pytest.mark.parametrize("field", [one for one in EVERY if one.id not in NOWHERE])
def test_what_moves_both_moves_both_the_same_way(field: Field) -> None:
    for london in LONDONS:
        for scenario in moved(field, london):
            if not feels(agents(scenario), base(london)[0]):
                continue
            before = scenario_from(LONDONS[london])
            clash = _apart(scenario, before, RUNS) and _apart(scenario, before, MORE_RUNS)
            assert not clash, f"{london}: {field} moves {clash} apart"
            return


def _apart(policy: Scenario, before: Scenario, runs: int) -> set[str]:
    """Return the headline outcomes that clearly go one way in agents, the other in the twin."""
    people, amounts = _directions(policy, before, runs)
    return {name for name in people if people[name] * amounts.get(name, 0) < 0}


def _directions(
    policy: Scenario, before: Scenario, runs: int
) -> tuple[dict[str, int], dict[str, int]]:
    """Return which way headline outcomes go, in agents and in the twin: 1, -1, or 0 if unclear."""
    pairs = [(agents(policy, run), agents(before, run)) for run in range(runs)]
    people = np.array([[new[..., 0], old[..., 0]] for new, old in pairs])
    try:
        amounts = np.array([twin(policy, runs), twin(before, runs)]).transpose(2, 0, 1, 3)
    except ScenarioError:
        return {}, {}
    return _signs(people), _signs(amounts)


def _signs(told: FloatArray) -> dict[str, int]:
    """Return the signs of paired effects, given (run, new and old, outcome, month)."""
    found = {}
    for name in HEADLINE:
        new, old = np.nanmean(told[:, :, TOLD.index(name), LAST], axis=-1).T
        effect, size = new - old, abs(float(old.mean()))
        error = float(effect.std(ddof=1)) / np.sqrt(effect.size)
        is_clear = abs(float(effect.mean())) > max(CLEAR * error, NEGLIGIBLE * size)
        found[name] = int(np.sign(effect.mean())) if is_clear else 0
    return found


UNCERTAIN = {n: one.prior for n, one in declarations(Parameters).items() if one.prior is not None}


@pytest.mark.slow
@pytest.mark.parametrize("name", UNCERTAIN)
def test_a_parameter_drawn_is_felt_as_one_that_is_set(name: str) -> None:
    """A column of draws and a scenario's own number are one and the same to the twin."""
    prior = UNCERTAIN[name]
    assert prior is not None
    value = prior[0] + 0.8 * (prior[1] - prior[0])
    for london in list(LONDONS)[:3]:
        plain = scenario_from(LONDONS[london])
        drawn = Twin(plain, {name: np.array([value])}, 1, SEED).run(YEARS)
        as_set = Twin(plain.with_parameters({name: value}), {}, 1, SEED).run(YEARS)
        for what in (*drawn.stocks, *FLOWS):
            np.testing.assert_allclose(
                drawn.of(what), as_set.of(what), rtol=1e-9, atol=1e-9, err_msg=f"{london}: {what}"
            )
