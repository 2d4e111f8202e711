"""The cap as a game: what a coalition of signatories is worth to each employer.

Players are the employers of a pledge. A *coalition* is who keeps to the cap; membership is held
fixed for a whole run, nobody may leave on the way, so that every question is one paired
difference: the same people with the same luck, one name more or less on the list.

    whole pledge    everybody signs (the scenario's list of names, or all 31 scored employers)
    nobody          no pledge: everybody bids freely
    leaving alone   never signing while all others do. Gain from leaving: what an employer gets
                    outside less what it gets inside, the others' membership unchanged
    joining         the same for an outsider, such as the City, with its name added

What an employer cares about (`Payoff`) is an assumption that can be switched: unfilled posts (the
shortage it bids about), agency cost, its permanent share of the workforce or of posts, or money:
the bill for all its staff and policies plus a value for each post left unfilled. Nobody knows that
value. The default is what a year's agency cover of a post costs with no pledge: whoever pays it
shows that cover is worth at least so much. It is a lower bound and an assumption.

Payoffs are means over the last twelve months up to a horizon counted from the pledge's first month.
Employers do not know their luck or the parameters, so a payoff is the mean over runs. A gain is
called *clear*, and its employer *tempted*, if the mean is above zero by `CLEAR` standard errors of
the paired differences: one in ten by luck alone.

What rests on what: who is short and how many posts and agency staff each employer has at the start
come from the census. The cap's level, its effect, how agency staff follow pay, and the value of a
post are assumptions; the census does not identify them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import IO

import numpy as np

from sim.answers.comparison import HIGH, LOW
from sim.domain.calendar import MONTHS_PER_YEAR, month_end
from sim.domain.evidence import scored_employers
from sim.domain.headline import AGENCY_COST, CHARGE_RATE
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import Enforcement
from sim.ensemble.draws import Draws
from sim.ensemble.files import write_atomically
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Progress, no_progress, run_ensemble
from sim.ensemble.stamp import Rooms, Stamp, stamp_of_this_code
from sim.rules.levers.members import Signatories
from sim.scenario import Scenario, ScenarioError

CLEAR = 1.28
"""Standard errors above zero from which a mean gain is clear: one in ten by luck alone."""
COALITIONS_FOLDER = "coalitions"
OWN_CODE = Rooms("studies/coalition/method")
"""The game's own code decides what it keeps, besides the model's."""
LONGEST_WAIT_MONTHS = 240
FIELDS = (
    "posts_fte",
    "unfilled_fte",
    "permanent_fte",
    "agency_fte",
    AGENCY_COST,
    "agency_excess_cost_per_year",
    "permanent_cost_per_year",
    "policy_cost_per_year",
    "hourly_charges",
)
"""What is kept of a run, by employer: means over the last twelve months."""


def own_stamp() -> Stamp:
    """Return the stamp of the coalitions that are kept."""
    return stamp_of_this_code(OWN_CODE)


Members = frozenset[str]


class Payoff(StrEnum):
    """What an employer cares about; more is better once signed as in `Seen.payoff`."""

    UNFILLED = "unfilled"
    AGENCY_COST = "agency-cost"
    PERMANENT_WORKFORCE = "permanent-workforce"
    PERMANENT_POSTS = "permanent-posts"
    MONEY = "money"


PAYOFF_LABELS = {
    Payoff.UNFILLED: "unfilled posts",
    Payoff.AGENCY_COST: "agency cost",
    Payoff.PERMANENT_WORKFORCE: "permanent share of the workforce",
    Payoff.PERMANENT_POSTS: "permanent share of posts",
    Payoff.MONEY: "money",
}
PAYOFF_UNITS = {
    payoff: "£ per year" if payoff in (Payoff.AGENCY_COST, Payoff.MONEY) else "share"
    for payoff in Payoff
}


@dataclass(frozen=True)
class Seen:
    """What one coalition was seen to bring.

    Attributes:
        employers: the columns of what follows.
        values: (run, field, employer), fields as in `FIELDS`.
        left_month: (run, employer): first month out of the pledge it had kept to; NaN if never.
    """

    employers: tuple[str, ...]
    values: FloatArray
    left_month: FloatArray

    def field(self, name: str) -> FloatArray:
        """Return one field, (run, employer)."""
        found: FloatArray = self.values[:, FIELDS.index(name)]
        return found

    @property
    def bill(self) -> FloatArray:
        """All that each employer pays, £ a year, (run, employer)."""
        parts = (AGENCY_COST, "permanent_cost_per_year", "policy_cost_per_year")
        found: FloatArray = np.sum([self.field(name) for name in parts], axis=0)
        return found

    def payoff(self, what: Payoff, post_value: float = 0.0) -> FloatArray:
        """Return a payoff, (run, employer), signed so that more is better."""
        if what is Payoff.UNFILLED:
            return -self.field("unfilled_fte") / self.field("posts_fte")
        if what is Payoff.AGENCY_COST:
            return -self.field(AGENCY_COST)
        if what is Payoff.MONEY:
            return -self.bill - post_value * self.field("unfilled_fte")
        permanent = self.field("permanent_fte")
        if what is Payoff.PERMANENT_POSTS:
            return permanent / self.field("posts_fte")
        return permanent / (permanent + self.field("agency_fte"))

    def london(self, top: str, bottom: str | None = None) -> FloatArray:
        """Return a field summed over London, or the ratio of two, one number a run."""
        total = self.field(top).sum(axis=1)
        found: FloatArray = total if bottom is None else total / self.field(bottom).sum(axis=1)
        return found


def signatories(scenario: Scenario) -> tuple[str, ...]:
    """Return who signs the whole pledge: the names a scenario lists, or all who may.

    Raises:
        ScenarioError: the scenario has no cap.
    """
    cap = scenario.levers.cap
    if cap.is_no_op:
        raise ScenarioError(
            f"{scenario.name}: has no cap to sign; allowed: a scenario with levers.cap.members "
            "above 0, such as pan-london-cap"
        )
    if isinstance(cap.members, Signatories):
        return cap.members.candidates()
    return cap.members if isinstance(cap.members, tuple) else tuple(scored_employers())


def signed_by(scenario: Scenario, members: Iterable[str] | float) -> Scenario:
    """Return the same scenario with exactly these members, none of whom may leave.

    A share is taken in an order drawn in each run. A break-glass cap keeps its exceptions.
    """
    names = float(members) if isinstance(members, int | float) else tuple(sorted(members))
    held = scenario.levers.cap.enforcement
    if held is Enforcement.VOLUNTARY:
        held = Enforcement.STRICT
    return _with_cap(scenario, {"members": names or 0.0, "enforcement": held})


def left_to_members(scenario: Scenario, tolerance: float) -> Scenario:
    """Return the whole pledge, voluntary: members follow the model's own rule for leaving."""
    terms = {
        "members": tuple(sorted(signatories(scenario))),
        "enforcement": Enforcement.VOLUNTARY,
        "exceptions_share": 0.0,
        "tolerance": tolerance,
    }
    return _with_cap(scenario, terms)


