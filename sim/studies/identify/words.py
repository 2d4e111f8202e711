"""What the record can and cannot tell, in words: on screen and on the page in the documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sim.domain.headline import POSTS, UNFILLED, WORKFORCE
from sim.domain.learned import LEAST_NARROWING
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.market.outcomes import OUTCOME
from sim.studies.identify.method import (
    CAP,
    FEWEST_FOR_DRIVERS,
    POLICIES,
    SOME_CORRELATION,
    TAX_CHANGE,
    TIGHT_CAP,
    TRADED_OFF,
    Combination,
    Effect,
    Identification,
    Parameter,
    Policy,
    Spread,
    Standing,
    all_of,
    spread_of,
)
from sim.words.captions import WAYS_HEADER, pair_name
from sim.words.tables import shown

POLICY_LABELS = {
    CAP: "the existing agreement's cap",
    TIGHT_CAP: "a pan-London cap below today's price",
    TAX_CHANGE: "the off-payroll (IR35) reform",
}
CALLED = {CAP: "existing cap", TIGHT_CAP: "tight cap", TAX_CHANGE: "IR35 reform"}
IN_A_WORD = {
    Standing.IDENTIFIED: "yes",
    Standing.TARGET: "given",
    Standing.SOMETIMES: "some",
    Standing.NOT_IDENTIFIED: "no",
    Standing.NOT_FITTED: "not fitted",
}
SHORT = {
    WORKFORCE: "permanent, of workforce",
    POSTS: "permanent, of posts",
    UNFILLED: "unfilled posts",
}
PARAMETER_HEAD = (
    "parameter", "what it is", "prior", "posterior median", "80 %", "narrower",
    "by structure", "",
)  # fmt: skip
COMBINATION_HEAD = (
    "one", "other", "correlation", "better known", "narrower", "if they did not go together",
)  # fmt: skip
EFFECT_HEAD = ("effect on", "under", "median", "80 %", "up in", "none in")
STRUCTURE_HEAD = (WAYS_HEADER, *(
    f"{share}, {source}" for share in ("workforce", "posts", "unfilled")
    for source in ("prior", "posterior")
))  # fmt: skip
DRIVER_HEAD = ("effect of", "goes with", "rank correlation", "")
MOST_COMBINATIONS = 15


def said(value: float) -> str:
    """Return a parameter's value in three digits."""
    return f"{value:.3g}"


def per_cent(share: float) -> str:
    """Return a share in whole per cent, no sign on a zero."""
    return f"{round(100.0 * share) + 0} %"


def points(value: float) -> str:
    """Return an effect in percentage points, signed, to two places: effects are often small."""
    number = round(100.0 * value, 2) + 0.0
    return f"{number:+.2f}" if number else "0.00"


def interval(one: Spread) -> str:
    """Return an effect's 80 % interval."""
    return f"{points(one.q10)} to {points(one.q90)}"


def up(one: Spread) -> str:
    """Return in what share of draws an effect is above zero, and in what share it is nothing."""
    return per_cent(one.up) + (f" (none in {per_cent(one.none)})" if one.none > 0.0 else "")


def name_of(parameter: str) -> str:
    """Return a parameter's name with spaces, so that a line may end in it."""
    return parameter.replace("_", " ")


def parameter_cells(one: Parameter) -> tuple[str, ...]:
    """Return a parameter's prior and posterior."""
    return (
        f"{said(one.prior[0])} to {said(one.prior[1])}",
        said(one.q50),
        f"{said(one.q10)} to {said(one.q90)}",
        per_cent(one.narrower),
        f"{per_cent(one.least)} to {per_cent(one.most)}",
        one.standing.value,
    )


def combination_cells(one: Combination) -> tuple[str, ...]:
    """Return how two parameters go together."""
    return (
        f"{one.correlation:+.2f}",
        "difference" if one.is_difference else "sum",
        per_cent(one.narrower),
        per_cent(one.unrelated),
    )


