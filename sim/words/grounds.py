"""What an answer rests on: which parts of it are data, which are priors, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.domain.calendar import tax_year
from sim.domain.learned import LEAST_NARROWING, Learned, learned
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.vocabulary import Grade
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.rules.levers.lever import Lever
from sim.rules.tax_law import last_tabulated_year
from sim.scenario import Scenario

NO_SOURCE = "assumption"


def rests_on(ensemble: Ensemble) -> str:
    """Return what of a difference rests on data and what on priors, in two sentences."""
    return scenario_rests_on(ensemble.scenario, ensemble.draws)


def scenario_rests_on(scenario: Scenario, draws: Draws) -> str:
    """Return what of an answer about a scenario rests on data and what on priors."""
    declared = declarations(Parameters)
    uncertain = [
        name
        for name, one in declared.items()
        if one.prior is not None and name not in scenario.fixed_parameters
    ]
    grounded = sum(one.grade is not Grade.ASSUMED for one in declared.values())
    year = scenario.start.year
    start = f"the start (DfE census of {year}{', moved' if scenario.start.stylised else ''})"
    last = tax_year(last_tabulated_year())
    return (
        f"Rests on data: {start}, tax law and pay to {last}, {grounded} parameters measured or "
        "looked up. Rests on stated assumptions: how strongly every lever acts, and "
        f"{len(uncertain)} parameters. {taught(uncertain, draws)}"
    ).rstrip()


def what_was_learned(draws: Draws, among: Iterable[str] | None = None) -> Learned | None:
    """Return what the fit behind draws taught of parameters; None where there is none to look at.

    Prior and default draws have no fit. A file of the user's may be gone when a result is read
    again, and then nothing could be said: so nothing ever is.
    """
    posterior = None if draws.digest else draws.posterior
    return None if posterior is None else learned(posterior, among)


def taught(names: Iterable[str], draws: Draws) -> str:
    """Return in a sentence what a fit to the record taught of uncertain parameters."""
    names = tuple(names)
    if not names:
        return ""
    if draws == Draws.PRIOR:
        return "They are drawn from their whole ranges: nothing is learned from a record here."
    if draws == Draws.DEFAULT:
        return "They are held at working values: nothing is learned from a record here."
    found = what_was_learned(draws, names)
    if found is None:
        return "They come from a user's file: what its fit learned is not known here."
    known, given, _ = map(len, found)
    text = (
        f"London's record of 2017-2021 narrows {known or 'none'} of them, by "
        f"{100 * LEAST_NARROWING:.0f} % or more"
    )
    if given:
        text += f"; {given} only repeat{'s' if given == 1 else ''} what the fit was given"
    return f"{text}."


def sourced_terms(lever: Lever) -> dict[str, str]:
    """Return the terms somebody set that have a source, by field, each with its source."""
    found = {}
    for name, declared in declarations(type(lever)).items():
        given: Any = getattr(lever, name)
        is_set = name in lever.model_fields_set and given not in (None, declared.no_op)
        if is_set and declared.source != NO_SOURCE:
            found[name] = declared.source
    return found


def lever_rests_on(lever: Lever) -> str:
    """Return what a lever's part rests on: its grounds, and its terms that have a source."""
    terms = sourced_terms(lever)
    if not terms:
        return f"{lever.grounds} None of its terms has a source."
    names = ", ".join(name.replace("_", " ") for name in terms)
    return f"{lever.grounds} Terms with a source: {names}."
