"""Sweeps: what may be swept, what is paired, and when a step is a jump."""

from __future__ import annotations

import numpy as np
import pytest

from sim.ensemble.run import no_progress, run_ensemble
from sim.scenario import ScenarioError, load_scenario
from sim.studies.sweep.method import (
    ALONE,
    DEFECTORS,
    EVER_LEFT,
    Axis,
    Point,
    Spread,
    defectors,
    planned_points,
    point_name,
    points,
    read_axis,
    steps,
    swept,
)

TOLERANCE = "levers.cap.tolerance"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"{TOLERANCE}=0.05:0.15:3", (0.05, 0.1, 0.15)),
        (f"{TOLERANCE} = 0.2, 0.1", (0.1, 0.2)),
        ("levers.cap.members=0:1:5", (0.0, 0.25, 0.5, 0.75, 1.0)),
        ("parameters.notice_months=1:3:3", (1.0, 2.0, 3.0)),
    ],
)
def test_an_axis_is_read(text: str, values: tuple[float, ...]) -> None:
    assert read_axis(text).values == values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("levers.cap.tolerence=1,2", "did you mean 'levers.cap.tolerance'"),
        ("levers.cap=1,2", "there is no such value"),
        ("tolerance=1,2", "did you mean 'levers.cap.tolerance'"),
        (f"{TOLERANCE}=0.05:3:4", "given 1.03333; allowed: 0 to 1"),
        (f"{TOLERANCE}=0.1", "given 1 values; allowed: 2 to 200"),
        (f"{TOLERANCE}=a:b:c", "expected KEY=FIRST:LAST:COUNT"),
        (f"{TOLERANCE}=inf:1:3", "expected KEY=FIRST:LAST:COUNT"),
        (f"{TOLERANCE}=0:1:900000000000", "given 900000000000 values; allowed: 2 to 200"),
        (TOLERANCE, "expected KEY=FIRST:LAST:COUNT"),
        ("levers.cap.start=1,2", "is not a number that can be swept"),
    ],
)
def test_an_axis_that_cannot_be_swept_is_refused(text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        read_axis(text)


def test_every_point_of_a_grid_is_planned_once_with_its_values() -> None:
    axes = (Axis(TOLERANCE, (0.05, 0.1)), Axis("parameters.notice_months", (1.0, 2.0, 3.0)))
    assert len(list(points(axes))) == 6
    planned = planned_points("pan-london-cap", axes, ["parameters.bid_speed=0.3"])
    assert len({point_name(at) for at, _ in planned}) == 6
    for at, scenario in planned:
        assert scenario.levers.cap.tolerance == at[TOLERANCE]
        assert scenario.parameters.notice_months == at["parameters.notice_months"]
        assert scenario.parameters.bid_speed == 0.3


def test_points_that_differ_little_have_folders_of_their_own() -> None:
    near = read_axis(f"{TOLERANCE}=0.0500001,0.05000012")
    assert len({point_name(at) for at in points([near])}) == len(near.values) == 2


@pytest.mark.slow
def test_a_point_is_the_scenario_with_that_value_and_the_difference_is_paired() -> None:
    planned = planned_points("pan-london-cap", [Axis(TOLERANCE, (0.05, 0.2))], ())
    asked = {"runs": 3, "seed": 2, "years": 1}
    found = swept(planned, load_scenario("no-cap"), **asked, progress=no_progress)
    for point, (at, scenario) in zip(found, planned, strict=True):
        ours, base = (
            run_ensemble(one, **asked).of("permanent_share_of_posts")[:, -1]
            for one in (scenario, load_scenario("no-cap"))
        )
        assert point.at == at
        assert point.outcomes["permanent_share_of_posts"].q50 == np.median(ours)
        assert point.against["permanent_share_of_posts"].q10 == np.quantile(ours - base, 0.1)


def test_defectors_are_those_who_were_in_and_are_not() -> None:
    tight = load_scenario("cap-with-defection", ["levers.cap.tolerance=0.0"])
    left = defectors(run_ensemble(tight, runs=2, seed=1, years=3))
    strict = load_scenario("cap-with-defection", ["levers.cap.enforcement=strict"])
    assert left.min() >= 0
    assert left.max() > 0
    assert defectors(run_ensemble(strict, runs=2, seed=1, years=3)).max() == 0


def test_a_median_that_jumps_is_no_cascade_unless_its_runs_jump() -> None:
    runs = np.array([[25, 20, 15, 10, 5], [20, 15, 10, 5, 0], [30, 29, 5, 4, 3]])
    found = [
        Point({"x": place}, {DEFECTORS: Spread(0, [30, 29, 5, 4, 3][place], 0, 0)}, {}, tuple(left))
        for place, left in enumerate(runs.T.tolist())
    ]
    moved = steps(Axis("x", (0.0, 1.0, 2.0, 3.0, 4.0)), found)
    assert (moved.moving, moved.jumping) == (3, 1)
    assert not moved.is_jump


def test_who_would_leave_alone_is_counted_where_nobody_may() -> None:
    (planned,) = planned_points("cap-with-defection", [Axis(TOLERANCE, (0.06,))], ())
    (point,) = swept([planned], None, runs=3, seed=1, years=3, progress=no_progress)
    assert point.outcomes[EVER_LEFT].q50 >= point.outcomes[ALONE].q50 > 0
    strict = planned_points(
        "cap-with-defection", [Axis(TOLERANCE, (0.06,))], ["levers.cap.enforcement=strict"]
    )
    (held,) = swept(strict, None, runs=1, seed=1, years=1, progress=no_progress)
    assert ALONE not in held.outcomes


@pytest.mark.parametrize(
    ("medians", "jumps"),
    [
        ((29, 28, 6, 5, 4), True),
        ((24, 19, 14, 10, 5), False),
        ((3, 3, 3, 3, 3), False),
        ((20, 10, 0), False),
        ((20, 0), False),
        ((4, 4, 0, 0, 0), False),  # too few employers to speak of
    ],
)
def test_a_cascade_is_one_step_that_makes_up_much_of_the_range(
    medians: tuple[float, ...], jumps: bool
) -> None:
    values = tuple(range(len(medians)))
    found = [
        Point({"x": value}, {DEFECTORS: Spread(m, m, m, m)}, {}, (m, m, m))
        for value, m in zip(values, medians, strict=True)
    ]
    moved = steps(Axis("x", tuple(map(float, values))), found)
    assert moved.is_jump is jumps
    assert (moved.lowest, moved.highest) == (min(medians), max(medians))
