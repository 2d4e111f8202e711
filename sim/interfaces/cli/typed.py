"""The command a manifest carries, read again: does it ask for what was run?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from sim.answers.reading import Told
from sim.domain.evidence import EvidenceError, UnknownBorough
from sim.domain.given import shortened
from sim.ensemble.draws import Draws
from sim.interfaces.cli.lazy import loaded
from sim.scenario import Scenario, ScenarioError
from sim.scenario.files import UNNAMED_KEYS
from sim.studies import fields as f
from sim.studies.verify.method.again import Apart

if TYPE_CHECKING:
    from sim.interfaces.report.verdicts import Asked

NAMED = ("permanence", "sim")
"""What a command begins with: typed, or given in Python."""
HELP = ("-h", "--help")
WORDS = "titles and reasons of scenarios"
OWN = UNNAMED_KEYS
"""What a scenario says of itself that moves no number, and is in no fingerprint."""


def asked_by(told: Sequence[Told]) -> Asked:
    """Return what the commands of a result ask for, held against what was run."""
    from sim.interfaces.report.verdicts import Asked  # drawing is loaded only when it is needed

    commands = {tuple(one.content["command"]) for one in told}
    typed = next(iter(commands))
    if len(commands) > 1 and typed[0] == NAMED[0]:
        return Asked(Apart("the commands in its manifests", "several", "one"))
    if not typed or typed[0].partition(".")[0] == NAMED[1]:
        return Asked(left=(f"the command, which was given in Python, and {WORDS}",))
    given = _read(typed)
    if given is None:
        shown = shortened(" ".join(typed))
        return Asked(Apart("the command in its manifest", shown, "none that permanence has"))
    for one in told:
        apart = _numbers_apart(given, one)
        if apart is not None:
            return Asked(apart)
    borough = given.get("borough")
    unit = f.unit_of(borough) if isinstance(borough, str) else None
    planned = _planned(given)
    if planned is None:
        return Asked(unit=unit, left=(f"{WORDS}, which the command does not give here",))
    for one in told:
        apart = _scenario_apart(planned, one)
        if apart is not None:
            return Asked(apart, unit)
    return Asked(unit=unit)


def _read(typed: Sequence[str]) -> Mapping[str, Any] | None:
    """Return the values of a command's arguments and options; None if it is no command."""
    from sim.interfaces.cli.commands import USAGE_ERRORS

    command = loaded(typed[1]) if len(typed) > 1 else None
    if command is None or any(word in HELP for word in typed):
        return None
    try:
        context = command.make_context(typed[1], list(typed[2:]))
    except USAGE_ERRORS as fault:
        if "--parameters" in str(getattr(fault, "param_hint", "")) or "--parameters" in typed:
            return {}  # a posterior's file that is not here: its digest is in the manifest
        return None
    except (EvidenceError, ValueError, OSError):
        return None
    return cast(Mapping[str, Any], context.params)


def _numbers_apart(given: Mapping[str, Any], told: Told) -> Apart | None:
    for name in ("runs", "seed", "years"):
        asked, was = given.get(name), getattr(told, name)
        if isinstance(asked, int) and asked != was:
            return Apart(f"{name} in its command", str(asked), str(was))
    draws = given.get("parameters")
    if isinstance(draws, Draws) and draws.key != told.draws.key:
        return Apart("--parameters in its command", draws.key, told.draws.key)
    return None


def _planned(given: Mapping[str, Any]) -> list[Scenario] | None:
    """Return the scenarios that `run` or `compare` would run; None where that cannot be told."""
    first = given.get("scenario", given.get("base"))
    names = [first, *(given.get("policies") or ())] if isinstance(first, str) else []
    halves = (given.get("structure"), given.get("bid_trigger"))
    if not names:
        return None
    if any(half is not None and len(half) > 1 for half in halves):
        return None
    try:
        overrides = given.get("overrides") or ()
        found = [f.plan(name, overrides, given.get("borough_data")) for name in names]
    except (ScenarioError, UnknownBorough, OSError):
        return None
    return [f.with_halves(one, *halves) for one in found]


def _scenario_apart(planned: Sequence[Scenario], told: Told) -> Apart | None:
    """Return how the scenario of a result is none that its command gives now."""
    mine = told.scenario
    named = [one for one in planned if one.name == mine.name]
    if not named:
        names = ", ".join(one.name for one in planned)
        return Apart("the scenario in its command", names, mine.name)
    again = named[0]
    for name in OWN:
        there, here = getattr(mine, name), getattr(again, name)
        if there != here:
            told_apart = (shortened(str(one)) for one in (there, here))
            return Apart(f"{name} of scenario {mine.name}", *told_apart)
    if again.fingerprint() != mine.fingerprint():
        return Apart(
            f"scenario {mine.name} as its command gives it", again.fingerprint(), mine.fingerprint()
        )
    return None
