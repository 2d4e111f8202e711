"""What happens to people in a month, one person after another: compiled loops.

Each goes through the living in order of entry, asks the rules for a chance and compares it with
the person's own draw. Nobody is moved here: a loop says who, and the ledger moves them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.domain.compiled import compiled, elementwise
from sim.domain.randomness import (
    BoolArray,
    FloatArray,
    IntArray,
    KeyArray,
    Purpose,
    gumbel,
    luck,
    mixed,
)
from sim.domain.vocabulary import WorkerState
from sim.market.rows import NOWHERE, Rows
from sim.rules import choice
from sim.rules.hazards import monthly_chance
from sim.rules.pay_bands import band_of

PERMANENT, PLACED = int(WorkerState.PERMANENT), int(WorkerState.PLACED)
BENCH = int(WorkerState.BENCH)
LEAVE_SECTOR, RECONSIDER = int(Purpose.LEAVE_SECTOR), int(Purpose.RECONSIDER)
AGENCY_LEAVE_SECTOR, BENCH_LEAK = int(Purpose.AGENCY_LEAVE_SECTOR), int(Purpose.BENCH_LEAK)
MOVE, MOVE_CHOICE = int(Purpose.MOVE), int(Purpose.MOVE_CHOICE)
ASSIGNMENT_ENDS, PRIORITY = int(Purpose.ASSIGNMENT_ENDS), int(Purpose.PRIORITY)
SEARCH, ASSIGNMENT_CHOICE = int(Purpose.SEARCH), int(Purpose.ASSIGNMENT_CHOICE)
NOBODY_WANTS = -np.inf
NO_TURN = np.uint64(0xFFFFFFFFFFFFFFFF)
"""After everybody's."""


class People(NamedTuple):
    """Who there is this month, and their luck.

    Attributes:
        living: ids in order of entry; some may have left this month.
        words: the word of each purpose's stream this month (`Streams.words`).
    """

    living: IntArray
    rows: Rows
    month: int
    words: KeyArray


@elementwise
def experience_of(people: People, one: int) -> int:
    """Return somebody's months since qualifying."""
    return people.month - people.rows.qualified_month[one]


@elementwise
def is_struck(people: People, purpose: int, one: int, chance: float) -> bool:
    """Return whether somebody's draw of the month for a purpose falls below a chance."""
    return luck(people.words[purpose], people.rows.key[one]) < chance


# Leaving


@compiled
def leavers(
    people: People, permanent_chances: FloatArray, placed_chance: float, bench_chance: float
) -> IntArray:
    """Return who leaves the sector: chances by employer for permanent staff."""
    rows, found, count = people.rows, np.empty(people.living.size, np.int64), 0
    for one in people.living:
        state = rows.state[one]
        if state == PERMANENT:
            leaves = is_struck(people, LEAVE_SECTOR, one, permanent_chances[rows.employer[one]])
        elif state == PLACED:
            leaves = is_struck(people, AGENCY_LEAVE_SECTOR, one, placed_chance)
        else:
            leaves = state == BENCH and is_struck(people, BENCH_LEAK, one, bench_chance)
        if leaves:
            found[count] = one
            count += 1
    return found[:count]


class Felt(NamedTuple):
    """What a worker weighs who thinks of agency work.

    Attributes:
        log_premium: ln(agency net / permanent net), (employer, band, company).
        strain, careers: by employer.
    """

    log_premium: FloatArray
    strain: FloatArray
    careers: FloatArray
    strain_to_route: float


class Routes(NamedTuple):
    """What decides between a permanent post and agency work.

    Attributes:
        reconsider_per_year, attachment: see `choice.RouteConstants`.
        needed_months: experience that agency work takes.
        waiting_loss: what a wait before agency work costs, in log pay; not above 0.
    """

    felt: Felt
    sensitivity: float
    attachment: float
    reconsider_per_year: float
    needed_months: float
    waiting_loss: float


