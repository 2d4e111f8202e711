"""A toy question: how many months a post stands empty. It stands in for any question to come."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import numpy as np

from sim.answers.answer import Answer, Chart, Printed, Table
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study


class Empty(Request):
    """How long posts stand empty.

    Each month a post is filled with the same chance.
    """

    chance: Annotated[
        float, asked("Chance that it is filled in a month.", low=0, high=1, metavar="SHARE")
    ] = 0.2
    runs: Annotated[int, asked("Number of posts.", low=1, high=1000, metavar="N")] = 100
    seed: Annotated[int, asked("Root seed.", low=0, high=9999, metavar="N")] = 1


def draw(months: np.ndarray) -> tuple[Any, str]:
    """Draw how many posts stand empty for how long."""
    from sim.charts import style

    figure = style.AccessibleFigure()
    figure.subplots().hist(months)
    return figure, f"Bars: how many of {len(months)} posts stand empty for how many months."


def work(asked: Empty, desk: Desk) -> Answer:
    """Draw how long each post stands empty."""
    with desk.progress("posts") as told:
        months = np.random.default_rng(asked.seed).geometric(asked.chance, asked.runs)
        told(asked.runs, asked.runs, 0.0)

    mean = float(months.mean())
    return Answer(
        about=f"{asked.runs} posts",
        values={"mean_months": mean},
        printed=[Printed("Months a post stands empty", ("", "months"), [("mean", f"{mean:.1f}")])],
        findings=[f"A post stands empty for {mean:.1f} months on average."],
        notes=["Every month has the same chance."],
        tables=[Table.of("empty", ("post", "months"), enumerate(months.tolist()))],
        charts=[Chart("empty", partial(draw, months))],
    )


STUDY = Study(
    "empty", "Say how long posts stand empty.", Empty, work, "permanence empty --chance 0.2"
)
