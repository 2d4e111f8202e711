"""What an answer rests on: which parts of it are data, which are priors, in sentences."""

from __future__ import annotations

from typing import Any

from sim.domain.calendar import tax_year
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.vocabulary import Grade
from sim.ensemble.run import Ensemble
from sim.rules.levers.lever import Lever
from sim.rules.tax_law import last_tabulated_year
from sim.scenario import Scenario

NO_SOURCE = "assumption"


def rests_on(ensemble: Ensemble) -> str:
    """Return what of a difference rests on data and what on priors, in two sentences."""
    return scenario_rests_on(ensemble.scenario)


def scenario_rests_on(scenario: Scenario) -> str:
    """Return what of an answer about a scenario rests on data and what on priors."""
    declared = declarations(Parameters)
    uncertain = [
        one
        for name, one in declared.items()
        if one.prior is not None and name not in scenario.fixed_parameters
    ]
    identified = sum(one.identified for one in uncertain)
    grounded = sum(one.grade is not Grade.ASSUMED for one in declared.values())
    year = scenario.start.year
    start = f"the start (DfE census of {year}{', moved' if scenario.start.stylised else ''})"
    last = tax_year(last_tabulated_year())
    return (
        f"Rests on data: {start}, tax law and pay to {last}, {grounded} parameters measured or "
        f"looked up. Rests on priors: {len(uncertain)} parameters, of which the record narrows "
        f"{identified}, and how strongly every lever acts."
    )


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
