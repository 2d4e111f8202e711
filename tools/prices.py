"""Write docs/prices.md: what prices do, which assumptions that rests on, and what moved.

python tools/prices.py            some minutes, by the borough twin
"""

from __future__ import annotations

import csv
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from sim.answers.structures import RECORD_START, record_scenario
from sim.domain.headline import CHARGE_RATE, WORKFORCE
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import Ensemble
from sim.scenario import Scenario, load_scenario

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, BEFORE = DOCS / "prices.md", DOCS / "effects-0.1.0.csv"
RUNS, SEED, YEARS, WIDTH = 240, 1, 10, 100
LIMITS, GROWTHS, DEMANDS = (0.03, 0.10, 0.25), (0.0, 0.01, 0.03), (0.0, 0.3, 1.0)
LIMIT, GROWTH, DEMAND = (
    f"parameters.{name}"
    for name in (
        "overspend_limit_share",
        "later_posts_growth_per_year",
        "cover_demand_elasticity",
    )
)
REAL = "charge_rate_per_hour_start_pounds"
EFFECTS = {
    "today's agreement": ("no-cap", "baseline"),
    "a tight cap that all keep": ("baseline", "pan-london-cap"),
    "a better permanent offer": ("baseline", "permanent-offer"),
    "the package": ("baseline", "package"),
    "IR35 enforced, against not": ("no-ir35", "baseline"),
}
"""Each effect, and the scenarios it lies between: without and with."""
VARIANTS: dict[str, tuple[str, ...]] = {
    "prices free, posts +3 %": (
        'structure.cut_links=["overspend_slows_bids", "dear_cover_is_unwanted"]',
        "parameters.exit_premium_elasticity=0",
        f"{GROWTH}=0.03",
    ),
    "posts +3 %": (f"{GROWTH}=0.03",),
    "now": (),
}
"""Today's model with what is new taken away, and step by step put back."""
HEADING = f"""# Prices: what stops them, and what rests on that

Made by `make prices`, by the borough twin over {RUNS} draws of the posterior under all eight
structures; 80 % intervals in brackets. Nothing here was tuned to come out as it does.

A bid rises with unmet need, as far as the budget for staff allows. How much overspending a budget
bears is **an assumption that bounds the price**: it took the place of an assumed ceiling. So
every headline is shown across it, with the growth of posts and the answer of demand to price.
"""


def page() -> str:
    """Return the whole text."""
    texts = (HEADING, *_checks(), *_headlines(), *_effects(), *_tax_change())
    parts = "\n".join(texts).splitlines()
    lines = (one if one.startswith("|") else textwrap.fill(one, WIDTH) for one in parts)
    return "\n".join(lines) + "\n"


def interval(values: FloatArray, scale: float = 1.0, form: str = ".1f") -> str:
    """Return a median and its 80 % interval."""
    low, middle, high = scale * np.quantile(values, [0.1, 0.5, 0.9])
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a table, line by line."""
    heads = list(heads)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def quick(scenario: Scenario, years: int = YEARS) -> Ensemble:
    """Return the twin's ensemble."""
    return quick_ensemble(scenario, runs=RUNS, seed=SEED, years=years)


# Checks


def _checks() -> Iterator[str]:
    early_london = load_scenario("vicious-circle").model_copy(update={"fixed_structure": ()})
    record, free = quick(record_scenario(RECORD_START), 8), quick(early_london, 3)
    charge = record.london(CHARGE_RATE)
    uncapped, agency = free.london(CHARGE_RATE), free.london("agency_fte")
    growth = np.log(charge[:, 60] / charge[:, 0]) / 5
    early = np.log(uncapped[:, -1] / uncapped[:, 0]) / 3
    numbers = agency[:, -1] / agency[:, 0] - 1.0
    yield "## Beside what is known of prices\n"
    yield "Published as they fall; only growth under caps was a target of the fit.\n"
    yield from table(
        ("check", "known", "model", "draws inside"),
        (
            _check("charge in 2025, from 2017, £ an hour", charge[:, 96], 43, 52),
            _check("growth of charge 2017-22, % a year", growth, 0.01, 0.04, 100),
            _check("uncapped growth from 2014, % a year", early, 0.0, 0.19, 100),
            _check("agency FTE from 2014 in three years, %", numbers, 0.44, 0.84, 100),
        ),
    )
    yield GRADES
    yield from _circle_of_numbers(free)