@elementwise
def pull_on(people: People, felt: Felt, one: int) -> FloatArray:
    """Return what draws somebody to agency work, in log pay."""
    rows = people.rows
    employer, band = rows.employer[one], band_of(experience_of(people, one))
    return choice.pull(
        felt.log_premium[employer, band, rows.company[one]],
        felt.strain[employer],
        rows.taste[one],
        felt.careers[employer],
        felt.strain_to_route,
    )


@compiled
def pulls_on(people: People, felt: Felt) -> FloatArray:
    """Return what draws each of `people.living` to agency work, in log pay."""
    found = np.empty(people.living.size)
    for nth, one in enumerate(people.living):
        found[nth] = pull_on(people, felt, one)
    return found


@compiled
def switchers(people: People, routes: Routes) -> tuple[IntArray, IntArray]:
    """Return who goes to agency work, and which placed staff would take a permanent post.

    One draw decides: below the chance of reconsidering *and* choosing. Only those whose draw is
    below the chance of reconsidering need to think about the alternative.
    """
    rows, size = people.rows, people.living.size
    going, returning = np.empty(size, np.int64), np.empty(size, np.int64)
    gone = back = 0
    bound = monthly_chance(routes.reconsider_per_year)
    for one in people.living:
        state = rows.state[one]
        if state != PERMANENT and state != PLACED:
            continue
        draw = luck(people.words[RECONSIDER], rows.key[one])
        if draw >= bound:
            continue
        towards_agency = state == PERMANENT
        pull = pull_on(people, routes.felt, one)
        if towards_agency:
            if experience_of(people, one) < routes.needed_months:
                continue
            pull = pull + routes.waiting_loss
        agency = choice.agency_chance(pull, routes.sensitivity, routes.attachment)
        towards = agency if towards_agency else 1.0 - agency
        if draw < monthly_chance(routes.reconsider_per_year * towards):
            if towards_agency:
                going[gone] = one
                gone += 1
            else:
                returning[back] = one
                back += 1
    return going[:gone], returning[:back]


# Choosing among boroughs


@elementwise
def best_liked(key: np.uint64, word: np.uint64, slots: KeyArray, appeal: FloatArray) -> int:
    """Return which borough somebody likes best, or `NOWHERE`: appeal in logs, and own taste."""
    best, most, luckiest = NOWHERE, NOBODY_WANTS, 0.0
    for place in range(slots.size):
        if appeal[place] > NOBODY_WANTS:
            drawn = luck(word, mixed(key + slots[place]))
            if best != NOWHERE and appeal[place] <= appeal[best] and drawn <= luckiest:
                continue  # no logarithm is needed to tell
            score = appeal[place] + gumbel(drawn)
            if score > most:
                best, most, luckiest = place, score, drawn
    return best


@compiled
def movers(
    people: People, chances: FloatArray, appeal: FloatArray, slots: KeyArray
) -> tuple[IntArray, IntArray]:
    """Return which permanent staff would move to another borough, and to which."""
    rows, size = people.rows, people.living.size
    found, wanted = np.empty(size, np.int64), np.empty(size, np.int64)
    elsewhere, count = appeal.copy(), 0
    for one in people.living:
        if rows.state[one] != PERMANENT:
            continue
        home = rows.employer[one]
        if not is_struck(people, MOVE, one, chances[home]):
            continue
        elsewhere[home] = NOBODY_WANTS
        best = best_liked(rows.key[one], people.words[MOVE_CHOICE], slots, elsewhere)
        elsewhere[home] = appeal[home]
        if best != NOWHERE:
            found[count], wanted[count] = one, best
            count += 1
    return found[:count], wanted[:count]


