"""`permanence sweep`: one scenario over a grid of one or two numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.answers import results
from sim.domain.headline import CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.ensemble.stamp import package_version
from sim.ensemble.workers import workers
from sim.market.outcomes import OUTCOME
from sim.scenario import Scenario, ScenarioError, declared_at, load_scenario
from sim.studies.sweep.work import (
    ALONE,
    CASCADE_SHARE,
    DEFECTORS,
    EVER_LEFT,
    FEWEST_LEAVERS,
    MOST_POINTS,
    Axis,
    Point,
    planned_points,
    point_name,
    read_axis,
    steps,
    swept,
)
from sim.terminal import options as o
from sim.terminal.progress import processors, progress_bar
from sim.terminal.result_folders import prepare, refuse_foreign
from sim.terminal.telling import Files, tell
from sim.words.captions import unit_name
from sim.words.doubts import tried_below_floor
from sim.words.notes import FEW_RUNS
from sim.words.tables import print_notes, print_table, shown

SWEEP_FILE = "sweep.csv"
DEFAULT_RUNS, DEFAULT_YEARS = 10, 5
LEFT_THE_CAP = "employers who had signed and are not in the cap at the end"


@dataclass(frozen=True)
class Swept:
    """A sweep that has been run, and what was asked."""

    scenario: str
    against: Scenario | None
    axes: tuple[Axis, ...]
    points: list[Point]
    unit: str
    runs: int
    seed: int
    years: int
    draws: Draws
    below_floor: list[str]


def sweep(
    scenario: o.ScenarioName,
    over: Annotated[
        list[str],
        typer.Option(
            "--over",
            metavar="KEY=FIRST:LAST:COUNT",
            help="A number to sweep, or KEY=ONE,TWO,...; twice for a grid.",
        ),
    ],
    against: Annotated[
        str | None,
        typer.Option(metavar="SCENARIO", help="Also the paired difference from this scenario."),
    ] = None,
    runs: o.Runs = DEFAULT_RUNS,
    seed: o.Seed = 1,
    years: o.Years = DEFAULT_YEARS,
    jobs: o.Jobs = None,
    sets: o.Sets = None,
    parameters: o.Parameters = Draws.POSTERIOR,
    borough: o.BoroughOption = None,
    out: o.Out = None,
    as_json: o.AsJson = False,
    quiet: o.Quiet = False,
) -> None:
    """Run a scenario over a grid of one or two numbers, every point with the same luck.

    Each --set applies to every point, and to the scenario they are set against.

    Example: permanence sweep cap-with-defection --over levers.cap.tolerance=0.05:0.15:11
    """
    axes = _axes(over)
    planned = planned_points(scenario, axes, sets or ())
    base = None if against is None else load_scenario(against, sets or ())
    o.refuse_other_starts([*([base] if base else []), planned[0][1]])
    unit = o.unit_of(borough)
    places = _places(out, planned, base, seed, years, parameters)
    jobs = min(jobs or processors(), runs)
    with workers(jobs) as pool, progress_bar("sweep", jobs, quiet=quiet) as progress:
        found = swept(
            planned,
            base,
            runs=runs,
            seed=seed,
            years=years,
            draws=parameters,
            unit=unit,
            pool=pool,
            folder=None if out is None else places.__getitem__,
            keep=_keep,
            progress=progress,
        )
    name = planned[0][1].name
    tried = [(", ".join(f"{v:g}" for v in at.values()), one) for at, one in planned]
    below = tried_below_floor(tried, years)
    done = Swept(name, base, axes, found, unit, runs, seed, years, parameters, below)

    def show() -> None:
        _print(done)
        print_notes([*_findings(done), *_notes(done)])

    def save() -> Files:
        return [] if out is None else _save(done, out)

    also = [] if out is None else [out]
    tell(show, lambda files: _as_json(done, files), save, as_json=as_json, also=also)


def _axes(over: Sequence[str]) -> tuple[Axis, ...]:
    axes = tuple(read_axis(text) for text in over)
    if not 1 <= len(axes) <= 2 or len({axis.key for axis in axes}) < len(axes):
        raise ScenarioError(f"--over: given {len(axes)}; allowed: one key, or two different ones")
    size = 1
    for axis in axes:
        size *= len(axis.values)
    if size > MOST_POINTS:
        raise ScenarioError(f"--over: given {size} points; allowed: at most {MOST_POINTS}")
    return axes


def _places(
    out: Path | None,
    planned: Sequence[tuple[dict[str, float], Scenario]],
    base: Scenario | None,
    seed: int,
    years: int,
    draws: Draws,
) -> dict[str, Path]:
    if out is None:
        return {}
    refuse_foreign(out)
    scenarios = {point_name(at): scenario for at, scenario in planned}
    if base is not None:
        scenarios[f"against-{base.name}"] = base
    prepare({out / name: one for name, one in scenarios.items()}, seed, years, draws)
    return {name: out / name for name in scenarios}


def _keep(ensemble: Ensemble, folder: Path) -> None:
    results.write_result(ensemble, folder, results.command_line())


def _save(done: Swept, out: Path) -> list[Path]:
    from sim.studies.sweep import (
        charts as charts_sweep,  # plotting is loaded only when something is drawn
    )

    table = out / SWEEP_FILE
    keys = [axis.key for axis in done.axes]
    results.write_table(
        table,
        ("scenario", *keys, "unit", "measure", "outcome", "unit_of_measure", "q10", "q50", "q90"),
        (
            (
                done.scenario, *(results.number(point.at[key]) for key in keys), done.unit,
                measure, outcome, _unit_of(outcome),
                *(results.number(v) for v in (one.q10, one.q50, one.q90)),
            )
            for point in done.points
            for measure, spreads in (("value", point.outcomes), ("difference", point.against))
            for outcome, one in spreads.items()
        ),
    )  # fmt: skip
    labels = [axis.key.split(".")[-1].replace("_", " ") for axis in done.axes]
    source = f"Source: Permanence {package_version()} simulation, seed {done.seed}."
    meaning = "; ".join(
        f"{label}: {_label(axis.key)}" for label, axis in zip(labels, done.axes, strict=True)
    )
    about = (
        f"Scenario {done.scenario}, {done.years} years on, {done.runs} runs; {meaning}. "
        f"{_caution(done)}"
    )
    if len(done.axes) == 1:
        draw = partial(charts_sweep.sweep_chart, done.axes[0], done.points, done.unit, labels[0])
    else:
        draw = partial(
            charts_sweep.sweep_map,
            (done.axes[0], done.axes[1]), done.points, done.unit, (labels[0], labels[1]),
        )  # fmt: skip
    return [table, *charts_sweep.save(*draw(about, source), out / "sweep")]


def _unit_of(outcome: str) -> str:
    return OUTCOME[outcome].unit if outcome in OUTCOME else "employers"


def _label(key: str) -> str:
    declared = declared_at(key)
    return f"{declared.label} ({declared.unit})"


def _caution(done: Swept) -> str:
    text = done.draws.calibration
    return f"{text[0].upper()}{text[1:]}."


# Words and tables


def _print(done: Swept) -> None:
    # words, not one long name: a column that cannot wrap would push out the last
    keys = [axis.key.split(".")[-1].replace("_", " ") for axis in done.axes]
    rows = []
    for point in done.points:
        one = point.outcomes
        rows.append(
            (
                ", ".join(f"{value:g}" for value in point.at.values()),
                shown(one[WORKFORCE].q50, "share"),
                shown(one[WORKFORCE].q10, "share"),
                shown(one[POSTS].q50, "share"),
                shown(one[POSTS].q10, "share"),
                shown(one[UNFILLED].q50, "share"),
                shown(one[CHARGE_RATE].q50, "£ per hour"),
                f"{one[DEFECTORS].q50:.0f}",
            )
        )
    heading = (
        f"{done.scenario} over {' and '.join(axis.key for axis in done.axes)}\n"
        f"{unit_name(done.unit)}, {done.years} years on: medians of {done.runs} runs; lower tail "
        "is the 10th percentile; left is " + LEFT_THE_CAP
    )
    tail = "lower\ntail"
    columns = ("work-\nforce", tail, "posts", tail, "un-\nfilled", "charge", "left")
    print_table(heading, (",\n".join(keys), *columns), rows)
    if done.against is not None:
        _print_against(done, done.against, keys)


def _print_against(done: Swept, against: Scenario, keys: Sequence[str]) -> None:
    rows = []
    for point in done.points:
        cells = []
        for outcome in (WORKFORCE, POSTS, UNFILLED):
            gap = point.against[outcome]
            cells.append(shown(gap.q50, "share", signed=True))
            low, high = (shown(end, "share", signed=True) for end in (gap.q10, gap.q90))
            cells.append(f"{low}..{high}")
        rows.append((", ".join(f"{value:g}" for value in point.at.values()), *cells))
    typer.echo()
    columns = ("work-\nforce", "80 %", "posts", "80 %", "un-\nfilled", "80 %")
    print_table(
        f"Paired difference from {against.name}, points", (",\n".join(keys), *columns), rows
    )


def _findings(done: Swept) -> list[str]:
    """Return what the sweep shows, worked out from its numbers."""
    found = []
    if len(done.axes) == 1:
        moved = steps(done.axes[0], done.points)
        if moved.highest <= 0.0 and not moved.moving:
            found.append("Nobody leaves the cap at any point.")
        else:
            kind = "a cascade, not a smear" if moved.is_jump else "a smear, not a cascade"
            if not moved.can_tell:
                kind = "too few points or leavers to tell a cascade from a smear"
            found.append(
                f"Employers who left the cap go from {moved.lowest:.0f} to {moved.highest:.0f} in "
                f"the median; its largest step between neighbours is {abs(moved.largest):g}, "
                f"between {moved.before:g} and {moved.after:g}. In {moved.jumping} of "
                f"{moved.moving} runs in which at least {FEWEST_LEAVERS} are in play, one step "
                f"makes up {100 * CASCADE_SHARE:.0f} % of the range or more: {kind}."
            )
    found += _contagion(done)
    if done.against is not None:
        for outcome in (WORKFORCE, POSTS):
            found.append(_lower_tail(done, done.against, outcome))
    return found


def _contagion(done: Swept) -> list[str]:
    """Return how many leave because others have left, where that matters most."""
    open_caps = [point for point in done.points if ALONE in point.outcomes]
    if not open_caps:
        return []

    def more(point: Point) -> float:
        return point.outcomes[EVER_LEFT].q50 - point.outcomes[ALONE].q50

    most = max(open_caps, key=more)
    if more(most) <= 0.0:
        return [
            "At no point do more employers leave the cap than would have cause to by themselves."
        ]
    where = ", ".join(f"{value:g}" for value in most.at.values())
    return [
        f"Contagion is strongest at {where}: {most.outcomes[EVER_LEFT].q50:.0f} employers leave at "
        f"some time, where {most.outcomes[ALONE].q50:.0f} would have had cause to if nobody else "
        "could leave."
    ]


def _lower_tail(done: Swept, against: Scenario, outcome: str) -> str:
    worse = [point for point in done.points if point.against[outcome].q10 < 0.0]
    label = OUTCOME[outcome].label
    if not worse:
        return f"In the lower tail no point does worse than {against.name} by {label}."
    where = ", ".join("/".join(f"{v:g}" for v in point.at.values()) for point in worse)
    return (
        f"In the lower tail (10th percentile) it does worse than {against.name} by {label} at "
        f"{where}."
    )


def _notes(done: Swept) -> list[str]:
    few = [
        f"{done.runs} run{'' if done.runs == 1 else 's'}: with fewer than {FEW_RUNS} a large step "
        "of a median can be luck, and the ends of intervals are rough."
    ]
    return [
        f"{_caution(done)} Every point has the same draws and luck, so neighbours are paired.",
        *(few if done.runs < FEW_RUNS else []),
        "The permanent share of the workforce can rise because posts stand empty: read it with "
        "the share of posts and the unfilled posts.",
        *done.below_floor,
    ]


def _as_json(done: Swept, files: Sequence[Path]) -> dict[str, Any]:
    return {
        "scenario": done.scenario,
        "against": None if done.against is None else done.against.name,
        "over": {axis.key: list(axis.values) for axis in done.axes},
        "unit": done.unit,
        "runs": done.runs,
        "seed": done.seed,
        "years": done.years,
        "parameter_draws": done.draws.name,
        "files": [str(path) for path in files],
        "notes": [*_findings(done), *_notes(done)],
        "points": [asdict(point) for point in done.points],
    }
