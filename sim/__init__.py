"""Permanence: agency and permanent children's social workers in London, simulated.

Questions, each with the names and defaults of its command (`help(sim.tip)` says what one takes):

    run, compare              an ensemble of a scenario; policies side by side, paired
    demo                      the circle, a cap, the tax change and a package
    money, effects, story     every pound; each lever of a package alone; a council's story
    circle, loops             is there a vicious circle; how strong is each link of it
    sweep, tip, reach         a grid; where London tips (two levers too); the cheapest package
    coalition                 who holds a cap, who leaves it
    robust                    who meets a target in which futures, who regrets what
    sensitivity, brief        what drives an answer; a page of it
    hindcast, patterns        the model on the record (rolling too)
    calibrate, identify,      the fit, what it can tell, whether it finds what is known
    recover
    take_home                 a year's take-home pay by one route

A scenario is a name, a path, a dictionary or a `Scenario`; `overrides` is a list of texts. `jobs`,
`out`, `progress` and `cancel` (a `threading.Event`) are the runner's. `run` returns a `Result`,
`compare` a `Comparison`, the others an answer: `findings`, `notes`, `table(name)`, `plot(name)`,
`values`. All of them pickle. Remarks and progress are logged under `permanence`.

    open, report, verify      a kept answer again; as one page; run again and held against it
    forecast                  `register` a forecast of the next census, `score` it
    parameters, levers        every number of the model, with range, unit, grade and source
    load_scenario, scenario_from, scenario_names, Scenario, ScenarioError
    LondonMarket, MONTH       the market itself, a Mesa model; its month, phase by phase
    drawn                     one run of an ensemble, as a live market
    OUTCOMES                  what is recorded, each with its definition and unit
    payslip, Route, PayAssumptions
    Result, Comparison        what `run` and `compare` return: tables, data frames, charts
    BidTrigger, HiringStructure, Link, LINK_LABELS
                              the rival structures, and the links of the circle that can be cut

An agency *share* is people, a charge *rate* is a price. Shares run from 0 to 1. Names are loaded
when first used, so `import sim` is quick. Imports point down only: see CONTRIBUTING.md.

Example:
    >>> import sim
    >>> result = sim.run("vicious-circle", runs=2, years=1)
    >>> result
    <Result: vicious-circle, 2 runs of 1 year>
    >>> 0 < result.median("permanent_share_of_posts") < 1
    True
    >>> sim.MONTH[0].__name__, sim.OUTCOMES[0].unit
    ('rules_come_into_force', 'share')
    >>> sim.LINK_LABELS[sim.Link.UNFILLED_RAISES_BIDS]
    'being short raises what a borough bids'
"""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.studies import QUESTIONS

if TYPE_CHECKING:  # `as` gives a name on, for who checks types; there is no `__all__`: `help(sim)`
    # would print every class in full
    from sim.domain.parameters import PayAssumptions as PayAssumptions
    from sim.domain.vocabulary import LINK_LABELS as LINK_LABELS
    from sim.domain.vocabulary import BidTrigger as BidTrigger
    from sim.domain.vocabulary import HiringStructure as HiringStructure
    from sim.domain.vocabulary import Link as Link
    from sim.domain.vocabulary import Route as Route
    from sim.ensemble.replicate import drawn as drawn
    from sim.interfaces.python import forecast as forecast
    from sim.interfaces.python.declared import levers as levers
    from sim.interfaces.python.declared import parameters as parameters
    from sim.interfaces.python.kept import report as report
    from sim.interfaces.python.kept import verify as verify
    from sim.interfaces.python.runs import compare as compare
    from sim.interfaces.python.runs import run as run
    from sim.market.model import MONTH as MONTH
    from sim.market.model import LondonMarket as LondonMarket
    from sim.market.outcomes import OUTCOMES as OUTCOMES
    from sim.rules.tax import payslip as payslip
    from sim.scenario import Scenario as Scenario
    from sim.scenario import ScenarioError as ScenarioError
    from sim.scenario import load_scenario as load_scenario
    from sim.scenario import scenario_from as scenario_from
    from sim.scenario import scenario_names as scenario_names
    from sim.studies.run.door.results import Comparison as Comparison
    from sim.studies.run.door.results import Result as Result

    __version__: str

_HOMES = {
    "sim.interfaces.python.runs": ("run", "compare"),
    "sim.interfaces.python.kept": ("report", "verify"),
    "sim.interfaces.python.declared": ("parameters", "levers"),
    "sim.studies.run.door.results": ("Result", "Comparison"),
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
_HOME = {name: home for home, names in _HOMES.items() for name in names}
_QUESTIONS = frozenset(name.replace("-", "_") for name in QUESTIONS)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562)."""
    if name == "__version__":
        found = import_module("sim.ensemble.stamp").package_version()
    elif name == "open":
        found = _quietly_imported("sim.studies.saved").opened
    elif name == "forecast":
        found = _quietly_imported("sim.interfaces.python.forecast")
    elif name in _HOME:
        found = getattr(_quietly_imported(_HOME[name]), name)
    elif name in _QUESTIONS:
        found = _quietly_imported("sim.interfaces.python.door").named(name)
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
    """Return the public names, loaded or not; what this file imports for itself is none."""
    own = (name for name in globals() if name.startswith("__"))
    return sorted({*own, *_HOME, *_QUESTIONS, "__version__", "forecast", "open"})
