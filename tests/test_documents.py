"""The written model is what the code says."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from pathlib import Path
from types import ModuleType

from sim.domain.parameters import Parameters
from sim.market.model import MONTH
from tests.interfaces.command import permanence

ROOT = Path(__file__).parent.parent


def tool(name: str = "document") -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
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


def test_the_readmes_tables_are_those_that_commands_computed() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert tool("readme").filled(text) == text, "run `python tools/readme.py`"


def test_no_table_of_numbers_in_the_readme_is_typed_by_hand() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in tool("readme").MADE:
        begins, ends = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, rest = text.split(begins)
        made, after = rest.split(ends)
        assert len(made.strip().splitlines()) > 3, name
        text = before + after
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert [row for row in rows if row != "|---|---|" and "`" not in row] == [
        "| question | command |"
    ]


def test_the_readmes_timeline_is_what_the_command_prints(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    between = text.split("<!-- timeline -->")[1].split("<!-- end of timeline -->")[0]
    written, said = re.findall(r"```(?:toml)?\n(.*?)```", between, re.DOTALL)
    assert len(written.splitlines()) < 12
    path = tmp_path / "my-cap.toml"
    path.write_text(written, encoding="utf-8")
    assert permanence("scenario", "check", str(path)).out.splitlines()[1:] == said.splitlines()


# Decisions

TITLE = re.compile(r"^## (\d+)\. (\S.*)$", re.MULTILINE)
STATUS = re.compile(
    r"(\d{4}-\d\d-\d\d), (?:in force(?:, (?:narrowed|widened) by (\d+))?|replaced by (\d+))"
)


def decisions() -> list[tuple[int, list[str]]]:
    """Return every entry's number and the lines below its title."""
    text = (ROOT / "DECISIONS.md").read_text(encoding="utf-8").split("\n## Dependencies\n")[0]
    _, *parts = TITLE.split(text)
    return [
        (int(number), body.strip().splitlines())
        for number, body in zip(parts[::3], parts[2::3], strict=True)
    ]


def test_decisions_run_on_and_each_has_a_date_a_status_context_choice_and_cost() -> None:
    found = decisions()
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    days = []
    for number, (status, *lines) in found:
        match = STATUS.fullmatch(status)
        assert match is not None, f"{number}: {status}"
        days.append(date.fromisoformat(match[1]))
        later = match[2] or match[3]
        assert later is None or number < int(later) <= len(found), number
        parts = [line.split(":")[0] for line in lines if line.startswith(("Con", "Cho", "Cos"))]
        assert parts == ["Context", "Choice", "Cost"], number
        assert lines[0].startswith("Context: "), number
        assert any(line.startswith("Cost: ") for line in lines), number
    assert days == sorted(days)
