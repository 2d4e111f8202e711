"""A forecast written down before what it forecasts is known, so that it can fail.

It holds the forecast, the baselines' frozen beside it, the rule by which it fails, when and by what
it was made, and a hash of all that: a file in which anything was changed afterwards is refused. A
registered file is never written again, and of several for one census only the first counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sim.answers.results import made_by
from sim.domain import evidence
from sim.domain.calendar import census_date
from sim.domain.files import FileFaultError, json_in
from sim.domain.given import shown
from sim.domain.headline import WORKFORCE
from sim.domain.kept_forecasts import QUANTILES
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import LONDON
from sim.ensemble.files import StoreError, write_text_atomically
from sim.ensemble.stamp import Rooms, stamp_of_this_code
from sim.studies.forecast.method.census_figures import LABELS, MEASURES
from sim.studies.forecast.method.next_census import NextCensus
from sim.studies.hindcast.method.baselines import STATE_SPACE
from sim.studies.hindcast.method.hindcast import MODEL
from sim.studies.hindcast.method.scoring import LEVELS

FORMAT = 1
HASH = "sha256"
DIGITS = 5
OWN_CODE = Rooms("studies/forecast/method", "studies/hindcast/method")
"""What makes a forecast of runs, baselines and scores."""


class Standing(StrEnum):
    """What a registration is worth."""

    COUNTS = "counts"
    LATER = "later"
    TRIAL = "trial"


class Rule(BaseModel):
    """When the forecast has failed: if any one of these holds of `measure`.

    London's published figure lies outside the central band of `london_band`; the share of boroughs
    within their band of `borough_band` is below `least_inside` or above `most_inside`; both the
    RMSE and the CRPS over boroughs are worse than those of `rival`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    measure: str = WORKFORCE
    london_band: float = 0.90
    borough_band: float = 0.90
    least_inside: float = 0.80
    most_inside: float = 0.98
    rival: str = STATE_SPACE


class Registered(BaseModel):
    """What a registered file says.

    Attributes:
        census, origin: days of the census that is forecast and of the last one known.
        registered: the day it was made.
        standing: whether it counts; `earlier` names the files it comes after, by hash.
        made_by: version, code, data, commit and machinery, as in a manifest.
        levels: of the quantiles.
        forecasts: by forecaster, measure and unit: quantiles, shares 0 to 1 or FTE, or None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    census: date
    origin: date
    registered: date
    standing: Standing
    earlier: dict[str, str]
    made_by: dict[str, Any]
    seed: int
    runs: int
    parameter_draws: str
    calibration: str
    scenario: dict[str, Any]
    measures: dict[str, str]
    units: tuple[str, ...]
    levels: tuple[float, ...]
    forecasts: dict[str, dict[str, dict[str, tuple[float, ...] | None]]]
    rule: Rule

    @model_validator(mode="after")
    def _is_whole(self) -> Registered:
        """Refuse a forecast with a forecaster, measure, unit or quantile missing.

        Raises:
            ValueError: naming the place.
        """
        if self.format != FORMAT:
            raise ValueError(f"key format: given {self.format}; allowed: {FORMAT}")
        if self.levels != QUANTILES:
            raise ValueError(f"key levels: given {shown(self.levels)}; allowed: {QUANTILES}")
        if self.rule.measure not in MEASURES or self.rule.borough_band not in LEVELS:
            raise ValueError(f"key rule: given {shown(self.rule)}; allowed: a rule of this version")
        for forecaster in {MODEL, self.rule.rival, *self.forecasts}:
            told = self.forecasts.get(forecaster, {})
            for measure in MEASURES:
                for unit in (*evidence.scored_employers(), LONDON):
                    values = told.get(measure, {}).get(unit, ())
                    if values is None and forecaster != MODEL:
                        continue
                    if values is None or len(values) != len(QUANTILES):
                        raise ValueError(
                            f"key forecasts.{forecaster}.{measure}.{unit}: given {shown(values)}; "
                            f"allowed: {len(QUANTILES)} numbers"
                        )
        return self

    @property
    def year(self) -> int:
        """The census year that is forecast."""
        return self.census.year

    def quantiles(self, forecaster: str, measure: str, units: Sequence[str]) -> FloatArray:
        """Return (quantile, unit), NaN where the forecaster says nothing."""
        nothing = (np.nan,) * len(self.levels)
        told = self.forecasts[forecaster][measure]
        rows = [nothing if (known := told.get(unit)) is None else known for unit in units]
        return np.array(rows, float).T


# Making one


def register(
    forecast: NextCensus,
    folder: Path,
    today: date,
    *,
    again: bool = False,
    readable: Callable[[Registered, str, Path], str] | None = None,
) -> tuple[Registered, str, list[Path]]:
    """Write a forecast down, and return what was written, its hash, and where it lies.

    Args:
        forecast: made by `forecast_next`.
        folder: of the registered forecasts; it is made where there is none.
        today: the day of registration.
        again: register beside an earlier one; the new one says that it does not count.
        readable: turns what is registered, its hash and its path into a text for people.

    Raises:
        StoreError: one for the same census is there, and `again` is not given.
    """
    earlier = check_is_first(folder, forecast.year, again=again)
    content = registered(forecast, today, earlier)
    whole = sealed(content)
    folder.mkdir(parents=True, exist_ok=True)
    path = _claimed(folder, content)
    try:
        write_text_atomically(path, laid_out(whole))
    except BaseException:
        path.unlink()  # only its name had been taken
        raise
    files = [path]
    if readable is not None:
        files.append(path.with_suffix(".md"))
        write_text_atomically(files[-1], readable(content, whole[HASH], path))
    return content, whole[HASH], files


def check_is_first(folder: Path, year: int, *, again: bool) -> dict[str, str]:
    """Return the files that are registered for a census already, each with its hash.

    Raises:
        StoreError: there is one and `again` is not given, or the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder}: is a file, where a folder is expected")
    found = sorted(folder.glob(f"{census_date(year)}-registered-*.json"))
    if found and not again:
        raise StoreError(
            f"{found[0]}: the census of {year} has a registered forecast, and the first is the one "
            "that counts; allowed: --again, for a later one that does not"
        )
    return {path.name: hash_in(path) for path in found}