def _with_cap(scenario: Scenario, terms: dict[str, object]) -> Scenario:
    cap = scenario.levers.cap.model_copy(update=terms)
    return scenario.model_copy(update={"levers": scenario.levers.model_copy(update={"cap": cap})})


def first_month(scenario: Scenario) -> int:
    """Return the first month the cap is in force.

    Raises:
        ScenarioError: it begins too late to be looked at.
    """
    opening = scenario.start.opening
    for month in range(1, LONGEST_WAIT_MONTHS + 1):
        if scenario.levers.cap.strength(opening, month_end(opening, month)) > 0.0:
            return month
    raise ScenarioError(
        f"{scenario.name}: levers.cap.start: given {scenario.levers.cap.start}; allowed: a day "
        f"within {LONGEST_WAIT_MONTHS // MONTHS_PER_YEAR} years of the scenario's start"
    )


class Game:
    """Runs coalitions of one scenario, each once, and keeps what was seen.

    Args:
        scenario: one whose cap has members.
        runs, seed, draws, pool: as for an ensemble.
        years: horizon, counted from the pledge's first month.
        folder: where to keep what each coalition brought, to go on from; None keeps nothing.
        progress: told of every run; the number wanted is what was said to be likely (`expect`).

    Raises:
        ScenarioError: there is no cap to sign.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        runs: int,
        seed: int,
        years: int,
        draws: Draws = Draws.POSTERIOR,
        pool: Executor | None = None,
        folder: Path | None = None,
        progress: Progress = no_progress,
    ) -> None:
        self.scenario, self.signers = scenario, signatories(scenario)
        self.runs, self.seed, self.years, self.draws = runs, seed, years, draws
        self.begins = first_month(scenario)
        self.last_month = self.begins - 1 + years * MONTHS_PER_YEAR
        self.coalitions = self._done = self._wanted = 0
        self._pool, self._progress = pool, progress
        self._folder = None if folder is None else folder / COALITIONS_FOLDER / str(own_stamp())
        self._known: dict[str, Seen] = {}

    def expect(self, coalitions: int) -> None:
        """Say that so many coalitions are likely to be asked for from here on."""
        self._wanted = self._done + coalitions * self.runs

    def of(self, members: Iterable[str] | float) -> Seen:
        """Return what a coalition, by names or by share, brings."""
        return self._seen(signed_by(self.scenario, members))

    def voluntary(self, tolerance: float) -> Seen:
        """Return what the whole pledge brings if members leave by the model's own rule."""
        return self._seen(left_to_members(self.scenario, tolerance))

    @property
    def whole(self) -> Seen:
        """Everybody signs."""
        return self.of(self.signers)

    @property
    def nobody(self) -> Seen:
        """No pledge."""
        return self.of(())

    @property
    def employers(self) -> tuple[str, ...]:
        """Every employer, signatory or not."""
        return self.whole.employers

    def gain_outside(
        self, members: Members, employer: str, payoff: Callable[[Seen], FloatArray]
    ) -> FloatArray:
        """Return what an employer gets outside a coalition less inside it, one number a run.

        The membership of all others is as in `members`.
        """
        place = self.employers.index(employer)
        outside, inside = self.of(members - {employer}), self.of(members | {employer})
        gain: FloatArray = payoff(outside)[:, place] - payoff(inside)[:, place]
        return gain

    def _seen(self, scenario: Scenario) -> Seen:
        key = scenario.fingerprint()
        if key not in self._known:
            self._known[key] = self._kept(scenario, key) or self._run(scenario, key)
            self.coalitions += 1
        return self._known[key]

    def _run(self, scenario: Scenario, key: str) -> Seen:
        records: dict[int, tuple[FloatArray, FloatArray]] = {}
        before = self._done
        self._wanted = max(self._wanted, before + self.runs)

        def each(record: RunRecord) -> None:
            records[record.replicate] = self._reduced(record)

        def progress(done: int, wanted: int, seconds: float) -> None:
            self._done = before + done
            self._progress(self._done, self._wanted, seconds)

        ensemble = run_ensemble(
            scenario,
            runs=self.runs,
            seed=self.seed,
            years=-(-self.last_month // MONTHS_PER_YEAR),
            draws=self.draws,
            pool=self._pool,
            progress=progress,
            each=each,
        )
        values, left = zip(*(records[run] for run in range(self.runs)), strict=True)
        found = Seen(ensemble.units[1:], np.array(values), np.array(left))
        self._keep(found, key)
        return found

    def _reduced(self, record: RunRecord) -> tuple[FloatArray, FloatArray]:
        """Return one run's fields by employer, and the month each left the cap."""

        def year(outcome: str) -> FloatArray:
            return record.of(outcome)[: self.last_month + 1, 1:][-MONTHS_PER_YEAR:]

        charge, agency = year(CHARGE_RATE), year("agency_fte")
        hourly = np.where(agency > 0, charge, 0.0) * agency
        fields = [hourly if name == "hourly_charges" else year(name) for name in FIELDS]
        member = record.of("pledge_members")[: self.last_month + 1, 1:] > 0
        member[: self.begins] = False  # an agreement before the pledge is not the pledge
        has_left = np.cumsum(member, axis=0).astype(bool) & ~member
        first = np.where(has_left.any(axis=0), has_left.argmax(axis=0), np.nan)
        return np.mean(fields, axis=1), first

    # On disk: one small file a coalition, so that a job that was stopped goes on

    def _path(self, key: str) -> Path | None:
        if self._folder is None:
            return None
        decides = f"{key}:{self.seed}:{self.runs}:{self.last_month}:{self.draws.key}"
        return self._folder / f"{blake2b(decides.encode(), digest_size=8).hexdigest()}.npz"

    def _keep(self, seen: Seen, key: str) -> None:
        path = self._path(key)
        if path is None:
            return

        def write(stream: IO[bytes]) -> None:
            np.savez_compressed(
                stream, values=seen.values, left_month=seen.left_month, employers=seen.employers
            )

        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, write)

    def _kept(self, scenario: Scenario, key: str) -> Seen | None:
        """Return what an earlier command kept; a file that cannot be read counts as missing."""
        path = self._path(key)
        if path is None or not path.is_file():
            return None
        try:
            with np.load(path) as found:
                names = tuple(str(name) for name in found["employers"])
                return Seen(names, found["values"], found["left_month"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None


@dataclass(frozen=True)
class Gain:
    """A mean paired difference over runs, with its standard error and 80 % interval of runs."""

    mean: float
    error: float
    q10: float
    q90: float

    @property
    def is_clear(self) -> bool:
        """Whether it is above zero by more than luck would have it."""
        return self.mean > 0.0 and self.mean > CLEAR * self.error


def gain_of(differences: FloatArray) -> Gain:
    """Return the mean, its standard error (0 for one run) and the 10th and 90th percentile."""
    count = differences.size
    error = float(differences.std(ddof=1) / np.sqrt(count)) if count > 1 else 0.0
    low, high = np.quantile(differences, [LOW, HIGH])
    return Gain(float(differences.mean()), error, float(low), float(high))
