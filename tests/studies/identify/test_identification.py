"""Prior beside posterior: what a record narrows, what trades off, what moves an effect."""

from __future__ import annotations

import numpy as np
import pytest

from sim.answers.structures import pairs
from sim.domain.headline import SHARES
from sim.domain.learned import learned
from sim.domain.parameters import Parameters
from sim.domain.posterior import Posterior, shipped_posterior
from sim.domain.quantities import declarations
from sim.ensemble.draws import Draws
from sim.studies.identify import method as i
from sim.studies.identify.method import Standing, combinations_of, fitted_parameters

ONE, OTHER, THIRD = "outside_hires_per_post", "outsiders_per_post", "bid_speed"


def made_up(**places: np.ndarray) -> Posterior:
    """Return a posterior of one structure whose draws lie at these places of their priors."""
    declared = declarations(Parameters)
    table = {}
    for name, place in places.items():
        low, high = declared[name].prior or (0.0, 1.0)
        table[name] = low + place * (high - low)
    return Posterior("made up", "0", {tuple(pairs()[0]): table})


def test_a_parameter_as_wide_as_its_prior_is_not_identified_and_a_narrow_one_is() -> None:
    even = (np.arange(400) + 0.5) / 400
    found = fitted_parameters(made_up(**{ONE: 0.4 + 0.2 * even, THIRD: even}))
    assert [one.name for one in found] == [ONE, THIRD]
    assert found[0].narrower == pytest.approx(0.8, abs=0.01)
    assert found[1].narrower == pytest.approx(0.0, abs=0.01)
    assert [one.standing for one in found] == [Standing.IDENTIFIED, Standing.NOT_IDENTIFIED]
    assert found[0].least == found[0].most == found[0].narrower


def test_two_that_stand_in_for_each_other_are_known_by_their_sum() -> None:
    luck = np.random.default_rng(1)
    first, third = luck.random(4_000), luck.random(4_000)
    posterior = made_up(**{ONE: first, OTHER: 1.0 - first, THIRD: third})
    strongest, *rest = combinations_of(posterior)
    assert {strongest.one, strongest.other} == {ONE, OTHER}
    assert strongest.correlation == pytest.approx(-1.0)
    assert not strongest.is_difference
    assert strongest.narrower == pytest.approx(1.0)
    assert strongest.unrelated == pytest.approx(0.0, abs=0.05)
    for one in rest:
        assert one.narrower == pytest.approx(one.unrelated, abs=0.05)


def test_of_the_shipped_posterior_the_page_calls_identified_what_every_table_calls_learned() -> (
    None
):
    posterior = shipped_posterior()
    told, found = learned(posterior), fitted_parameters(posterior)
    by_standing = {
        standing: {one.name for one in found if one.standing is standing} for standing in Standing
    }
    assert by_standing[Standing.IDENTIFIED] == set(told.learned)
    assert by_standing[Standing.TARGET] == set(told.targets)
    assert told.learned, "the record teaches something"
    silent = set(i.silent_parameters(posterior))
    assert silent <= set(told.unknown)
    uncertain = {name for name, one in declarations(Parameters).items() if one.prior is not None}
    assert silent | {one.name for one in found} == uncertain
    assert sum(map(len, told)) == len(uncertain)
    assert not silent & {one.name for one in found}


def test_a_spread_tells_up_from_nothing() -> None:
    one = i.spread_of(np.array([-0.01, 0.0, 0.0, 0.01, 0.02]))
    assert (one.up, one.none) == (0.4, 0.4)
    assert one.q10 <= one.q50 <= one.q90


@pytest.mark.parametrize("draws", [Draws.PRIOR, Draws.DEFAULT, Draws.MEDIAN])
def test_draws_that_are_no_posterior_are_refused(draws: Draws) -> None:
    with pytest.raises(ValueError, match="allowed: a posterior's"):
        i.identify(runs=1, years=1, seed=1, posterior=draws)


@pytest.mark.long
def test_effects_are_paired_and_draws_differ_between_structures() -> None:
    found = i.identify(runs=8, years=1, seed=3)
    assert found.runs == 8
    assert len(found.structures) == 8
    assert [(one.policy, one.outcome) for one in found.effects] == [
        (policy, outcome) for policy in i.POLICIES for outcome in SHARES
    ]
    for one in found.effects:
        assert list(one.prior) == list(one.posterior) == list(found.structures)
        assert all(len(values) == 1 for values in one.prior.values())
        assert np.abs(i.all_of(one.posterior)).max() < 0.5
    tight = next(one for one in found.effects if one.policy == i.TIGHT_CAP)
    assert len(np.unique(i.all_of(tight.prior))) == 8
    assert found.drivers == {policy: [] for policy in i.POLICIES}
