"""The tables of a tipping point, as files and JSON have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sim.answers import results
from sim.domain.headline import SHARES
from sim.studies.tip.method.reach import AtLevel
from sim.studies.tip.method.search import Tip, Tipped
from sim.studies.tip.words import sentences as words
from sim.studies.tip.words.sentences import Told

COLUMNS = (
    "scenario", "hiring", "bid_trigger", "model", "lever", "level", "runs", "outcome",
    "unit_of_measure", "q10", "q50", "q90",
)  # fmt: skip


def rows(told: Told) -> Iterator[tuple[str, ...]]:
    """Yield one row a structure, model, level and outcome; the mean field has no spread."""
    name, key = told.scenario.name, told.lever.key
    for answer in told.answers:
        begin = (name, answer.pair.hiring.value, answer.pair.bid_trigger.value)
        for model, levels in (("twin", answer.twin), ("agents", answer.agents)):
            for at in levels:
                where = (*begin, model, key, results.number(at.level), str(at.runs))
                for outcome, spread in at.shares.items():
                    ends = (spread.q10, spread.q50, spread.q90)
                    yield (*where, outcome, "share", *(results.number(one) for one in ends))
                for outcome, chance in _chances(at).items():
                    yield (*where, outcome, "share of runs", "", results.number(chance), "")
        for way, shares in (("up", answer.rest.up), ("down", answer.rest.down)):
            for outcome in SHARES:
                for level, value in zip(answer.rest.levels, shares[outcome], strict=True):
                    where = (*begin, f"mean field, {way}", key, results.number(level), "1")
                    yield (*where, outcome, "share", "", results.number(value), "")


def _chances(at: AtLevel) -> dict[str, float]:
    return {
        "chance": at.chance,
        "chance_whatever_stands_empty": at.chance_whatever,
        "chance_of_posts": at.chance_of_posts,
        "chance_held_a_year_later": at.held,
    }


def summary(told: Told) -> Iterator[dict[str, Any]]:
    """Yield one row a structure: where it tips, and agents' medians at the horizon there."""
    for answer in told.answers:
        at = words.shown_at(answer)
        yield {
            "hiring": answer.pair.hiring.value,
            "bid_trigger": answer.pair.bid_trigger.value,
            "tips_at": float(answer.tips[0].level) if answer.tips else None,
            "shown_at": float(at.level),
            "chance": float(at.chance),
            **{name: float(at.shares[name].q50) for name in SHARES},
            "years_to_target": at.years_to_target,
        }


def docking(told: Told) -> Iterator[dict[str, Any]]:
    """Yield the twin against the agents: mean shares at the horizon with the same draws."""
    for answer in told.answers:
        for one in answer.docked:
            for name in SHARES:
                yield {
                    "hiring": answer.pair.hiring.value,
                    "bid_trigger": answer.pair.bid_trigger.value,
                    "level": float(one.level),
                    "outcome": name,
                    "twin": float(one.twin[name]),
                    "agents": float(one.agents[name]),
                    "agree": one.docks,
                }


def content(told: Told, sets: Sequence[str]) -> dict[str, Any]:
    """Return the answers as JSON tells them."""
    lever, asked = told.lever, told.asked
    return {
        "scenario": told.scenario.name,
        "lever": lever.key,
        "unit": lever.declared.unit,
        "range": [lever.low, lever.high],
        "precision": lever.precision,
        "target": asked.target,
        "unfilled_bound": asked.bound,
        "date": told.day.isoformat(),
        "set": list(sets),
        "seed": asked.seed,
        "runs": asked.runs,
        "years": asked.years,
        "parameter_draws": asked.draws.name,
        "notes": words.notes(told),
        "structures": [_answer_content(told, answer) for answer in told.answers],
    }


def _answer_content(told: Told, answer: Tipped) -> dict[str, Any]:
    def tips(found: Sequence[Tip]) -> list[dict[str, Any]]:
        return [
            {
                "level": one.level,
                "twin": one.twin,
                "agents": one.agents,
                "better_side": "above" if one.rising else "below",
                "agree": one.docks,
                "at": one.at.as_json(),
            }
            for one in found
        ]

    return {
        "hiring": answer.pair.hiring.value,
        "bid_trigger": answer.pair.bid_trigger.value,
        "finding": words.finding(told, answer),
        "tipping_points": tips(answer.tips),
        "tipping_points_whatever_stands_empty": tips(answer.anyhow),
        "best": answer.best.as_json(),
        "twin": [one.as_json() for one in answer.twin],
        "agents": [one.as_json() for one in answer.agents],
        "twin_against_agents": [asdict(one) | {"agree": one.docks} for one in answer.docked],
        "states": asdict(answer.rest),
    }
