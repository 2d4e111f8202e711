"""Which assumptions on prices move an answer: found where they do, silent where none can."""

from __future__ import annotations

import pytest

from sim.answers.assumed import ASSUMED, PAIRS, held, moves
from sim.domain.headline import WORKFORCE
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import Ensemble
from sim.scenario import load_scenario
from sim.words.assumed import WATCHED
from sim.words.result_tables import difference_table, run_table

GROWTH = "later_posts_growth_per_year"


def quick(name: str, *, runs: int = 80, draws: Draws = Draws.POSTERIOR, years: int = 4) -> Ensemble:
    return quick_ensemble(load_scenario(name), runs=runs, seed=1, years=years, draws=draws)


def test_what_moves_a_price_is_found_with_the_answer_at_both_ends() -> None:
    (move,) = moves(["charge_rate_per_hour"], LONDON, quick("no-cap"))
    assert move.name in ASSUMED
    at_ends = [
        quick_ensemble(
            held(load_scenario("no-cap"), move.name, end), runs=PAIRS, seed=1, years=4
        ).london("charge_rate_per_hour")[:, -1].mean()
        for end in (move.low, move.high)
    ]  # fmt: skip
    assert [move.at_low, move.at_high] == pytest.approx(at_ends)


def test_too_few_runs_and_runs_that_draw_nothing_have_no_interval_to_go_by() -> None:
    assert moves([WORKFORCE], LONDON, quick("no-cap", runs=19, years=1)) == []
    assert moves([WORKFORCE], LONDON, quick("no-cap", draws=Draws.DEFAULT, years=1)) == []


def test_what_is_held_fixed_moves_nothing() -> None:
    scenario = load_scenario("no-cap", [f"parameters.{name}=0.1" for name in ASSUMED])
    ensemble = quick_ensemble(scenario, runs=40, seed=1, years=1)
    assert moves([WORKFORCE], LONDON, ensemble) == []


def test_the_same_policy_twice_is_moved_by_nothing() -> None:
    assert moves([WORKFORCE], LONDON, quick("no-cap", years=1), quick("no-cap", years=1)) == []


@pytest.mark.slow
def test_the_first_lines_of_a_table_say_it() -> None:
    free, capped = quick("no-cap"), quick("pan-london-cap")
    alone = run_table(free, LONDON, ()).title
    beside = difference_table("", free, capped, LONDON).title
    said = "Assumed, and it moves"
    assert said in alone
    assert f"parameters.{moves(WATCHED, LONDON, free)[-1].name}" in alone
    assert (said in beside) == bool(moves(WATCHED, LONDON, capped, free))
