"""`sim.run` and `sim.compare`: the questions of those names, their runs at hand."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict, Unpack, overload

from sim.answers.answer import Answer
from sim.domain.calendar import DEFAULT_YEARS
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.interfaces.python.door import RUNNER, answer_to
from sim.scenario import Given, as_list
from sim.studies import study_named
from sim.studies.run.door.results import Comparison, Result

Words = str | Iterable[str] | None


class Settings(TypedDict, total=False):
    """What `run` and `compare` both take, under one structure."""

    runs: int
    seed: int
    years: int
    until: int | None
    overrides: Iterable[str]
    parameters: str | Path | Draws
    borough: str | None
    borough_data: str | Path | None
    jobs: int
    out: str | Path | None
    progress: bool
    cancel: threading.Event | None


class RunSettings(Settings, total=False):
    """What `run` takes besides."""

    explain_variance: bool


class CompareSettings(Settings, total=False):
    """What `compare` takes besides."""

    shapley: bool
    null_test: bool
    measure_pairing: bool


@overload
def run(scenario: Given, **settings: Unpack[RunSettings]) -> Result: ...
@overload
def run(
    scenario: Given,
    *,
    structure: Words = None,
    bid_trigger: Words = None,
    **settings: Unpack[RunSettings],
) -> Result | Answer: ...
def run(
    scenario: Given,
    *,
    runs: int = 20,
    seed: int = 1,
    years: int = DEFAULT_YEARS,
    until: int | None = None,
    overrides: Iterable[str] = (),
    parameters: str | Path | Draws = Draws.POSTERIOR.name,
    borough: str | None = None,
    borough_data: str | Path | None = None,
    structure: Words = None,
    bid_trigger: Words = None,
    explain_variance: bool = False,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: bool = False,
    cancel: threading.Event | None = None,
) -> Result | Answer:
    """Run an ensemble of one scenario.

    Args:
        scenario: a shipped name, the path of a file, a `Scenario`, or a dictionary like a file.
        runs: how many runs; each draws its own parameters.
        seed: root seed; the same seed gives the same people the same luck in every scenario.
        years: horizon.
        until: the year in which the horizon ends, in place of `years`.
        overrides: such as ["levers.cap.members=0.9"], on top of the scenario.
        parameters: drawn from the `posterior`, its `median` draw, the `prior`, `default` values,
            or a posterior's file.
        borough: whose view the answer's tables and charts show; London's if none is named.
        borough_data: a file of a council's own figures, in place of the census's.
        structure, bid_trigger: how hiring works and what boroughs bid on, in place of the
            scenario's own; `all`, or a list, for each of several.
        explain_variance: run everything twice, and say what part of the spread is luck.
        jobs: processes to use; the result does not depend on it. They read the script anew: one
            that asks for more than one runs the model under `if __name__ == "__main__":`.
        out: a folder to keep the answer in, its runs too; a run found there is not run again.
        progress: whether to say on standard error how far the work is.
        cancel: a `threading.Event` that stops the work when it is set; what is saved is kept.

    Returns:
        The runs, with what the command says of them as `answer`; that answer by itself where
        several structures are named, since each has runs of its own.

    Raises:
        ScenarioError: no such scenario, or one that cannot be used.
        StoreError: `out` cannot take the result.
        ValueError: a number out of range, or no such parameters.
        RuntimeError: it was cancelled, or `jobs` is above 1 in a script without that guard.

    Example:
        >>> import sim
        >>> result = sim.run("baseline", runs=2, years=1)
        >>> result
        <Result: baseline, 2 runs of 1 year>
    """
    answer = _asked("run", {**locals()})
    return Result(answer.found, answer) if isinstance(answer.found, Ensemble) else answer


@overload
def compare(
    base: Result | Given, *policies: Result | Given, **settings: Unpack[CompareSettings]
) -> Comparison: ...
@overload
def compare(
    base: Result | Given,
    *policies: Result | Given,
    structure: Words = None,
    bid_trigger: Words = None,
    **settings: Unpack[CompareSettings],
) -> Comparison | Answer: ...
def compare(
    base: Result | Given,
    *policies: Result | Given,
    runs: int = 20,
    seed: int = 1,
    years: int = DEFAULT_YEARS,
    until: int | None = None,
    overrides: Iterable[str] = (),
    parameters: str | Path | Draws = Draws.POSTERIOR.name,
    borough: str | None = None,
    borough_data: str | Path | None = None,
    structure: Words = None,
    bid_trigger: Words = None,
    shapley: bool = False,
    null_test: bool = False,
    measure_pairing: bool = False,
    jobs: int = 1,
    out: str | Path | None = None,
    progress: bool = False,
    cancel: threading.Event | None = None,
) -> Comparison | Answer:
    """Set one or more policies beside a base, run by run: the same people, the same luck.

    Args:
        base: what to compare with: a scenario, or a result already there.
        policies: what to compare: scenarios, or results already there. Beside a result only
            `runs`, `seed`, `years`, `until`, `overrides`, `parameters`, `borough_data`, `jobs`,
            `progress` and `cancel` are taken, for what has yet to run.
        runs, seed, years, until, overrides, parameters, borough, borough_data: as for `run`.
        structure, bid_trigger, jobs, out, progress, cancel: as for `run`.
        shapley: split each difference by lever (up to five), with interaction and time to act.
        null_test: check that policies that should do nothing change nothing.
        measure_pairing: measure after one year what shared luck is worth.

    Returns:
        The results side by side, with what the command says of them as `answer`; that answer by
        itself where several structures are named.

    Raises:
        ScenarioError: no such scenario, or scenarios that cannot be compared.
        StoreError: `out` cannot take the answer.
        ValueError: no policy, or results that are not paired (another seed, horizon, or number
            of runs).
        RuntimeError: as for `run`.

    Example:
        >>> import sim
        >>> comparison = sim.compare("no-cap", "pan-london-cap", runs=2, years=1)
        >>> comparison
        <Comparison: no-cap with pan-london-cap, 2 paired runs of 1 year>
    """
    given = {**locals()}
    if not policies:
        raise ValueError("compare needs a base and at least one policy")
    if any(isinstance(one, Result) for one in (base, *policies)):
        return _with_results(given)
    answer = _asked("compare", given)
    found = answer.found
    if not all(isinstance(one, Ensemble) for one in found):
        return answer
    first, *others = map(Result, found)
    return Comparison(first, tuple(others), answer)


def _asked(name: str, given: Mapping[str, Any]) -> Answer:
    """Return the answer of a question to all that its function was given."""
    values = {**given, "overrides": as_list(given["overrides"])}
    if given["until"] is not None and given["years"] == DEFAULT_YEARS:
        del values["years"]
    runner = {one: values.pop(one) for one in RUNNER}
    return answer_to(study_named(name), values, **runner)


BESIDE_RESULTS = (
    "runs", "seed", "years", "until", "overrides", "parameters", "borough_data", "jobs",
    "progress", "cancel",
)  # fmt: skip


def _with_results(given: Mapping[str, Any]) -> Comparison:
    """Pair results that are there with those that have yet to run."""
    policies = given["policies"]
    settings = {name: given[name] for name in BESIDE_RESULTS}
    for name in given.keys() - settings.keys() - {"base", "policies"}:
        if given[name]:
            raise ValueError(f"{name}: goes with scenarios; allowed: none with results at hand")
    found = [
        one if isinstance(one, Result) else run(one, **settings)
        for one in (given["base"], *policies)
    ]
    return Comparison(found[0], tuple(found[1:]))