def _check(name: str, values: FloatArray, low: float, high: float, scale: float = 1.0) -> list[str]:
    inside = np.mean((values >= low) & (values <= high))
    known = f"{scale * low:g} to {scale * high:g}"
    return [name, known, interval(values, scale), f"{100 * inside:.0f} %"]


def _circle_of_numbers(free: Ensemble) -> Iterator[str]:
    """Tell how far the stylised circle of 2014 is one of numbers."""
    change = {
        name: free.london(name)[:, -1] - free.london(name)[:, 0]
        for name in ("posts_fte", "permanent_fte", "extra_agency_fte", "unfilled_fte", "agency_fte")
    }
    gained, lost = change["agency_fte"], -change["permanent_fte"]
    closes = (gained > 0) & (lost > gained / 2)
    yield "### A circle of numbers, or of price\n"
    told = {name: interval(values, form=".0f") for name, values in change.items()}
    dearer = 100 * np.mean(free.london(REAL)[:, -1] > free.london(REAL)[:, 0])
    yield (
        "In England agency staff grew by 64 % in 2013-16, what each cost by about 21 %: a circle "
        "of numbers. In the stylised London of 2014 agency staff change in three years by "
        f"{told['agency_fte']} FTE: posts {told['posts_fte']}, less permanent staff "
        f"{told['permanent_fte']}, and extra staff {told['extra_agency_fte']}, less unfilled posts "
        f"{told['unfilled_fte']}. The circle closes in numbers (agency staff gain, and permanent "
        f"staff lose more than half of that) in **{100 * np.mean(closes):.0f} % of draws**; the "
        f"real price rises in {dearer:.0f} %.\n"
    )
    dearness = free.london(REAL)[:, -1] / free.london(REAL)[:, 0] - 1.0
    yield from table(
        ("structure", "agency FTE", "price, real", "closes in numbers"),
        (
            (
                f"{hiring.value.replace('_', ' ')}, {trigger.value}",
                interval(gained[here], form=".0f"),
                interval(dearness[here], 100) + " %",
                f"{100 * np.mean(closes[here]):.0f} %",
            )
            for (hiring, trigger), here in _by_structure(free).items()
        ),
    )


def _by_structure(ensemble: Ensemble) -> dict[tuple, list[int]]:
    found: dict[tuple, list[int]] = {}
    for run, structure in enumerate(ensemble.structures):
        found.setdefault(tuple(structure), []).append(run)
    return found


GRADES = """
Grades are mixed in this price. London's caps of January 2016 were £25 to £32 an hour for a social
worker, £35 for a senior and £38 to £42 for managers; the mean charge of 2017 is over all of them,
so it lies above a social worker's cap and is set beside a social worker's salary. A paid year is
1,628 hours, 44 weeks of 37; an account that pays 52 weeks finds agency staff £25,800 a year dearer
where the model says £12,000: a gap of definition, not of price.
"""


# Headlines


def _headlines() -> Iterator[str]:
    yield "## Every headline over what is assumed\n"
    yield (
        f"After {YEARS} years from the latest census. `omega` is the overspending at which bids "
        "stop rising, `growth` that of posts a year where budgets allow it, `delta` how demand for "
        "cover answers its price.\n"
    )
    rows = []
    for limit in LIMITS:
        rows.append(_headline({LIMIT: limit}))
    for growth in GROWTHS:
        rows.append(_headline({GROWTH: growth}))
    for demand in DEMANDS:
        rows.append(_headline({DEMAND: demand}))
    rows.append(_headline({LIMIT: LIMITS[-1], GROWTH: GROWTHS[-1], DEMAND: DEMANDS[0]}))
    yield from table(
        ("assumed", "no cap: £ an hour", "real price, times", "draws that double", "share, %",
         "agreement, points", "tight cap, points"),
        rows,
    )  # fmt: skip
    yield from _doubled()


