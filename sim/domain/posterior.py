"""The posterior: draws of parameters under which the model comes close to London's record.

A table has equally weighted draws of each rival structure (a pair of hiring and bid trigger), one
a row. The one that ships was written by `permanence calibrate`; a user's own has the same form.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib import resources
from pathlib import Path

import numpy as np

from sim.domain.evidence import EvidenceError
from sim.domain.files import MOST_TABLE_BYTES, FileFaultError, content_of
from sim.domain.given import shortened, shown, text_of
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.randomness import FloatArray
from sim.domain.vocabulary import BidTrigger, HiringStructure

POSTERIOR_TABLE = "posterior.csv"
STRUCTURE_COLUMNS = ("hiring", "bid_trigger")
FEWEST_DRAWS = 10

StructureKey = tuple[HiringStructure, BidTrigger]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws by structure.

    Attributes:
        name: of the file they come from.
        digest: a short hash of its content.
        tables: by structure, then by parameter, (draw,).
    """

    name: str
    digest: str
    tables: Mapping[StructureKey, Mapping[str, FloatArray]]

    def draws_of(self, structure: StructureKey) -> Mapping[str, FloatArray]:
        """Return the draws of one structure, by parameter, (draw,).

        Raises:
            EvidenceError: the table has none.
        """
        if structure not in self.tables:
            known = "; ".join(" with ".join(pair) for pair in self.tables)
            raise EvidenceError(
                f"{self.name}: no draws of {' with '.join(structure)}; allowed: {known}"
            )
        return self.tables[structure]

    def middle(self, structure: StructureKey) -> int:
        """Return the draw nearest to the median of all in every parameter at once.

        Medians taken one by one need not fit the record together; a draw does.
        """
        columns = np.stack(list(self.draws_of(structure).values()), axis=1)
        spread = np.maximum(columns.std(axis=0), 1e-12)
        apart = (columns - np.median(columns, axis=0)) / spread
        return int(np.argmin((apart**2).sum(axis=1)))


@cache
def shipped_posterior() -> Posterior:
    """Return the posterior that ships with the package."""
    return parse_posterior(
        POSTERIOR_TABLE, resources.files("sim.data").joinpath(POSTERIOR_TABLE).read_bytes()
    )


@cache
def read_posterior(path: Path, digest: str = "") -> Posterior:
    """Return the posterior in a file; `digest` only tells contents apart that it had at times.

    Raises:
        EvidenceError: unreadable, or not such a table.
    """
    try:
        content = content_of(path, MOST_TABLE_BYTES)
    except FileFaultError as fault:
        raise EvidenceError(f"{path}: {fault}") from None
    found = parse_posterior(str(path), content)
    if digest and found.digest != digest:
        raise EvidenceError(f"{path}: has changed since the command began")
    return found


def parse_posterior(name: str, content: bytes) -> Posterior:
    """Return the posterior in a table's bytes.

    Raises:
        EvidenceError: an unknown column or structure, a value that is not allowed, or too few
            draws; the message says where.
    """
    try:
        reader = csv.reader(io.StringIO(text_of(content), newline=""))
        header = next(reader, [])
        rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise EvidenceError(f"{name}: is not a table of text in UTF-8") from None
    known = {n: d for n, d in declarations(Parameters).items() if d.prior is not None}
    if tuple(header[:2]) != STRUCTURE_COLUMNS or not set(header[2:]) <= set(known):
        odd = [column for column in header if column not in (*STRUCTURE_COLUMNS, *known)]
        told = shortened(", ".join(odd or header[:2])) or "none"
        raise EvidenceError(
            f"{name}, line 1: found columns {told}; allowed: {', '.join(STRUCTURE_COLUMNS)}, then "
            "uncertain parameters"
        )
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice or len(header) == len(STRUCTURE_COLUMNS):
        told = f"column {twice[0]} twice" if twice else "no parameter"
        raise EvidenceError(
            f"{name}, line 1: found {told}; allowed: {', '.join(STRUCTURE_COLUMNS)}, then "
            "uncertain parameters, each once"
        )
    drawn: dict[StructureKey, list[dict[str, float]]] = {}
    for line, row in rows:
        if len(row) != len(header):
            raise EvidenceError(
                f"{name}, line {line}: found {len(row)} cells, allowed: {len(header)}"
            )
        cells = dict(zip(header, row, strict=True))
        key = _structure(name, line, cells)
        drawn.setdefault(key, []).append(
            {n: _value(name, line, n, cells[n], known[n].allowed) for n in header[2:] if cells[n]}
        )
    return Posterior(name, blake2b(content, digest_size=8).hexdigest(), _as_tables(name, drawn))


def _structure(name: str, line: int, cells: Mapping[str, str]) -> StructureKey:
    try:
        return HiringStructure(cells["hiring"]), BidTrigger(cells["bid_trigger"])
    except ValueError:
        raise EvidenceError(
            f"{name}, line {line}, columns hiring and bid_trigger: found "
            f"{shown(cells['hiring'])} and {shown(cells['bid_trigger'])}, allowed: "
            f"{', '.join(HiringStructure)}; and {', '.join(BidTrigger)}"
        ) from None


def _value(
    name: str, line: int, column: str, cell: str, allowed: tuple[float, float] | None
) -> float:
    low, high = allowed if allowed is not None else (-np.inf, np.inf)
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise EvidenceError(
            f"{name}, line {line}, column {column}: found {shown(cell)}, allowed: a number from "
            f"{low:g} to {high:g}"
        )
    return value


def _as_tables(
    name: str, drawn: Mapping[StructureKey, list[dict[str, float]]]
) -> dict[StructureKey, dict[str, FloatArray]]:
    if not drawn:
        raise EvidenceError(f"{name}: has no draws, allowed: {FEWEST_DRAWS} or more a structure")
    tables = {}
    for key, rows in drawn.items():
        if len(rows) < FEWEST_DRAWS or any(row.keys() != rows[0].keys() for row in rows):
            raise EvidenceError(
                f"{name}: {len(rows)} draws of {' with '.join(key)}, allowed: {FEWEST_DRAWS} or "
                "more, each with the same parameters"
            )
        tables[key] = {n: np.array([row[n] for row in rows]) for n in rows[0]}
    return tables
