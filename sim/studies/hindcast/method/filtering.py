"""What a borough was like at a census, inferred from all its years up to then.

A published share misses the truth, and what makes a borough short of staff cannot be seen at all.
So many Londons are followed by the borough twin from the first census on. At every later one each
borough's state is moved towards what was published, as far as the Londons' own spread and the
reporting error say it should be (the ensemble Kalman filter). What is left at the origin is a
sample of states that fit the whole record until then.

Source: Evensen (2003), "The Ensemble Kalman Filter: theoretical formulation and practical
implementation", with perturbed observations. A borough's distance from London is updated on its own
figures alone (assumption: given London's level, boroughs are nearly independent).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.answers.structures import record_scenario
from sim.domain.evidence import CensusStart, census_start, census_years, employers
from sim.domain.headline import PERMANENT_SHARES
from sim.domain.published import published_figure
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws, allowed_structures, drawn_scenario
from sim.market.opening import Carried
from sim.rules import conditions, establishment
from sim.scenario import Scenario
from sim.studies.calibrate.method.targets import FIRST_YEAR
from sim.twin import Twin

SHARED_ERROR = 0.5
"""Correlation of the two shares' reporting errors: both count permanent staff (assumption)."""
FEWEST_MEMBERS = 200
"""Londons followed for each structure at least: fewer give poor covariances."""
LEAST_SHARE, MOST_SHARE = 0.02, 1.0
TINY = 1e-9


def carried_states(
    origin: int, *, runs: int, seed: int, draws: Draws, first: Scenario | None = None
) -> list[Carried]:
    """Return the state at a census that each run of an ensemble opens with.

    Run by run the parameters and the structure are those the ensemble draws with this seed.

    Args:
        first: London from the first census, with what was enacted until the origin (default: the
            record's, without later agreements).
    """
    first = record_scenario(FIRST_YEAR) if first is None else first
    posterior = draws.posterior
    turns = 1 if posterior is None else len(allowed_structures(first, posterior))
    found: dict[int, Carried] = {}
    for place in range(min(turns, runs)):
        wanted = range(place, runs, turns)
        members = [place + turns * nth for nth in range(max(len(wanted), FEWEST_MEMBERS))]
        twin = _followed(first, origin, members, seed, draws, place)
        found |= {run: _handed_on(twin, member) for member, run in enumerate(wanted)}
    return [found[run] for run in range(runs)]


def _followed(
    first: Scenario, origin: int, runs: list[int], seed: int, draws: Draws, place: int
) -> Twin:
    """Return Londons of one structure, followed from the first census to the origin."""
    each = [drawn_scenario(first, seed, run, draws) for run in runs]
    names = each[0].parameters.keys()
    drawn = {name: np.array([one.parameters[name] for one in each]) for name in names}
    keys = np.random.SeedSequence([seed, place]).generate_state(2)
    luck = np.random.default_rng(int(keys[1]))
    twin = Twin(each[0].scenario, drawn, len(runs), int(keys[0]))
    error = np.broadcast_to(twin.parameters.reporting_error, (len(runs), 1))
    _blur(twin, error, luck)
    for year in census_years():
        if FIRST_YEAR < year <= origin:
            twin.run(1)
            twin.recount(census_start(year))
            _update(twin, year, error, luck)
    return twin


def _blur(twin: Twin, error: FloatArray, luck: np.random.Generator) -> None:
    """Spread the first census's counts by what a published share may miss the truth by."""
    posts, permanent = twin.posts, twin.permanent
    missed = error * luck.standard_normal(twin.shape) * posts
    moved = np.clip(permanent + missed, LEAST_SHARE * posts, MOST_SHARE * posts)
    twin.assign(moved, twin.placed - (moved - permanent))


def _update(twin: Twin, year: int, error: FloatArray, luck: np.random.Generator) -> None:
    """Move London towards what was published in a year, then each borough away from London.

    London's level and a borough's distance from it are two pieces of news: in London's figure the
    boroughs' reporting errors have averaged out.
    """
    posts = np.maximum(twin.posts, TINY)
    hidden = np.stack(
        [twin.permanent / posts, twin.placed / posts, twin.leadership, twin.lasting_leadership]
    )
    level = _published(year, LONDON)
    hidden = _analysed(
        hidden, _london_shares(hidden, posts), level, error / np.sqrt(twin.shape[1] - 1), luck
    )
    london = _london_shares(hidden, posts)
    for place, name in enumerate(employers()):
        apart = _shares(hidden[:, :, place]) - london
        seen = _published(year, name) - level
        mine = hidden[:, :, place : place + 1]
        hidden[:, :, place : place + 1] = _analysed(mine, apart, seen, error, luck)
    shares = np.clip(hidden[0], LEAST_SHARE, MOST_SHARE)
    twin.leadership, twin.lasting_leadership = hidden[2], hidden[3]
    twin.assign(shares * posts, hidden[1] * posts)