def told_combinations(found: Identification) -> list[Combination]:
    """Return the combinations worth telling: the strongest, and flows that stand in for another."""
    strongest = [
        one for one in found.combinations[:MOST_COMBINATIONS]
        if abs(one.correlation) >= SOME_CORRELATION
    ]  # fmt: skip
    traded = [one for one in found.combinations if {one.one, one.other} <= set(TRADED_OFF)]
    return list(dict.fromkeys([*strongest, *traded]))


def effect_rows(effects: Sequence[Effect]) -> list[tuple[str, ...]]:
    """Return a policy's effects, two rows each: under the prior and under the posterior."""
    rows: list[tuple[str, ...]] = []
    for one in effects:
        for under, by_structure in (("prior", one.prior), ("posterior", one.posterior)):
            spread = spread_of(all_of(by_structure))
            cells = (points(spread.q50), interval(spread), per_cent(spread.up))
            rows.append((SHORT[one.outcome], under, *cells, per_cent(spread.none)))
    return rows


def compared(prior: Spread, posterior: Spread) -> str:
    """Return how the posterior's interval compares in width with the prior's."""
    if not prior.width > 0.0:
        return "-"
    change = posterior.width / prior.width - 1.0
    return f"{per_cent(abs(change))} {'wider' if change > 0.0 else 'narrower'}"


def headline(policy: Policy) -> str:
    """Return what is compared."""
    return f"{POLICY_LABELS[policy]} (`{policy.policy}` less `{policy.base}`)"


def effects_of(found: Identification, policy: Policy) -> list[Effect]:
    """Return a policy's effects, one an outcome."""
    return [one for one in found.effects if one.policy == policy]


# Sentences


def verdicts(found: Identification) -> list[str]:
    """Return what was found, in a few sentences."""
    counted = Counter(one.standing for one in found.parameters)
    return [
        f"Of {len(found.parameters) + len(found.silent)} uncertain parameters "
        f"{len(found.parameters)} were fitted to London's record of 2017-2021; it identifies "
        f"{counted[Standing.IDENTIFIED]} of them over all rival structures together, and "
        f"{counted[Standing.SOMETIMES]} more in some. {counted[Standing.TARGET]} are themselves "
        "targets of the fit: they only repeat figures it was given, so it is no learning that "
        f"they are narrower. {len(found.silent)} were not fitted, since the record is silent "
        "on them by construction: they keep their prior.",
        *(moved(found, policy) for policy in POLICIES),
        "No census contains the start of either policy: the first on today's definitions is of "
        "September 2017, after the London caps of January 2016 and the off-payroll reform of April "
        "2017. Where an effect's interval is narrower than under the prior, it is because the "
        "record says how staff come and go, not because it shows what the policy did.",
    ]


def moved(found: Identification, policy: Policy) -> str:
    """Say what the record changed of a policy's effect on the permanent share of the workforce."""
    first = effects_of(found, policy)[0]
    prior, posterior = spread_of(all_of(first.prior)), spread_of(all_of(first.posterior))
    name = POLICY_LABELS[policy]
    width = compared(prior, posterior)
    middles = (
        f"{points(prior.q50)} points under the prior, {points(posterior.q50)} after the record"
    )
    return (
        f"{name[0].upper()}{name[1:]}, effect on the {OUTCOME[first.outcome].label} after "
        f"{_years(found)}: {middles}"
        + (f"; the 80 % interval is {width}" if width != "-" else "")
        + f"; up in {up(prior)} of draws under the prior, {up(posterior)} after."
    )


def _years(found: Identification) -> str:
    return f"{found.years} year{'' if found.years == 1 else 's'}"


def notes(found: Identification) -> list[str]:
    """Return what must stand beside the tables."""
    each = found.runs // len(found.structures)
    return [
        f"Effects: {found.runs} pairs of runs of the agent model under the prior and as many under "
        f"the posterior ({each} under each of {len(found.structures)} rival structures), at the "
        f"end of {_years(found)} from the baseline's start, in percentage points; seed "
        f"{found.seed}. Prior: every uncertain parameter from its stated range. Posterior: "
        f"{found.posterior.calibration}. The same luck, and the same draw of what is not fitted, "
        "under both.",
        "Narrower: 1 less the ratio of standard deviations, posterior to prior; negative is wider. "
        f"Below {per_cent(LEAST_NARROWING)} a parameter counts as not identified. "
        "The prior's ranges were chosen knowing London's totals of 2017-2021, so some of what the "
        "record knows is in them already.",
        "A permanent share of the workforce can rise because posts are left empty: read it with "
        "the share of posts and with unfilled posts.",
    ]


