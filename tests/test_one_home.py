"""One home for every fact: no layer above the rules writes a lever's label, range or default."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.domain.quantities import Declaration, declarations
from sim.rules.levers import Levers

SOURCE = Path(__file__).resolve().parent.parent / "sim"
ABOVE = ("interfaces", "charts", "words", "terminal")
FILES = sorted(
    [
        *(SOURCE / "market").glob("*.py"),
        *(path for room in ABOVE for path in (SOURCE / room).rglob("*.py")),
        *(path for path in (SOURCE / "studies").rglob("*.py") if "method" not in str(path)),
    ]
)
GRID = SOURCE / "interfaces" / "page" / "grid.py"
NOT_DRAWING = [path for path in FILES if path != GRID and "charts" not in str(path)]
"""Charts are full of numbers that are places on paper, the page's file of steps of its grid."""
WORDS_ENOUGH = 4
NUMBERS_ANYBODY_USES = {0, 1, 2, 3, 5, 6, 10, 12, 20, 24, 50, 100, 0.1, 0.2, 0.5}


def levers() -> Iterator[Declaration]:
    for field in Levers.model_fields.values():
        yield from declarations(field.annotation).values()  # type: ignore[arg-type]


def literals(path: Path, kind: type) -> set[object]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) is kind
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_label_of_a_lever_is_written_again(path: Path) -> None:
    long = {one.label for one in levers() if len(one.label.split()) >= WORDS_ENOUGH}
    assert len(long) > 25
    text = path.read_text("utf-8")
    assert [label for label in long if label in text] == []


@pytest.mark.parametrize("path", NOT_DRAWING, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_default_or_end_of_a_range_of_a_lever_is_written_again(path: Path) -> None:
    told: set[float] = set()
    for one in levers():
        told |= set(one.allowed or ())
        if isinstance(one.default, int | float) and not isinstance(one.default, bool):
            told.add(float(one.default))
    told -= NUMBERS_ANYBODY_USES
    assert 17.0 in told
    found = literals(path, float) | literals(path, int)
    assert sorted(told & {float(number) for number in found}) == []  # type: ignore[arg-type]