def hash_in(path: Path) -> str:
    """Return the hash a registered file names; empty where it names none."""
    try:
        return str(json_in(path).get(HASH, ""))
    except (ValueError, AttributeError):
        return ""


def registered(forecast: NextCensus, today: date, earlier: Mapping[str, str]) -> Registered:
    """Return what is written down of a forecast."""
    if forecast.year in evidence.census_years():
        standing = Standing.TRIAL
    else:
        standing = Standing.LATER if earlier else Standing.COUNTS
    told = {
        name: {
            measure: {
                unit: _rounded(bands[measure][:, place])
                for place, unit in enumerate(forecast.units)
            }
            for measure in MEASURES
        }
        for name, bands in forecast.bands.items()
    }
    return Registered(
        format=FORMAT,
        census=census_date(forecast.year),
        origin=census_date(forecast.origin),
        registered=today,
        standing=standing,
        earlier=dict(earlier),
        made_by=made_by(stamp_of_this_code(OWN_CODE)),
        seed=forecast.seed,
        runs=forecast.runs,
        parameter_draws=forecast.draws.key,
        calibration=forecast.draws.calibration,
        scenario=forecast.scenario.model_dump(mode="json"),
        measures=LABELS,
        units=forecast.units,
        levels=QUANTILES,
        forecasts=told,
        rule=Rule(),
    )


def _rounded(values: FloatArray) -> tuple[float, ...] | None:
    if not np.isfinite(values).all():
        return None
    return tuple(float(f"{value:.{DIGITS}g}") for value in values)


def _claimed(folder: Path, content: Registered) -> Path:
    """Return a new file's path, which nobody else can have taken."""
    stem = f"{content.census}-registered-{content.registered}"
    for nth in range(1, 1000):
        path = folder / (f"{stem}.json" if nth == 1 else f"{stem}-{nth}.json")
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        return path
    raise StoreError(f"{folder}: has a thousand forecasts of one day")


def sealed(content: Registered) -> dict[str, Any]:
    """Return what is registered as JSON has it, with the hash of all the rest."""
    plain = content.model_dump(mode="json")
    return {**plain, HASH: hash_of(plain)}


def hash_of(plain: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a registered file's content, its hash left out.

    It is taken of JSON in UTF-8 with sorted keys, no spaces and nothing escaped that need not be,
    so it does not depend on how a file is laid out.
    """
    rest = {key: value for key, value in plain.items() if key != HASH}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def laid_out(whole: Mapping[str, Any]) -> str:
    """Return a registered file's text, a line for each row of numbers."""
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    return re.sub(r"\[\s+([-\d.e,\s]+?)\s+\]", _on_one_line, text) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return f"[{' '.join(found[1].split())}]"


# Reading one


def read_registered(path: Path) -> tuple[Registered, str]:
    """Return what a registered file says, and its hash.

    Raises:
        StoreError: it cannot be read, is no such file, or does not fit its hash.
    """
    try:
        plain = json_in(path)
    except FileFaultError as fault:
        raise StoreError(f"{path}: {fault}; allowed: a registered forecast") from None
    if not isinstance(plain, dict) or HASH not in plain:
        raise StoreError(f"{path}, key {HASH}: is missing; allowed: a registered forecast")
    try:
        found = hash_of(plain)
    except (ValueError, RecursionError):
        found = "none"  # a surrogate alone, or lists without end: nothing this code writes
    if found != plain[HASH]:
        raise StoreError(
            f"{path}, key {HASH}: given {shown(plain[HASH])}; allowed: {found}, the hash of what "
            "it says: the file was changed after it was registered"
        )
    try:
        content = Registered.model_validate({k: v for k, v in plain.items() if k != HASH})
    except ValidationError as fault:
        raise StoreError(f"{path}, {_told(fault)}") from None
    return content, found


def _told(fault: ValidationError) -> str:
    """Return the first fault in a file's content, as one sentence."""
    one = fault.errors()[0]
    place = ".".join(str(part) for part in one["loc"])
    if not place:
        return str(one["msg"]).removeprefix("Value error, ")
    return f"key {place}: given {shown(one['input'])}; allowed: {one['msg']}"


def forecasters(content: Registered) -> list[str]:
    """Return the forecasters of a registered file, the model first."""
    return [MODEL, *(name for name in content.forecasts if name != MODEL)]
