"""The written model is what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from sim.domain.parameters import Parameters
from sim.market.model import MONTH

ROOT = Path(__file__).parent.parent


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("document", ROOT / "tools" / "document.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_docs_model_has_not_drifted_from_the_code() -> None:
    written = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    assert written == tool().document(), "run `make docs` and read what changed"


def test_the_document_names_every_phase_and_every_parameter() -> None:
    text = tool().document()
    for phase in MONTH:
        assert f"`{phase.__name__}`" in text
    for name in Parameters.model_fields:
        assert f"| `{name}` |" in text


def test_every_phase_and_equation_says_something() -> None:
    lines = [line for line in tool().document().splitlines() if line.startswith(("- `", "1"))]
    assert all(len(line.split(": ", 1)[-1]) > 20 for line in lines)
