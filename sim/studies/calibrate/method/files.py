"""A calibration's folder: whose it is, what is kept of it, and its tables.

manifest.json       all that decides the result
posterior.csv       draws of equal weight, as ensembles read them
calibration.csv     one row a structure: how far the search came
targets.csv         the record beside twin and agent model
parameters.csv      priors beside posteriors
correlations.csv    parameters two by two
prior_check.csv     which targets the prior can produce
HIRING-TRIGGER/     finished steps of the search, and runs of the agent model
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.answers.results import MANIFEST, made_by, number, write_table
from sim.answers.structures import Pair
from sim.domain.posterior import POSTERIOR_TABLE, STRUCTURE_COLUMNS
from sim.ensemble.files import StoreError, write_text_atomically
from sim.ensemble.stamp import Rooms, Stamp, stamp_of_this_code
from sim.studies.calibrate.method import confirm
from sim.studies.calibrate.method.abc_smc import Settings
from sim.studies.calibrate.method.calibrate import OWN, SAMPLED, sampled_names
from sim.studies.calibrate.method.confirm import Found
from sim.studies.calibrate.method.targets import FIRST_YEAR, LAST_YEAR

CALIBRATION_TABLE = "calibration.csv"
TARGETS_FILE, PARAMETERS_FILE = "targets.csv", "parameters.csv"
CORRELATIONS_FILE, PRIOR_CHECK_FILE = "correlations.csv", "prior_check.csv"
MADE_BY_IT = (POSTERIOR_TABLE, CALIBRATION_TABLE)
"""Shipped tables that a calibration makes: it does not depend on them."""
ENDS = ("q05", "q50", "q95")


OWN_CODE = Rooms("studies/calibrate/method", "studies/recover/method")
"""A calibration's own code decides what it keeps, besides the model's."""


def own_stamp() -> Stamp:
    """Return the stamp of what a calibration, or the recovery of one, keeps."""
    return stamp_of_this_code(OWN_CODE, without=MADE_BY_IT)


@dataclass(frozen=True)
class Plan:
    """All that decides a calibration's result.

    Attributes:
        prior_draws: draws of the prior that are checked and cut.
        draws: of equal weight written for each structure.
        check_runs: agent runs for each structure; 0 leaves the confirmation out.
    """

    pairs: tuple[Pair, ...]
    seed: int
    settings: Settings
    prior_draws: int
    draws: int
    check_runs: int

    def decides(self) -> dict[str, Any]:
        """Return it as the manifest has it, with the stamp of code and data."""
        stamp = own_stamp()
        return {
            "structures": [list(pair) for pair in self.pairs],
            "seed": self.seed,
            "settings": asdict(self.settings),
            "prior_draws": self.prior_draws,
            "draws": self.draws,
            "check_runs": self.check_runs,
            "years": [FIRST_YEAR, LAST_YEAR],
            "package": stamp.version,
            "code": stamp.code,
            "data": stamp.data,
        }


def folder_of(out: Path, pair: Pair) -> Path:
    """Return where a structure's steps and runs are kept."""
    return out / f"{pair.hiring}-{pair.bid_trigger}"


def open_folder(out: Path, plan: Plan) -> None:
    """Make the folder and say whose it is, or make sure that it is this plan's.

    Raises:
        StoreError: it is a file, holds something else or another calibration, or cannot be made.
    """
    if out.exists() and not out.is_dir():
        raise StoreError(f"--out {out}: is a file, where a folder is expected")
    if out.is_dir() and any(out.iterdir()):
        _refuse_another(out, plan)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreError(f"--out {out}: cannot be made ({fault.strerror})") from None
    write_manifest(out, plan, complete=False)


def _refuse_another(out: Path, plan: Plan) -> None:
    try:
        kept = json.loads((out / MANIFEST).read_text(encoding="utf-8-sig"))["calibration"]
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreError(
            f"--out {out}: is not empty and holds no calibration; name a new folder"
        ) from None
    wanted = json.loads(json.dumps(plan.decides()))
    other = [
        name for name in wanted if not isinstance(kept, dict) or kept.get(name) != wanted[name]
    ]
    if other:
        raise StoreError(
            f"--out {out}: holds a calibration with other {', '.join(other)}; name a new folder"
        )


def write_manifest(out: Path, plan: Plan, *, complete: bool) -> None:
    """Say what decides the folder's content, and whether all of it is there."""
    content = {"complete": complete, "calibration": plan.decides(), "made_by": made_by(own_stamp())}
    text = json.dumps(content, indent=2) + "\n"
    write_text_atomically(out / MANIFEST, text)


# Tables


def write_posterior(out: Path, found: Sequence[tuple[Pair, Any]]) -> Path:
    """Write the draws of each structure as `sim.domain.posterior` reads them."""
    present = {name for pair, _ in found for name in sampled_names(pair)}
    names = [name for name in (*SAMPLED, *OWN.values()) if name in present]

    def rows() -> Iterator[tuple[str, ...]]:
        for pair, draws in found:
            own = sampled_names(pair)
            for draw in draws.tolist():
                cells = dict(zip(own, map(confirm.written, draw), strict=True))
                yield (*pair, *(cells.get(name, "") for name in names))

    write_table(out / POSTERIOR_TABLE, (*STRUCTURE_COLUMNS, *names), rows())
    return out / POSTERIOR_TABLE


