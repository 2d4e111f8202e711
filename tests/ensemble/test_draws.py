"""Parameter draws: the same under every scenario, within their ranges, never of what is set."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest

from sim.answers.structures import Pair, under
from sim.domain.evidence import EvidenceError
from sim.domain.parameters import Parameters
from sim.domain.posterior import parse_posterior, shipped_posterior
from sim.domain.quantities import declarations, quantity
from sim.ensemble import draws as module
from sim.ensemble.draws import Draws, drawn_scenario
from sim.scenario import Scenario, load_scenario, scenario_from, scenario_names

DECLARED = declarations(Parameters)
UNCERTAIN = {name: one for name, one in DECLARED.items() if one.prior is not None}
RANDOM = (Draws.POSTERIOR, Draws.PRIOR)
PLAIN = scenario_from({})
RUNS = 600


def parameters_of(scenario: Scenario, seed: int, run: int, draws: Draws) -> dict[str, float]:
    return drawn_scenario(scenario, seed, run, draws).parameters


@cache
def everything_drawn(draws: Draws) -> tuple[dict[str, float], ...]:
    return tuple(parameters_of(PLAIN, 1, run, draws) for run in range(RUNS))


def draws_of(name: str, draws: Draws) -> np.ndarray:
    return np.array([drawn[name] for drawn in everything_drawn(draws)])


@pytest.mark.parametrize("draws", RANDOM)
def test_a_run_has_the_same_parameters_under_every_scenario_of_a_structure(draws: Draws) -> None:
    pair = Pair(*next(iter(shipped_posterior().tables)))
    plain = parameters_of(under(PLAIN, pair), 5, 3, draws)
    for name in scenario_names():
        found = parameters_of(under(load_scenario(name), pair), 5, 3, draws)
        assert found == plain, name


@pytest.mark.parametrize("draws", RANDOM)
def test_all_uncertain_parameters_are_drawn_and_no_others(draws: Draws) -> None:
    assert set(parameters_of(PLAIN, 1, 0, draws)) == set(UNCERTAIN)
    assert len(UNCERTAIN) > 15


def test_default_draws_nothing() -> None:
    assert drawn_scenario(PLAIN, 1, 0, Draws.DEFAULT) == (PLAIN, {})


@pytest.mark.parametrize("draws", RANDOM)
def test_what_a_user_has_set_is_never_drawn_and_moves_no_other_draw(draws: Draws) -> None:
    chosen = load_scenario("baseline", ["parameters.bid_speed=0.2", "parameters.hours_per_week=36"])
    plain = parameters_of(PLAIN, 1, 0, draws)
    left = parameters_of(chosen, 1, 0, draws)
    assert set(plain) - set(left) == {"bid_speed"}
    assert all(left[name] == plain[name] for name in left)
    assert drawn_scenario(chosen, 1, 0, draws).scenario.parameters.bid_speed == 0.2


class MoreParameters(Parameters):
    """The parameters, and one that nobody has thought of yet."""

    brand_new: float = quantity(1.0, unit="share", label="new", allowed=(0, 3), prior=(0.5, 2))


def test_a_new_parameter_moves_no_other_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    before = module._from_priors(module.Streams(1, 0))
    backwards = dict(reversed(declarations(MoreParameters).items()))
    monkeypatch.setattr(module, "declarations", lambda group: backwards)
    after = module._from_priors(module.Streams(1, 0))
    assert 0.5 < after.pop("brand_new") < 2
    assert after == before


@pytest.mark.parametrize("draws", RANDOM)
def test_seed_and_replicate_both_decide_a_draw(draws: Draws) -> None:
    found = {
        parameters_of(PLAIN, seed, run, draws)["bid_speed"] for seed in (1, 2) for run in (0, 1, 12)
    }
    assert len(found) == 6


def test_setting_a_parameter_to_its_default_fixes_it_too() -> None:
    default = DECLARED["bid_speed"].default
    chosen = load_scenario("baseline", [f"parameters.bid_speed={default}"])
    assert "bid_speed" not in parameters_of(chosen, 1, 0, Draws.POSTERIOR)


@pytest.mark.parametrize("name", UNCERTAIN)
def test_draws_of_the_prior_are_uniform_on_it(name: str) -> None:
    low, high = UNCERTAIN[name].prior or (0.0, 0.0)
    drawn = (draws_of(name, Draws.PRIOR) - low) / (high - low)
    assert kstest(drawn, "uniform").pvalue > 1e-5


@pytest.mark.parametrize("name", UNCERTAIN)
def test_working_values_and_priors_are_allowed(name: str) -> None:
    declared = UNCERTAIN[name]
    assert declared.prior is not None
    assert declared.allowed is not None
    assert declared.allowed[0] <= declared.prior[0] < declared.default < declared.prior[1]
    assert declared.prior[1] <= declared.allowed[1]


def test_parameters_are_drawn_independently_of_the_prior() -> None:
    one, other = (draws_of(name, Draws.PRIOR) for name in ("bid_speed", "pay_sensitivity"))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(one.size)


def test_every_draw_is_a_parameter_set_that_is_allowed() -> None:
    for draws in RANDOM:
        for drawn in everything_drawn(draws)[:100]:
            assert PLAIN.with_parameters(drawn).parameters.model_dump().items() >= drawn.items()


# The posterior


def test_the_posterior_lies_within_the_priors_and_has_every_structure() -> None:
    tables = shipped_posterior().tables
    assert len(tables) == 8
    for table in tables.values():
        for name, values in table.items():
            low, high = UNCERTAIN[name].prior or (0.0, 0.0)
            assert values.min() >= low - 1e-9
            assert values.max() <= high + 1e-9


def test_runs_take_turns_in_the_structures_and_use_every_draw_once() -> None:
    posterior = shipped_posterior()
    drawn = [drawn_scenario(PLAIN, 3, run, Draws.POSTERIOR) for run in range(80)]
    structures = [
        (one.scenario.structure.hiring, one.scenario.structure.bid_trigger) for one in drawn
    ]
    assert set(Counter(structures).values()) == {10}
    assert set(structures) == set(posterior.tables)
    for structure in set(structures):
        mine = [
            one.parameters["bid_speed"]
            for one, own in zip(drawn, structures, strict=True)
            if own == structure
        ]
        table = posterior.draws_of(structure)["bid_speed"].tolist()
        assert all(value in table for value in mine)
        assert len(set(mine)) > 5


def test_a_chosen_structure_is_kept_and_half_a_choice_draws_the_other_half() -> None:
    chosen = load_scenario("baseline", ["structure.hiring=budget"])
    found = [drawn_scenario(chosen, 1, run, Draws.POSTERIOR).scenario.structure for run in range(4)]
    assert {one.hiring for one in found} == {"budget"}
    assert {one.bid_trigger for one in found} == {"unfilled", "vacancies"}


def test_draws_keep_how_parameters_go_together() -> None:
    """A row of the posterior is drawn whole: columns are never shuffled apart."""
    posterior = shipped_posterior()
    structure = next(iter(posterior.tables))
    table = posterior.draws_of(structure)
    rows = {tuple(row) for row in np.stack(list(table.values()), axis=1).tolist()}
    chosen = under(PLAIN, Pair(*structure))
    for run in range(20):
        drawn = parameters_of(chosen, 2, run, Draws.POSTERIOR)
        assert tuple(drawn[name] for name in table) in rows


def test_the_median_is_one_draw_of_the_posterior_in_every_run() -> None:
    one, other = (parameters_of(PLAIN, 1, run, Draws.MEDIAN) for run in (0, 7))
    assert one == other
    own = (PLAIN.structure.hiring, PLAIN.structure.bid_trigger)
    table = shipped_posterior().draws_of(own)
    middle = shipped_posterior().middle(own)
    assert all(one[name] == values[middle] for name, values in table.items())


# A file of one's own


def a_table(path: Path, *, rows: int = 12, header: str = "", cell: str = "0.1") -> Path:
    first = header or "hiring,bid_trigger,sector_exit_per_year"
    lines = [first, *(f"budget,unfilled,{cell}" for _ in range(rows))]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_file_of_draws_is_used_and_only_for_its_structures(tmp_path: Path) -> None:
    draws = Draws.named(str(a_table(tmp_path / "mine.csv")))
    found = drawn_scenario(PLAIN, 1, 0, draws)
    assert found.parameters["sector_exit_per_year"] == 0.1
    assert found.scenario.structure.hiring == "budget"
    fixed = load_scenario("baseline", ["structure.hiring=responsive"])
    with pytest.raises(EvidenceError, match=r"responsive with .*allowed: budget with unfilled"):
        drawn_scenario(fixed, 1, 0, draws)


def test_two_files_of_one_content_are_the_same_draws(tmp_path: Path) -> None:
    one, other = (Draws.named(str(a_table(tmp_path / n))) for n in ("a.csv", "b.csv"))
    assert one.key == other.key


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rows": 3}, "3 draws of budget with unfilled, allowed: 10 or more"),
        ({"header": "hiring,bid_trigger,luck"}, "found columns luck; allowed"),
        ({"header": "hiring,bid_trigger,hours_per_week"}, "found columns hours_per_week"),
        ({"cell": "1.5"}, "line 2, column sector_exit_per_year: found '1.5', allowed"),
        ({"cell": "nan"}, "found 'nan'"),
        ({"cell": "x,0.1"}, "found 4 cells, allowed: 3"),
        ({"rows": 0}, "has no draws"),
    ],
)
def test_a_file_that_is_no_posterior_is_refused(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    content = a_table(tmp_path / "bad.csv", **changed).read_bytes()  # type: ignore[arg-type]
    with pytest.raises(EvidenceError, match=said):
        parse_posterior("bad.csv", content)