@compiled
def searchers(
    people: People, chance: float, appeal: FloatArray, turns_away: BoolArray, slots: KeyArray
) -> tuple[IntArray, IntArray]:
    """Return who of the bench looks for an assignment, and where.

    Args:
        appeal: of each employer to each band, (band, employer).
        turns_away: which employers turn away a leaver who still waits.
    """
    rows, size = people.rows, people.living.size
    found, wanted = np.empty(size, np.int64), np.empty(size, np.int64)
    open_to_waiting, count, nobody_takes_waiting = appeal.copy(), 0, True
    for place in range(slots.size):
        if turns_away[place]:
            open_to_waiting[:, place] = NOBODY_WANTS
        else:
            nobody_takes_waiting = False
    for one in people.living:
        if rows.state[one] != BENCH:
            continue
        waits = rows.free_from_month[one] > people.month
        if (waits and nobody_takes_waiting) or not is_struck(people, SEARCH, one, chance):
            continue
        band = band_of(experience_of(people, one))
        seen = open_to_waiting[band] if waits else appeal[band]
        best = best_liked(rows.key[one], people.words[ASSIGNMENT_CHOICE], slots, seen)
        if best != NOWHERE:
            found[count], wanted[count] = one, best
            count += 1
    return found[:count], wanted[:count]


@compiled
def ended(people: People, chance: float) -> tuple[IntArray, IntArray]:
    """Return whose assignments run out this month, and whose go on."""
    rows, size = people.rows, people.living.size
    over, going_on = np.empty(size, np.int64), np.empty(size, np.int64)
    ends = stays = 0
    for one in people.living:
        if rows.state[one] != PLACED:
            continue
        if is_struck(people, ASSIGNMENT_ENDS, one, chance):
            over[ends] = one
            ends += 1
        else:
            going_on[stays] = one
            stays += 1
    return over[:ends], going_on[:stays]


@compiled
def rationed(people: People, ids: IntArray, employers: IntArray, places: IntArray) -> BoolArray:
    """Return which workers get a place when each employer has only so many.

    Priority is each worker's own draw for the month, so who is first never depends on the
    order in which rows happen to lie.
    """
    asked = np.zeros(places.size, np.int64)
    turns, accepted = np.empty(ids.size, np.uint64), np.empty(ids.size, np.bool_)
    for nth in range(ids.size):
        asked[employers[nth]] += 1
        turns[nth] = mixed(people.rows.key[ids[nth]] + people.words[PRIORITY])
    last = _last_served(turns, employers, places, asked)
    for nth in range(ids.size):
        place = employers[nth]
        accepted[nth] = places[place] > 0 and turns[nth] <= last[place]
    return accepted


@elementwise
def _last_served(
    turns: KeyArray, employers: IntArray, places: IntArray, asked: IntArray
) -> KeyArray:
    """Return the turn of the last whom each employer takes.

    Queues are made only where more ask than there are places.
    """
    last = np.empty(places.size, np.uint64)
    ends, end = np.empty(places.size, np.int64), 0
    for place in range(places.size):
        last[place] = NO_TURN
        if asked[place] > places[place]:
            end += asked[place]
        ends[place] = end
    queues = np.empty(end, np.uint64)
    filled = ends.copy()
    for nth in range(turns.size):
        place = employers[nth]
        if asked[place] > places[place]:
            filled[place] -= 1
            queues[filled[place]] = turns[nth]
    for place in range(places.size):
        if asked[place] > places[place] > 0:
            queue = queues[filled[place] : ends[place]]
            last[place] = nth_smallest(queue, places[place] - 1)
    return last


@elementwise
def nth_smallest(values: KeyArray, nth: int) -> np.uint64:
    """Return the value that has `nth` smaller ones before it; puts values in another order.

    Quickselect (Hoare, 1961): quicker than sorting, and far quicker to compile than numpy's sort.
    """
    low, high = 0, values.size - 1
    while low < high:
        pivot, left, right = values[(low + high) // 2], low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left, right = left + 1, right - 1
        if nth <= right:
            high = right
        elif nth >= left:
            low = left
        else:
            break
    return values[nth]
