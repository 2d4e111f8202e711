"""Robustness in tables, as people read them and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from sim.answers.answer import Cell, Printed, Table
from sim.domain.headline import POSTS, SHARES, UNFILLED, WORKFORCE
from sim.domain.randomness import FloatArray
from sim.studies.robust.method.discovery import Discovered, Leaning
from sim.studies.robust.method.futures import Futures, settings_of
from sim.studies.robust.method.judged import Judged, Regret, Target
from sim.studies.robust.method.runs import KEPT
from sim.studies.robust.words.sentences import LONDON_SCALE, when_it_fails
from sim.studies.robust.words.told import Told, aim, category, clause, column_name
from sim.words.captions import called, quoted, whole_per_cent

SUMMARY = (
    "policy", "target_met", "workforce_median", "workforce_bad", "posts_median", "posts_bad",
    "unfilled_median", "unfilled_bad", "cost_mean", "cost_q10", "cost_q90",
    "posts_regret_mean", "posts_regret_q90", "posts_regret_max", "posts_best_share",
    "spending_regret_mean", "spending_regret_q90", "spending_regret_max", "spending_best_share",
)  # fmt: skip
EDGES = (
    "policy", "cases", "column", "condition", "low", "high", "categories", "quasi_p", "support",
)  # fmt: skip
LEANINGS = ("policy", "cases", "column", "p", "low", "high", "low_is", "high_is")
MOST_SHOWN = 4
PEELING = ("policy", "cases", "step", "coverage", "density", "mass")


def printed(told: Told) -> list[Printed]:
    """Return every table that is printed."""
    found = [_reached(told), _cost(told), _regretted(told)]
    if any(one.box for one in told.discovered):
        found.append(_boxes(told))
    if any(one.leanings for one in told.discovered):
        found.append(_leanings(told))
    return [*found, *([_docking(told)] if told.docked else [])]


def _reached(told: Told) -> Printed:
    rows = [
        (called(plan), whole_per_cent(one.met), *(_pair(one, name) for name in SHARES))
        for plan, one in zip(told.planned, told.judged, strict=True)
    ]
    header = ("", "futures that\nmeet it", "% of work-\nforce", "% of\nposts", "% un-\nfilled")
    title = (
        f"Target: {aim(told)}\n{told.futures:,} futures by {told.by}; permanent shares and "
        "unfilled posts: median, bad case (1 in 10)"
    )
    return Printed(title, header, rows, tight=True)


def _pair(one: Judged, outcome: str) -> str:
    found = one.typical[outcome]
    return f"{100 * found.median:.1f}, {100 * found.bad:.1f}"


def _cost(told: Told) -> Printed:
    rows = [
        (called(plan), *_costs(one))
        for plan, one in zip(told.planned[1:], told.judged[1:], strict=True)
    ]
    title = (
        f"Cost beyond {quoted(told.planned[0])}, all that boroughs spend to September {told.year}"
    )
    return Printed(title, ("", "£m, mean", "8 futures in 10"), rows)


def _costs(one: Judged) -> tuple[str, str]:
    low, high = (LONDON_SCALE.number(x, signed=True) for x in (one.low, one.high))
    return LONDON_SCALE.number(one.cost, signed=True), f"{low} to {high}"


def _regretted(told: Told) -> Printed:
    rows = [
        (
            called(plan),
            *(f"{100 * value:.1f}" for value in _ends(one.posts)),
            *(LONDON_SCALE.number(value) for value in _ends(one.spending)),
        )
        for plan, one in zip(told.planned, told.judged, strict=True)
    ]
    header = ("", "posts:\nmean", "1 in\n10", "most", "£m spent:\nmean", "1 in\n10", "most")
    title = (
        "Regret: how far behind the best of these in the same future\n"
        "Points of the permanent share of posts, and £m spent beyond the cheapest"
    )
    return Printed(title, header, rows, tight=True)


def _ends(one: Regret) -> tuple[float, float, float]:
    return one.mean, one.high, one.most


def _boxes(told: Told) -> Printed:
    rows = []
    for plan, found, cases in zip(told.planned, told.discovered, told.cases, strict=True):
        if not found.box:
            continue
        kind = "misses" if found.is_miss else "gets there"
        size = found.measured
        rows.append((f"{called(plan)} {kind}", *(f"{100 * x:.0f} %" for x in size), "", ""))
        rows += [
            (f"- {clause(one.restriction, cases, told)}", "", "", "", _p(one.quasi_p),
             f"{100 * one.support:.0f} %")
            for one in found.box
        ]  # fmt: skip
    header = ("", "cover-\nage", "den-\nsity", "mass", "quasi-\np", "halves")
    title = (
        "Boxes: share of such futures they hold, share of theirs that are such, share of all "
        "futures; each condition with its quasi-p-value and the halves that show it"
    )
    return Printed(title, header, rows, tight=True)


def _leanings(told: Told) -> Printed:
    rows: list[tuple[str, ...]] = []
    for plan, found in zip(told.planned, told.discovered, strict=True):
        if not found.leanings:
            continue
        rows.append((f"{called(plan)} {'misses' if found.is_miss else 'gets there'}", "", ""))
        rows += [
            (f"- {column_name(one.name)}", *(_end(one, place, told) for place in (0, 1)))
            for one in found.leanings[:MOST_SHOWN]
        ]
    title = (
        "One by one: share that miss, or get there, of the futures in the lowest fifth of a number "
        "and in the highest (of a choice, under the two that differ most); most telling first"
    )
    return Printed(title, ("", "lowest", "highest"), rows, tight=True)


def _end(one: Leaning, place: int, told: Told) -> str:
    share = f"{100 * (one.low, one.high)[place]:.0f} %"
    if one.low_at == one.high_at:
        return share
    return f"{share}\n{category(one.name, (one.low_at, one.high_at)[place], told)}"


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _docking(told: Told) -> Printed:
    rows = [
        (
            called(plan),
            f"{one.same} of {one.futures}",
            whole_per_cent(one.twin),
            whole_per_cent(one.agents),
            *(
                f"{100 * one.gaps[name] + 0.0:+.1f} ±{100 * one.errors[name]:.1f}"
                for name in (WORKFORCE, POSTS, UNFILLED)
            ),
        )
        for plan, one in zip(told.planned, told.docked, strict=True)
    ]
    header = (
        "", "same\nanswer", "meet it:\ntwin", "agents", "work-\nforce", "posts", "un-\nfilled",
    )  # fmt: skip
    title = (
        "Twin and agents in the same futures; then twin less agents in points: mean, ± its "
        "standard error"
    )
    return Printed(title, header, rows, tight=True)


# Data


def tables(told: Told, among: Futures, values: FloatArray) -> list[Table]:
    """Return every table that is kept."""
    return [
        Table.of("robust", SUMMARY, _summary(told)),
        _outcomes_table(told, among, values),
        _futures_table(among),
        Table.of("boxes", EDGES, _edges(told)),
        Table.of("leanings", LEANINGS, _leaning_rows(told)),
        Table.of("peeling", PEELING, _peeling(told)),
        *([Table.of_records("docking", list(_docked(told)))] if told.docked else []),
    ]


def _summary(told: Told) -> Iterator[tuple[Cell, ...]]:
    for one in told.judged:
        typical = [x for name in SHARES for x in (one.typical[name].median, one.typical[name].bad)]
        regrets = [
            x for each in (one.posts, one.spending)
            for x in (each.mean, each.high, each.most, each.best)
        ]  # fmt: skip
        yield (one.name, one.met, *typical, one.cost, one.low, one.high, *regrets)


def _futures_table(among: Futures) -> Table:
    """Return what each future is: its structure and its draw of the parameters."""
    rows: Iterable[tuple[Cell, ...]] = (
        (future, str(pair.hiring), str(pair.bid_trigger),
         *(float(column[future]) for column in among.columns.values()))
        for future, pair in enumerate(among.structures)
    )  # fmt: skip
    return Table.of("futures", ("future", "hiring", "bid_trigger", *among.columns), rows)


def _outcomes_table(told: Told, among: Futures, values: FloatArray) -> Table:
    """Return what came of every policy in every future, and how it was set there."""
    keys = [one.key for one in told.uncertain]

    def rows() -> Iterator[tuple[Cell, ...]]:
        for plan, came in zip(told.planned, values, strict=True):
            met = told.target.met(came)
            for future in range(len(among)):
                settings = settings_of(plan, told.uncertain, among, future)
                numbers = map(float, came[future])
                own = (settings.get(key) for key in keys)
                yield (plan.name, future, *numbers, bool(met[future]), *own)

    return Table.of("outcomes", ("policy", "future", *KEPT, "target_met", *keys), rows())


def _edges(told: Told) -> Iterator[tuple[Cell, ...]]:
    for plan, found, cases in zip(told.planned, told.discovered, told.cases, strict=True):
        for one in found.box:
            edge = one.restriction
            low, high = (x if np.isfinite(x) else None for x in (edge.low, edge.high))
            among = "; ".join(category(edge.name, at, told) for at in sorted(edge.among))
            yield (plan.name, _kind(found), edge.name, clause(edge, cases, told), low, high, among,
                   one.quasi_p, one.support)  # fmt: skip


def _leaning_rows(told: Told) -> Iterator[tuple[Cell, ...]]:
    for plan, found in zip(told.planned, told.discovered, strict=True):
        for one in found.leanings:
            is_choice = one.low_at != one.high_at
            ends = (category(one.name, at, told) if is_choice else ""
                    for at in (one.low_at, one.high_at))  # fmt: skip
            yield (plan.name, _kind(found), one.name, one.p, one.low, one.high, *ends)


def _peeling(told: Told) -> Iterator[tuple[Cell, ...]]:
    for plan, found in zip(told.planned, told.discovered, strict=True):
        for step, one in enumerate(found.trajectory):
            yield (plan.name, _kind(found), step, *one)


def _docked(told: Told) -> Iterator[dict[str, Any]]:
    for one in told.docked:
        gaps = {f"twin_less_agents_{name}": one.gaps[name] for name in SHARES}
        yield {
            "policy": one.name, "futures": one.futures, "same_answer": one.same,
            "twin_met": one.twin, "agents_met": one.agents, **gaps,
        }  # fmt: skip


def _kind(found: Discovered) -> str:
    return "misses" if found.is_miss else "hits"


def content(told: Told, sentences: Sequence[str], said_notes: Sequence[str]) -> dict[str, Any]:
    """Return the answer as plain values."""
    target: Target = told.target
    return {
        "base": told.planned[0].name,
        "target": asdict(target),
        "year": told.year,
        "futures": told.futures,
        "by": "agents" if told.is_agents else "twin",
        "parameter_draws": told.draws.name,
        "over": [one.written() for one in told.uncertain],
        "policies": [asdict(one) for one in told.judged],
        "discovered": [
            _discovered(*one, told)
            for one in zip(told.planned, told.discovered, told.cases, strict=True)
        ],
        "docking": list(_docked(told)),
        "sentences": list(sentences),
        "notes": list(said_notes),
    }


def _discovered(plan: Any, found: Discovered, cases: Any, told: Told) -> dict[str, Any]:
    return {
        "policy": plan.name,
        "verdict": str(found.verdict),
        "cases": _kind(found),
        "share": found.share,
        **({**found.measured._asdict(), "elsewhere": found.outside} if found.box else {}),
        "box": [
            {
                "column": one.restriction.name,
                "condition": clause(one.restriction, cases, told),
                "quasi_p": one.quasi_p,
                "support": one.support,
            }
            for one in found.box
        ],
        "leanings": [one._asdict() for one in found.leanings],
        "sentence": when_it_fails(plan, found, cases, told),
    }