# The page


def page(found: Identification, picture: str, alt_text: str) -> str:
    """Return the whole document as Markdown."""
    parts = [
        "# What the record can tell, and what it cannot\n",
        "Written by `make identification`; do not edit by hand.\n",
        *(f"- {one}" for one in (*verdicts(found), *notes(found))),
        f"\n![{alt_text}]({picture})",
        *_effect_parts(found),
        *_driver_part(found),
        *_parameter_parts(found),
        *_combination_part(found),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _effect_parts(found: Identification) -> Iterator[str]:
    yield "\n## What a policy does: prior and posterior of the effect itself"
    for policy in POLICIES:
        effects = effects_of(found, policy)
        yield f"\n### {headline(policy)[0].upper()}{headline(policy)[1:]}\n"
        yield from _table(EFFECT_HEAD, effect_rows(effects))
        yield "\nUnder each rival structure, median and 80 % interval:\n"
        yield from _table(STRUCTURE_HEAD, structure_rows(found, effects))


def structure_rows(found: Identification, effects: Sequence[Effect]) -> list[tuple[str, ...]]:
    """Return a policy's effects under each rival structure, one row each."""
    rows = []
    for pair in found.structures:
        cells = [
            spread_of(source[pair]) for one in effects for source in (one.prior, one.posterior)
        ]
        rows.append((pair_name(pair), *(f"{points(one.q50)} ({interval(one)})" for one in cells)))
    return rows


def _driver_part(found: Identification) -> Iterator[str]:
    yield "\n## What decides an effect\n"
    yield (
        "Parameters with which the effect on the permanent share of the workforce goes up (+) or "
        "down (-) from draw to draw of the posterior. Where they are not identified, the effect "
        "rests on their prior.\n"
    )
    yield from _table(DRIVER_HEAD, driver_rows(found))
    yield f"\n{too_few(found)}" if not any(found.drivers.values()) else ""


def too_few(found: Identification) -> str:
    """Say that there are too few draws to tell."""
    return f"{found.runs} draws are too few to say; allowed: {FEWEST_FOR_DRIVERS} or more."


def driver_rows(found: Identification) -> list[tuple[str, ...]]:
    """Return the parameters each effect goes with."""
    return [
        (
            POLICY_LABELS[policy],
            name_of(one.name),
            f"{one.correlation:+.2f}",
            one.standing.value,
        )
        for policy, drivers in found.drivers.items()
        for one in drivers
    ]


def _parameter_parts(found: Identification) -> Iterator[str]:
    declared = declarations(Parameters)
    yield "\n## Parameters: prior beside posterior\n"
    rows = [
        (f"`{one.name}`", f"{declared[one.name].label} ({declared[one.name].unit})",
         *parameter_cells(one))
        for one in found.parameters
    ]  # fmt: skip
    yield from _table(PARAMETER_HEAD, rows)
    yield "\nNot fitted, so that posterior and prior are the same: "
    yield ", ".join(f"`{name}`" for name in found.silent) + "."


def _combination_part(found: Identification) -> Iterator[str]:
    yield "\n## Which parameters trade off\n"
    yield (
        "Correlations in the posterior, mean over structures: the strongest, then those between "
        "flows that can stand in for each other. The record knows the sum or difference of two "
        "such parameters, each counted in widths of its prior, better than if they did not go "
        "together.\n"
    )
    rows = [
        (f"`{one.one}`", f"`{one.other}`", *combination_cells(one))
        for one in told_combinations(found)
    ]
    yield from _table(COMBINATION_HEAD, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield "|" + "---|" * len(head)
    yield from map(_row, rows)


def _row(texts: Sequence[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def shortest(value: float) -> str:
    """Return an effect as a chart's title says it: points to one place."""
    return shown(value, "share", signed=True)
