"""Perturb one month of the twin: push a cause, run the phases that answer, read the effect.

The equations are those of the twin as they run. A month is played once; before each phase its
state is kept, and every question is put to copies of a kept state, pushed a little up and down.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray
from sim.london.budgets import staff_budget
from sim.twin import Twin, TwinRecord
from sim.twin.london import MONTH, Phase
from sim.twin.state import TINY

STEP = 1e-4
"""A push: a hundredth of a point of posts, or of a per cent."""
ROUNDING = 1e-8
"""Responses per unit below this are what arithmetic leaves of nothing."""
MONTH_IS_OVER = "month_is_over"

Push = Callable[["ProbedTwin", float], None]
Read = Callable[["ProbedTwin"], FloatArray]


class ProbedTwin(Twin):
    """A twin in which London's mean charge rate can be held apart from the bids it averages.

    Attributes:
        held_charges: what boroughs take London's mean to be, £ per hour, (draw, band); None for
            the mean of their own bids.
    """

    held_charges: FloatArray | None = None

    def mean_charges(self) -> FloatArray:
        """Return London's mean charge rates, as held or as they are."""
        return super().mean_charges() if self.held_charges is None else self.held_charges

    def fork(self) -> ProbedTwin:
        """Return a copy that goes its own way from here; the record starts empty."""
        other = copy.copy(self)
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                setattr(other, name, value.copy())
            elif isinstance(value, list):
                setattr(other, name, [one.copy() for one in value])
        other.inspectorate, other.agreed = copy.copy(self.inspectorate), copy.copy(self.agreed)
        other.inspectorate.london = other.agreed.london = other
        other.year_flows = {name: flow.copy() for name, flow in self.year_flows.items()}
        other.record = TwinRecord(self.employers)
        return other


class Month:
    """The month after a twin's present, ready to be asked about.

    Attributes:
        draws: how many Londons.
    """

    def __init__(self, twin: ProbedTwin) -> None:
        self.draws = twin.draws
        now = twin.fork()
        now.month += 1
        self._before: dict[str, ProbedTwin] = {}
        for phase in MONTH:
            self._before[phase.__name__] = now.fork()
            phase(now)
        self._before[MONTH_IS_OVER] = now

    def at(self, moment: Phase | str) -> ProbedTwin:
        """Return a copy of the state just before a phase."""
        return self._before[moment if isinstance(moment, str) else moment.__name__].fork()

    def responses(
        self, moment: Phase | str, push: Push, phases: Sequence[Phase], *reads: Read
    ) -> list[FloatArray]:
        """Return how much each reading rises per unit of a push, (draw,) each."""
        ends = []
        for size in (STEP, -STEP):
            twin = self.at(moment)
            push(twin, size)
            for phase in phases:
                phase(twin)
            ends.append([read(twin) for read in reads])
        found = ((up - down) / (2.0 * STEP) for up, down in zip(*ends, strict=True))
        return [np.where(np.abs(one) < ROUNDING, 0.0, one) for one in found]


def ratio(effect: FloatArray, cause: FloatArray) -> FloatArray:
    """Return effect per unit of a cause that was itself pushed by something; 0 where it was not."""
    return np.asarray(np.where(cause == 0.0, 0.0, effect / np.where(cause == 0.0, 1.0, cause)))


# Readings: shares of London's posts (a year, for flows) and logs, (draw,)


def vacancies(twin: ProbedTwin) -> FloatArray:
    """Posts without a permanent holder."""
    return _of_posts(twin, twin.vacancies())


def unfilled(twin: ProbedTwin) -> FloatArray:
    """Vacancies nobody covers and somebody is wanted for."""
    return _of_posts(twin, twin.unfilled - twin.uncovered_by_choice)


def cover(twin: ProbedTwin) -> FloatArray:
    """Agency staff in post."""
    return _of_posts(twin, twin.placed)


def pool(twin: ProbedTwin) -> FloatArray:
    """Agency staff in post or between assignments."""
    return np.asarray(twin.agency()[:, 0] / twin.posts.sum(axis=1))


def going(twin: ProbedTwin) -> FloatArray:
    """Permanent staff gone to agency work, as they would be in a year of such months."""
    return _flow(twin, "to_agency")


def returning(twin: ProbedTwin) -> FloatArray:
    """Agency staff come back to permanent posts."""
    return _flow(twin, "to_permanent")


def leaving(twin: ProbedTwin) -> FloatArray:
    """Permanent staff gone from the sector."""
    return _flow(twin, "left_sector")


def hiring(twin: ProbedTwin) -> FloatArray:
    """Experienced applicants who accepted an offer; without a time of notice, who started."""
    accepted = twin.offers[-1] if twin.offers else twin.year_flows["entered"]
    return MONTHS_PER_YEAR * _of_posts(twin, accepted)


def charge(twin: ProbedTwin) -> FloatArray:
    """Log of London's mean charge rate, weighted by agency staff in post."""
    paid = (twin.prices[..., -1] * twin.placed).sum(axis=1)
    return np.asarray(np.log(paid / np.maximum(twin.placed.sum(axis=1), TINY)))


def premium(twin: ProbedTwin) -> FloatArray:
    """Log of agency over permanent take-home pay."""
    return np.asarray(np.log(twin.premium(twin.log_premium))[:, 0])