def _doubled() -> Iterator[str]:
    """Name each draw whose real price doubles where nothing is held, with what it had drawn."""
    free = quick(load_scenario("no-cap"))
    real = free.london(REAL)[:, -1] / free.london(REAL)[:, 0]
    found = [free.parameters[run] for run in np.flatnonzero(real >= 2.0)]
    drawn = ["omega {:.2f}, growth {:.3f}, delta {:.2f}".format(
        *(one[name.removeprefix("parameters.")] for name in (LIMIT, GROWTH, DEMAND))
    ) for one in found]  # fmt: skip
    yield (
        f"With all three drawn from their priors the real price doubles in {len(found)} of {RUNS} "
        f"draws{': ' + '; '.join(drawn) if drawn else ''}.\n"
    )


def _headline(assumed: Mapping[str, float]) -> list[str]:
    sets = [f"{name}={value}" for name, value in assumed.items()]
    free, held, tight = (
        quick(load_scenario(name, sets)) for name in ("no-cap", "baseline", "pan-london-cap")
    )
    real = free.london(REAL)[:, -1] / free.london(REAL)[:, 0]
    share = [one.london(WORKFORCE)[:, -1] for one in (free, held, tight)]
    letters = {LIMIT: "omega", GROWTH: "growth", DEMAND: "delta"}
    return [
        ", ".join(f"{letters[name]} {value:g}" for name, value in assumed.items()),
        interval(free.london(CHARGE_RATE)[:, -1]),
        interval(real, form=".2f"),
        f"{100 * np.mean(real >= 2.0):.1f} %",
        interval(share[0], 100),
        interval(share[1] - share[0], 100),
        interval(share[2] - share[1], 100),
    ]


# Effects, before and after


def effects(sets: Iterable[str] = ()) -> dict[str, FloatArray]:
    """Return the change of the permanent share of the workforce after ten years, by effect."""
    names = dict.fromkeys(name for pair in EFFECTS.values() for name in pair)
    ended = {
        name: quick(load_scenario(name, list(sets))).london(WORKFORCE)[:, -1] for name in names
    }
    return {name: ended[new] - ended[old] for name, (old, new) in EFFECTS.items()}


def _effects() -> Iterator[str]:
    with BEFORE.open(encoding="utf-8", newline="") as lines:
        before = {row["effect"]: row for row in csv.DictReader(lines)}
    found = {variant: effects(sets) for variant, sets in VARIANTS.items()}
    yield "## What policies do: version 0.1.0 and now\n"
    yield (
        "Points of the permanent share of the workforce after ten years, from the start that each "
        "version means by today (2023, then 2025); the data identify none of them. The columns "
        "between take away what is new and put it back: first without budgets, demand and supply "
        "that answer prices and with posts growing by 3 % a year, then with only the growth.\n"
    )
    yield from table(
        ("policy", "0.1.0", *VARIANTS),
        (
            (name, _old(before[name]), *(interval(found[one][name], 100) for one in VARIANTS))
            for name in EFFECTS
        ),
    )


COMPANY = "parameters.company_share"
COMPANY_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8)


def _tax_change() -> Iterator[str]:
    """Tell what enforcing IR35 does as tax arithmetic, over how many used a company."""
    low, high = declarations(Parameters)["company_share"].prior or (0.0, 1.0)
    yield "## IR35, as tax arithmetic\n"
    yield (
        "What a limited company saved is law, worked out to the penny by `permanence take-home`. "
        f"How many agency staff used one is on no record: the prior is {low:g} to {high:g}. So the "
        "effect is a multiple of that share, not a finding; nothing was fitted to what the change "
        "did, and the model misses the one national anchor that there is for it.\n"
    )
    rows = []
    for share in COMPANY_SHARES:
        sets = [f"{COMPANY}={share}"]
        old, new = (quick(load_scenario(name, sets)) for name in ("no-ir35", "baseline"))
        change = new.london(WORKFORCE)[:, -1] - old.london(WORKFORCE)[:, -1]
        price = new.london(CHARGE_RATE)[:, -1] - old.london(CHARGE_RATE)[:, -1]
        rows.append([f"{100 * share:.0f} %", interval(change, 100), interval(price)])
    yield from table(
        ("agency staff who could use a company", "share, points", "charge, £ an hour"), rows
    )
    yield (
        "Where nobody could use a company nothing changes; the interval of that row is the luck of "
        "single runs of the twin, and part of every interval on this page.\n"
    )


def _old(row: Mapping[str, str]) -> str:
    return f"{float(row['middle']):.1f} ({float(row['low']):.1f} to {float(row['high']):.1f})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
