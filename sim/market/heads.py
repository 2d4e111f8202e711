"""Counting people by employer: for supervision, for the month's money and for the record."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.domain.compiled import compiled
from sim.domain.randomness import FloatArray, IntArray
from sim.market.loops import PERMANENT, PLACED, People, experience_of
from sim.rules.pay_bands import BANDS, COMPANIES, band_of


class Heads(NamedTuple):
    """Staff at work at the end of a month.

    Attributes:
        permanent: permanent staff, (employer, band).
        placed: agency staff, (employer, company group, band).
        tenure_months: of agency staff in their assignments, summed by employer.
        hourly_charges: what an hour of all agency staff costs, £, by employer.
        seats: of each agency worker, in order of entry, the place in a table of pay by
            (employer, band, company group), read as one long row.
    """

    permanent: IntArray
    placed: IntArray
    tenure_months: IntArray
    hourly_charges: FloatArray
    seats: IntArray


@compiled
def heads_at_work(people: People, prices: FloatArray) -> Heads:
    """Count staff; `prices` are charge rates, £ per hour, (employer, band)."""
    rows, count = people.rows, prices.shape[0]
    permanent = np.zeros((count, BANDS), np.int64)
    placed = np.zeros((count, COMPANIES, BANDS), np.int64)
    tenure, charges = np.zeros(count, np.int64), np.zeros(count)
    seats, seated = np.empty(people.living.size, np.int64), 0
    for one in people.living:
        state = rows.state[one]
        if state != PERMANENT and state != PLACED:
            continue
        employer, band = rows.employer[one], band_of(experience_of(people, one))
        if state == PERMANENT:
            permanent[employer, band] += 1
        else:
            company = rows.company[one]
            placed[employer, company, band] += 1
            seats[seated] = (employer * BANDS + band) * COMPANIES + company
            seated += 1
            tenure[employer] += people.month - rows.joined_month[one]
            charges[employer] += prices[employer, band]
    return Heads(permanent, placed, tenure, charges, seats[:seated])


@compiled
def learners_and_able(
    people: People, employers: int, learning_months: int, able_months: int
) -> tuple[IntArray, IntArray]:
    """Return permanent staff who still learn and who can supervise, by employer."""
    rows = people.rows
    learners, able = np.zeros(employers, np.int64), np.zeros(employers, np.int64)
    for one in people.living:
        if rows.state[one] == PERMANENT:
            experience = experience_of(people, one)
            learners[rows.employer[one]] += experience < learning_months
            able[rows.employer[one]] += experience >= able_months
    return learners, able
