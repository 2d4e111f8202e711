"""The tables of a calibration, and the same as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim.answers.answer import Printed
from sim.domain.randomness import FloatArray
from sim.studies.calibrate.method import confirm
from sim.studies.calibrate.method.calibrate import OWN, SAMPLED, Calibration
from sim.studies.calibrate.method.confirm import Found
from sim.studies.calibrate.method.targets import FIRST_YEAR, LAST_YEAR, target_list
from sim.studies.calibrate.words import sentences as words
from sim.words.captions import WAYS_HEADER, pair_name

MOST_TOGETHER = 5


def printed(found: Sequence[Found]) -> Iterator[Printed]:
    """Yield the search, how close it came, targets and parameters."""
    yield from _printed_search(found)
    if len(found) == 1:
        yield from _printed_generations(found[0])
    yield from _printed_targets(found)
    yield from _printed_parameters(found)


def _printed_search(found: Sequence[Found]) -> Iterator[Printed]:
    searches, distances = [], []
    for one in found:
        calibration, last = one.calibration, one.calibration.posterior
        checks = one.prior_checks
        searches.append(
            (
                pair_name(one.pair),
                f"{sum(check.inside for check in checks)} of {len(checks)}",
                f"{100 * calibration.match.volume_left:.1f} %",
                str(len(calibration.sampled.generations)),
                words.tolerance(last.tolerance),
                f"{100 * last.acceptance_share:.0f} %",
                f"{calibration.sampled.simulations:,}",
            )
        )
        distances.append(
            (
                pair_name(one.pair),
                *_distance(one.twin, calibration),
                *(_distance(one.agents, calibration) if one.agents_were_run else ("-", "-")),
                f"{last.distinct} of {len(last.draws)}",
            )
        )
    yield Printed(
        f"The search, structure by structure: record of {FIRST_YEAR}-{LAST_YEAR}",
        (WAYS_HEADER, "targets\nin prior", "volume\nleft", "gene-\nrations", "toler-\nance",
         "accepted", "runs of\nthe twin"),
        searches,
    )  # fmt: skip
    yield Printed(
        "How close the draws come: distance from the record, in tolerances",
        (WAYS_HEADER, "twin", "90 %", "agents", "90 %", "distinct\ndraws"),
        distances,
    )


def _distance(summarised: FloatArray, calibration: Calibration) -> tuple[str, str]:
    low, middle, high = confirm.typical_distances(summarised, calibration.targets)
    return f"{middle:.2f}", f"{low:.2f} to {high:.2f}"


def _printed_generations(found: Found) -> Iterator[Printed]:
    rows = [
        (
            str(number),
            words.tolerance(one.tolerance),
            f"{100 * one.acceptance_share:.0f} %",
            f"{one.simulations:,}",
            f"{one.distinct} of {len(one.draws)}",
        )
        for number, one in enumerate(found.calibration.sampled.generations)
    ]
    yield Printed(
        "Generations of the search; the first is what the cut left of the prior",
        ("", "tolerance", "accepted", "runs of the twin", "distinct draws"),
        rows,
    )


def _printed_targets(found: Sequence[Found]) -> Iterator[Printed]:
    fits = confirm.target_fits(
        np.concatenate([one.twin for one in found]), np.concatenate([one.agents for one in found])
    )
    rows = [
        (
            words.TARGET_LABELS[target.name],
            words.in_unit(target.observed, target.unit),
            words.in_unit(target.tolerance, target.unit, sign="±"),
            words.in_unit(twin[1], target.unit),
            words.band(twin[0], twin[2], target.unit),
            "-" if agents is None else words.in_unit(agents[1], target.unit),
        )
        for target, twin, agents in fits
    ]
    yield Printed(
        f"Targets{_over(found)}: the record, its tolerance, the posterior by the twin, and the "
        "agent model's median\nShares in %; between boroughs and yearly changes: standard "
        "deviations; years apart: correlations",
        ("", "record", "", "twin", "90 %", "agents"),
        rows,
        tight=True,
    )


def _over(found: Sequence[Found]) -> str:
    return f" over {len(found)} structures" if len(found) > 1 else ""


def _printed_parameters(found: Sequence[Found]) -> Iterator[Printed]:
    names, draws = _pooled(found)
    fits = confirm.parameter_fits(names, draws)
    over = _over(found)
    titles = {
        (True, False): f"Parameters{over} that the record narrows",
        (False, True): f"Parameters{over} that are themselves targets: not learned, but given",
        (False, False): words.unidentified_title(several=len(found) > 1),
    }
    for kind, title in titles.items():
        rows = [
            (
                words.parameter_label(fit.name),
                f"{words.figure(fit.prior[0])} to {words.figure(fit.prior[1])}",
                *map(words.figure, fit.posterior),
                words.narrowed(fit),
            )
            for fit in fits
            if (fit.is_identified, fit.is_target) == kind
        ]
        if rows:
            yield Printed(title, ("", "prior", "5 %", "50 %", "95 %", "narrower"), rows, tight=True)


def findings(found: Sequence[Found]) -> list[str]:
    """Return what trades off under one structure, or where each one's own tables are."""
    if len(found) > 1:
        return ["Each structure's own tables are in the files below."]
    strongest = confirm.correlations(*_pooled(found))[:MOST_TOGETHER]
    prior = words.missed_by_the_prior(found[0].prior_checks, target_list())
    return [prior, words.together(strongest)]


def _pooled(found: Sequence[Found]) -> tuple[tuple[str, ...], FloatArray]:
    """Return all structures' draws in one table, NaN where a structure lacks a parameter."""
    present = {name for one in found for name in one.calibration.bounds.names}
    names = tuple(name for name in (*SAMPLED, *OWN.values()) if name in present)
    parts = []
    for one in found:
        part = np.full((len(one.draws), len(names)), np.nan)
        part[:, [names.index(name) for name in one.calibration.bounds.names]] = one.draws
        parts.append(part)
    return names, np.concatenate(parts)


def one_as_json(found: Found) -> dict[str, Any]:
    """Return what one structure's calibration found, as plain values."""
    calibration = found.calibration
    names = calibration.bounds.names
    return {
        "hiring": found.pair.hiring,
        "bid_trigger": found.pair.bid_trigger,
        "volume_left": calibration.match.volume_left,
        "cut_bound": calibration.match.bound,
        "stopped": calibration.sampled.stopped,
        "simulations": calibration.sampled.simulations,
        "generations": [
            {
                "tolerance": one.tolerance if math.isfinite(one.tolerance) else None,
                "acceptance_share": one.acceptance_share,
                "simulations": one.simulations,
                "distinct_draws": one.distinct,
            }
            for one in calibration.sampled.generations
        ],
        "twin_distance": confirm.typical_distances(found.twin, calibration.targets),
        "agent_distance": confirm.typical_distances(found.agents, calibration.targets)
        if found.agents_were_run
        else None,
        "prior_check": [vars(one) for one in found.prior_checks],
        "targets": [
            {**vars(target), "twin": twin, "agents": agents}
            for target, twin, agents in confirm.target_fits(found.twin, found.agents)
        ],
        "parameters": [
            {
                "parameter": fit.name,
                "meaning": words.parameter_meaning(fit.name),
                "prior": fit.prior,
                "posterior": fit.posterior,
                "narrower_share": fit.narrower,
                "identified": fit.is_identified,
                "is_target": fit.is_target,
            }
            for fit in confirm.parameter_fits(names, found.draws)
        ],
        "correlations": [
            one._asdict() for one in confirm.correlations(names, found.draws)[:MOST_TOGETHER]
        ],
    }