def _published(year: int, unit: str) -> FloatArray:
    """Return the published shares, by `PERMANENT_SHARES`; NaN where there is no sound figure."""
    found = [published_figure(measure, year, unit) for measure in PERMANENT_SHARES]
    return np.array([np.nan if value is None else value for value in found], float)


def _shares(hidden: FloatArray) -> FloatArray:
    """Return the observed shares of states (state, ...), by `PERMANENT_SHARES`."""
    permanent, placed = hidden[0], hidden[1]
    return np.stack([permanent / np.maximum(permanent + placed, TINY), permanent])


def _london_shares(hidden: FloatArray, posts: FloatArray) -> FloatArray:
    """Return London's shares of each member, (observed, member)."""
    permanent, placed = ((hidden[row] * posts).sum(axis=1) for row in (0, 1))
    return np.stack([permanent / (permanent + placed), permanent / posts.sum(axis=1)])


def _analysed(
    hidden: FloatArray,
    shares: FloatArray,
    seen: FloatArray,
    error: FloatArray,
    luck: np.random.Generator,
) -> FloatArray:
    """Return states after a reading.

    Args:
        hidden: (state, member, borough).
        shares: what each member says would be read, (observed, member).
        seen: what was read, (observed,); NaN where nothing was.
        error: spread of the reading's error, (member, 1).
    """
    known = np.flatnonzero(np.isfinite(seen))
    if not known.size:
        return hidden
    shares, seen, members = shares[known], seen[known], hidden.shape[1]
    apart = hidden - hidden.mean(axis=1, keepdims=True)
    spread = shares - shares.mean(axis=1, keepdims=True)
    alike = np.full((2, 2), SHARED_ERROR) + (1.0 - SHARED_ERROR) * np.eye(2)
    alike = alike[np.ix_(known, known)]
    noise = alike * float(np.mean(error**2))
    covariance = np.einsum("smb,om->sbo", apart, spread) / (members - 1)
    gain = covariance @ np.linalg.inv(spread @ spread.T / (members - 1) + noise)
    drawn = np.linalg.cholesky(alike) @ luck.standard_normal((len(known), members))
    news = seen[:, None] + error[:, 0] * drawn - shares
    return np.asarray(hidden + np.einsum("sbo,om->smb", gain, news))


def _handed_on(twin: Twin, member: int) -> Carried:
    """Return one London as a market can open with it, in whole people."""
    census = twin.census
    permanent = np.minimum(np.rint(twin.permanent[member]).astype(np.int64), census.posts)
    extra = np.rint(twin.extra_wanted[member]).astype(np.int64)
    most = census.posts - permanent + extra
    agency = np.minimum(np.rint(twin.placed[member]).astype(np.int64), most)
    opening: CensusStart = replace(
        census, permanent=permanent, agency=agency, extra=np.minimum(extra, agency)
    )
    p = twin.parameters

    def own(values: FloatArray | float) -> float:
        return float(np.broadcast_to(values, (twin.draws, 1))[member, 0])

    standing, index = twin.standing, twin.cost_index()
    ordinary = conditions.ordinary_caseload(
        twin.reference_caseload,
        p.cases_growth_per_year,
        establishment.planned_growth(twin.opened_on, twin.month, p),
        p.caseload_habituation,
        twin.month,
    )
    return Carried(
        census=opening,
        leadership=twin.leadership[member].copy(),
        lasting_leadership=twin.lasting_leadership[member].copy(),
        charge_rates=twin.prices[member, :, -1].copy(),
        keeps_to_cap=twin.is_member[member].copy(),
        months_short=np.rint(np.asarray(standing.months_short)[member]).astype(np.int64),
        months_content=np.rint(np.asarray(standing.months_content)[member]).astype(np.int64),
        reference_caseload=own(ordinary),
        multiplier_centre=own(twin.multiplier_centre),
        strain_centre=own(twin.strain_centre),
        attachment=own(twin.attachment),
        reconsider_per_year=own(twin.reconsider),
        bench=round(own(twin.bench)),
        leaving_condition=twin.leaving_condition[member].copy(),
        lasting_leaving=twin.lasting_leaving[member].copy(),
        budget_per_post=twin.budget_per_post[member] * index,
        permanent_cost=twin.permanent_cost[member] * index,
        opening_charges=twin.opening_charges[member] * index,
        usual_vacancies=twin.usual_vacancies[member].copy(),
        overspend=twin.overspend()[member].copy(),
        opening_premium=own(twin.premium(twin.opening_log_premium)),
    )
