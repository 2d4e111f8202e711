"""What `permanence calibrate` found, in words a person reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.domain.given import counted
from sim.domain.learned import LEAST_NARROWING
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.studies.calibrate.method.abc import PriorCheck
from sim.studies.calibrate.method.abc_smc import Stop
from sim.studies.calibrate.method.confirm import Found, ParameterFit, Together
from sim.studies.calibrate.method.targets import FIRST_YEAR, LAST_YEAR, YEARS, Target
from sim.words.captions import pair_name
from sim.words.tables import shown

TARGET_LABELS = {
    **{f"workforce_{year}": f"permanent, of workforce {year}" for year in YEARS},
    **{f"posts_{year}": f"permanent, of posts {year}" for year in YEARS},
    "unfilled": "unfilled posts",
    "extra": "agency staff above establishment",
    "turnover": "turnover of permanent staff",
    "starters_per_post": "starters per post",
    "starters_variation": "starters, between years (log)",
    "turnover_variation": "turnover, between years (log)",
    "posts_growth": "growth of posts a year",
    "caseload_change": "caseload since the start (log)",
    "left_sector": "left the sector",
    "went_to_agency": "went to agency work",
    "moved_borough": "moved to another borough",
    "spread": "agency share, between boroughs",
    "correlation_1": "agency share, a year apart",
    "correlation_3": "agency share, three years apart",
    "yearly_change": "agency share, yearly changes",
    "turnover_correlation": "turnover, a year apart",
    "turnover_after_agency": "turnover after agency share",
    "charge_growth": "growth of charge a year",
}
"""Between boroughs and of changes: standard deviations; years apart: correlations."""


def in_unit(value: float, unit: str, *, sign: str = "") -> str:
    """Return a target's value as a person reads it: shares in per cent, others to two places."""
    if unit == "share":
        return sign + shown(value, "share").removesuffix(" %")
    return f"{sign}{round(value, 2) + 0.0:.2f}"


def band(low: float, high: float, unit: str) -> str:
    """Return an interval of a target."""
    return f"{in_unit(low, unit)} to {in_unit(high, unit)}"


def figure(value: float) -> str:
    """Return a parameter's value in three digits."""
    return f"{value:.3g}"


def parameter_label(name: str) -> str:
    """Return a parameter's name, with a space where a line may end."""
    return name.replace("_", " ")


def narrowed(fit: ParameterFit) -> str:
    """Return by how much a posterior is narrower than its prior."""
    return f"{100 * fit.narrower:.0f} %"


def tolerance(value: float) -> str:
    """Return a distance in tolerances, or that there was none."""
    return f"{value:.2f}" if math.isfinite(value) else "none"


def missed_by_the_prior(checks: Sequence[PriorCheck], listed: Sequence[Target]) -> str:
    """Say which targets the prior's middle draws do not contain."""
    units = {one.name: one.unit for one in listed}
    outside = [one for one in checks if not one.inside]
    if not outside:
        return f"Prior: its middle 90 % contains all {len(checks)} targets."
    told = "; ".join(
        f"{TARGET_LABELS[one.name]} (record {in_unit(one.observed, units[one.name])}, prior "
        f"{band(one.low, one.high, units[one.name])})"
        for one in outside
    )
    inside = f"{len(checks) - len(outside)} of {len(checks)}"
    return f"Prior: its middle 90 % contains {inside} targets; not: {told}."


def together(pairs: Sequence[Together]) -> str:
    """Say which parameters go together most."""
    told = "; ".join(f"{one.one} and {one.other} {one.correlation:+.2f}" for one in pairs)
    return f"Go together most (correlation in the posterior): {told}."


def notes(found: Sequence[Found], check_runs: int) -> list[str]:
    """Return what must stand beside the tables."""
    said = [
        f"Fitted to London's record of {FIRST_YEAR}-{LAST_YEAR} alone. It was taken after the cap "
        "and IR35, so what those do is not identified here: it rests on stated priors.",
        "Distance: root mean square miss in tolerances; 1 is one tolerance off in every target. "
        "The search keeps single runs of the twin that come within its tolerance, luck included; "
        "the tables show every draw run once more with new luck.",
        "Narrower: by how much the posterior's standard deviation is less than the prior's.",
    ]
    if check_runs:
        said.append(
            f"Agents: {counted(check_runs, 'run')} of the agent model for each "
            f"structure from the census of {FIRST_YEAR}, with draws of this posterior and of the "
            "stated priors of all that is not fitted."
        )
    else:
        said.append("The agent model was not run: nothing here is confirmed by it.")
    for why in Stop:
        early = [pair_name(one.pair) for one in found if one.calibration.sampled.stopped is why]
        if early and why is not Stop.TOLERANCE:
            said.append(f"Stopped before the least tolerance, as {why}: {'; '.join(early)}.")
    loose = [one for one in found if one.calibration.match.loosened]
    if loose:
        told = "; ".join(
            f"{pair_name(one.pair)} ({one.calibration.match.bound:.1f})" for one in loose
        )
        asked = loose[0].calibration.match.bound_asked
        said.append(
            f"Too few draws of the prior lie within {asked:.0f} tolerances of every target; the "
            f"cut was loosened to: {told}."
        )
    return said


def unidentified_title(several: bool) -> str:
    """Return the title of the table of parameters that the record does not identify."""
    over = ", over all structures" if several else ""
    return (
        f"Not identified{over}: less than {100 * LEAST_NARROWING:.0f} % narrower than the prior; "
        "what depends on them rests on assumption"
    )


def parameter_meaning(name: str) -> str:
    """Return what a parameter is, with its unit."""
    declared = declarations(Parameters)[name]
    return f"{declared.label} ({declared.unit})"