def strain(twin: ProbedTwin) -> FloatArray:
    """Mean strain over posts."""
    return _of_posts(twin, twin.strain * twin.posts)


def agency_share(twin: ProbedTwin) -> FloatArray:
    """Agency staff in post as a share of the workforce."""
    agency = twin.placed.sum(axis=1)
    return np.asarray(agency / np.maximum(agency + twin.permanent.sum(axis=1), TINY))


def pay_bill(twin: ProbedTwin) -> FloatArray:
    """Log of what staff cost a post, permanent staff at ordinary rates and agency as charged."""
    cost, _ = staff_budget(twin)
    return np.asarray(np.log(_of_posts(twin, cost)))


def _of_posts(twin: ProbedTwin, amount: FloatArray) -> FloatArray:
    return np.asarray(amount.sum(axis=1) / twin.posts.sum(axis=1))


def _flow(twin: ProbedTwin, name: str) -> FloatArray:
    return MONTHS_PER_YEAR * _of_posts(twin, twin.year_flows[name])


# Pushes: by a share of posts, or in logs


def more_vacancies(twin: ProbedTwin, size: float) -> None:
    """Take permanent staff away, in every borough the same share of its posts."""
    permanent = np.maximum(twin.permanent, TINY)
    twin.stages = twin.stages * (np.maximum(permanent - size * twin.posts, 0.0) / permanent)


def more_vacancies_alone(twin: ProbedTwin, size: float) -> None:
    """Take permanent staff away, and as many of the agency staff as keep their share."""
    before = twin.permanent
    more_vacancies(twin, size)
    twin.placed = twin.placed * (twin.permanent / np.maximum(before, TINY))


def more_cover(twin: ProbedTwin, size: float) -> None:
    """Put more agency staff in post, where they are."""
    posts, placed = (one.sum(axis=1, keepdims=True) for one in (twin.posts, twin.placed))
    twin.placed = twin.placed * (1.0 + size * posts / np.maximum(placed, TINY))


def more_waiting(twin: ProbedTwin, size: float) -> None:
    """Put more agency staff between assignments."""
    twin.bench = twin.bench + size * twin.posts.sum(axis=1, keepdims=True)


def more_of_the_pool_in_post(twin: ProbedTwin, size: float) -> None:
    """Put agency staff in post who were between assignments."""
    more_cover(twin, size)
    more_waiting(twin, -size)


def more_unfilled(twin: ProbedTwin, size: float) -> None:
    """Let boroughs see more posts unfilled."""
    twin.unfilled = twin.unfilled + size * twin.posts


def higher_charges(twin: ProbedTwin, size: float) -> None:
    """Raise every borough's charge rate."""
    twin.prices = twin.prices * np.exp(size)


def higher_charges_alone(twin: ProbedTwin, size: float) -> None:
    """Raise every borough's charge rate, unseen by the others."""
    twin.held_charges = twin.mean_charges()
    higher_charges(twin, size)


def higher_charges_of_rivals(twin: ProbedTwin, size: float) -> None:
    """Raise what a borough sees the others pay."""
    twin.held_charges = twin.mean_charges() * np.exp(size)


def higher_premium(twin: ProbedTwin, size: float) -> None:
    """Raise agency over permanent take-home pay."""
    twin.log_premium = twin.log_premium + size


def more_strain(twin: ProbedTwin, size: float) -> None:
    """Raise strain as phases after the caseloads read it."""
    twin.strain = twin.strain + size


def worse_conditions(twin: ProbedTwin, size: float) -> None:
    """Raise strain before it is worked out what it does to leaving."""
    twin.leadership = twin.leadership - size


def more_leaving(twin: ProbedTwin, size: float) -> None:
    """Let more permanent staff leave the sector."""
    _raise(twin, "sector_exit_per_year", size)


def _raise(twin: ProbedTwin, parameter: str, size: float) -> None:
    raised = {parameter: getattr(twin.parameters, parameter) + size}
    twin.parameters = twin.parameters.model_copy(update=raised)


def faster_to_agency(twin: ProbedTwin, size: float) -> None:
    """Let permanent staff reconsider more often, with no agency staff there to do so."""
    twin.placed = np.zeros(twin.shape)
    twin.reconsider = twin.reconsider * np.exp(size)


def higher_agency_share(twin: ProbedTwin, size: float) -> None:
    """Let applicants see a higher agency share, by other agency staff in the same posts."""
    whole = np.maximum(twin.permanent + twin.placed, TINY)
    share = np.clip(twin.placed / whole + size, 0.0, 1.0 - TINY)
    twin.placed = twin.permanent * share / (1.0 - share)


def more_offers_accepted(twin: ProbedTwin, size: float) -> None:
    """Let more people start this month, or apply where nobody gives notice."""
    if twin.offers:
        twin.offers[0] = twin.offers[0] + size * twin.posts / MONTHS_PER_YEAR
    else:
        _raise(twin, "outside_hires_per_post", size)


def higher_pay_bill(twin: ProbedTwin, size: float) -> None:
    """Let the pay bill have stood higher against the budget, all the months that are looked at."""
    twin.overspends = [(1.0 + one) * np.exp(size) - 1.0 for one in twin.overspends]