def write_tables(out: Path, plan: Plan, found: Sequence[Found]) -> list[Path]:
    """Write all tables but the posterior; return them."""
    tables = (
        (CALIBRATION_TABLE, SEARCH_COLUMNS, (search_row(plan, one) for one in found)),
        (TARGETS_FILE, TARGET_COLUMNS, _target_rows(found)),
        (PARAMETERS_FILE, PARAMETER_COLUMNS, _parameter_rows(found)),
        (CORRELATIONS_FILE, (*STRUCTURE_COLUMNS, "parameter", "other", "correlation"),
         _correlation_rows(found)),
        (PRIOR_CHECK_FILE, PRIOR_COLUMNS, _prior_rows(found)),
    )  # fmt: skip
    for name, columns, rows in tables:
        write_table(out / name, columns, rows)
    return [out / name for name, *_ in tables]


SEARCH_COLUMNS = (
    *STRUCTURE_COLUMNS, "seed", "prior_draws", "targets_in_prior", "volume_left", "generations",
    "tolerance", "acceptance_share", "simulations", "stopped", "population", "distinct_draws",
    "draws", "twin_distance_q05", "twin_distance_q50", "twin_distance_q95", "agent_runs",
    "agent_distance_q05", "agent_distance_q50", "agent_distance_q95",
)  # fmt: skip


def search_row(plan: Plan, found: Found) -> tuple[str, ...]:
    """Return one structure's row of the calibration table."""
    calibration, last = found.calibration, found.calibration.posterior
    twin = confirm.typical_distances(found.twin, calibration.targets)
    agents: tuple[str, ...] = ("", "", "")
    if found.agents_were_run:
        agents = tuple(map(_short, confirm.typical_distances(found.agents, calibration.targets)))
    return (
        *found.pair, str(plan.seed), str(len(calibration.prior.draws)),
        str(sum(one.inside for one in found.prior_checks)),
        _short(calibration.match.volume_left), str(len(calibration.sampled.generations)),
        _short(last.tolerance), _short(last.acceptance_share), str(calibration.sampled.simulations),
        calibration.sampled.stopped, str(len(last.draws)), str(last.distinct),
        str(len(found.draws)), *map(_short, twin), str(len(found.agents)), *agents,
    )  # fmt: skip


TARGET_COLUMNS = (
    *STRUCTURE_COLUMNS, "target", "unit", "observed", "tolerance",
    *(f"twin_{end}" for end in ENDS), *(f"agents_{end}" for end in ENDS), "source",
)  # fmt: skip


def _target_rows(found: Sequence[Found]) -> Iterator[tuple[str, ...]]:
    for one in found:
        for target, twin, agents in confirm.target_fits(one.twin, one.agents):
            yield (
                *one.pair, target.name, target.unit, number(target.observed),
                number(target.tolerance), *map(number, twin),
                *(map(number, agents) if agents else ("", "", "")), target.source,
            )  # fmt: skip


PARAMETER_COLUMNS = (
    *STRUCTURE_COLUMNS, "parameter", "prior_low", "prior_high", *ENDS, "narrower_share",
    "identified", "is_target",
)  # fmt: skip


def _parameter_rows(found: Sequence[Found]) -> Iterator[tuple[str, ...]]:
    for one in found:
        for fit in confirm.parameter_fits(one.calibration.bounds.names, one.draws):
            yield (
                *one.pair, fit.name, *map(number, (*fit.prior, *fit.posterior, fit.narrower)),
                str(fit.is_identified).lower(), str(fit.is_target).lower(),
            )  # fmt: skip


def _correlation_rows(found: Sequence[Found]) -> Iterator[tuple[str, ...]]:
    for one in found:
        for pair in confirm.correlations(one.calibration.bounds.names, one.draws):
            yield (*one.pair, pair.one, pair.other, _short(pair.correlation))


PRIOR_COLUMNS = (
    *STRUCTURE_COLUMNS, "target", "observed", *(f"prior_{end}" for end in ENDS),
    "share_of_draws_below", "inside", "ruled_out_share",
)  # fmt: skip


def _prior_rows(found: Sequence[Found]) -> Iterator[tuple[str, ...]]:
    for one in found:
        ruled_out = one.calibration.match.ruled_out
        for check in one.prior_checks:
            yield (
                *one.pair, check.name,
                *map(number, (check.observed, check.low, check.middle, check.high, check.below)),
                str(check.inside).lower(), number(ruled_out[check.name]),
            )  # fmt: skip


def _short(value: float) -> str:
    """Return a number of no more digits than it deserves."""
    return "" if value != value else f"{value:.4g}"
