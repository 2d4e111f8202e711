"""Permanence: agency and permanent children's social workers in London, simulated.

The public names, by what they are for:

    run, compare                    an ensemble of a scenario; policies side by side, paired
    Result, Comparison              what these two return: tables, data frames, charts
    money, effects, story, sweep,   the other questions, each as its command has it; all return an
    circle, loops, tip, coalition,  answer: `findings`, `notes`, `table(name)`, `plot(name)`,
    hindcast, patterns, identify,   `values`; `help(sim.tip)` says what one takes
    calibrate, recover, take_home,
    demo
    open                            the answer that a folder keeps
    load_scenario, scenario_from,   a scenario by name or file, or from a dictionary; what ships
    scenario_names, Scenario,
    ScenarioError
    LondonMarket, MONTH             the market itself, a Mesa model; its month, phase by phase
    drawn                           one run of an ensemble, as a live market
    OUTCOMES                        what is recorded, each with its definition and unit
    payslip, Route, PayAssumptions  a year's take-home pay by engagement route
    BidTrigger, HiringStructure,    the rival structures, the links of the circle that can be
    Link, LINK_LABELS               cut, and what each is called

An agency *share* is people, a charge *rate* is a price. Shares run from 0 to 1.

Below this, imports point down only: `interfaces` (how people meet the model), `studies`
(questions, a room each), `terminal`, `charts`, `words` and `answers` (what questions share),
`ensemble` (many runs), `market` (the month in people), `twin` (the month in amounts), `london`
(what both have in common), `scenario`, `rules` (every equation and every law), `domain` (words,
parameters, evidence, chance). Names are loaded when first used, so `import sim` is quick and a
worker process never loads what it does not need.

Example:
    >>> import sim
    >>> result = sim.run("vicious-circle", runs=2, years=1)
    >>> result
    <Result: vicious-circle, 2 runs of 1 year>
    >>> 0 < result.median("permanent_share_of_posts") < 1
    True
    >>> slip = sim.payslip(
    ...     sim.Route.UMBRELLA, "2021/22", sim.PayAssumptions(), assignment_rate_per_hour=35
    ... )
    >>> bool(0 < slip.net_annual < slip.borough_cost)
    True
"""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.studies import QUESTIONS

if TYPE_CHECKING:
    from sim.domain.parameters import PayAssumptions
    from sim.domain.vocabulary import LINK_LABELS, BidTrigger, HiringStructure, Link, Route
    from sim.ensemble.replicate import drawn
    from sim.market.model import MONTH, LondonMarket
    from sim.market.outcomes import OUTCOMES
    from sim.rules.tax import payslip
    from sim.scenario import (
        Scenario,
        ScenarioError,
        load_scenario,
        scenario_from,
        scenario_names,
    )
    from sim.studies.run.door.results import Comparison, Result, compare, run

    __version__: str

__all__ = [
    # experiments
    "run",
    "compare",
    "hindcast",
    "patterns",
    "coalition",
    "loops",
    "tip",
    "Result",
    "Comparison",
    # scenarios
    "load_scenario",
    "scenario_from",
    "scenario_names",
    "Scenario",
    "ScenarioError",
    # the market
    "LondonMarket",
    "MONTH",
    "drawn",
    "OUTCOMES",
    # pay
    "payslip",
    "Route",
    "PayAssumptions",
    # structures and links
    "BidTrigger",
    "HiringStructure",
    "Link",
    "LINK_LABELS",
    "__version__",
]

_HOMES = {
    "sim.studies.run.door.results": ("run", "compare", "Result", "Comparison"),
    "sim.scenario": (
        "load_scenario",
        "scenario_from",
        "scenario_names",
        "Scenario",
        "ScenarioError",
    ),
    "sim.ensemble.replicate": ("drawn",),
    "sim.market.model": ("LondonMarket", "MONTH"),
    "sim.market.outcomes": ("OUTCOMES",),
    "sim.rules.tax": ("payslip",),
    "sim.domain.parameters": ("PayAssumptions",),
    "sim.domain.vocabulary": ("BidTrigger", "HiringStructure", "Link", "LINK_LABELS", "Route"),
}
_QUESTIONS = frozenset(name.replace("-", "_") for name in QUESTIONS)
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name == "__version__":
        found = import_module("sim.ensemble.stamp").package_version()
    elif name == "open":
        found = _quietly_imported("sim.studies.saved").opened
    elif name in _QUESTIONS - _HOME.keys():
        found = _quietly_imported("sim.interfaces.python.door").named(name)
    elif name in _HOME:
        found = getattr(_quietly_imported(_HOME[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def _quietly_imported(module: str) -> ModuleType:
    """Import without the word of warning that Mesa's progress bar has for notebooks."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="IProgress not found")
        return import_module(module)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted({*globals(), *__all__})
