"""Write docs/questions.md: what analysts ask, each as a scenario file and what it says back.

python tools/questions.py
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

from sim.scenario import load_scenario
from sim.words.timeline import timeline

DOCS = Path(__file__).resolve().parent.parent / "docs"
FOLDER, PAGE = DOCS / "questions", DOCS / "questions.md"
WIDTH = 96
HEADING = """# Questions analysts ask, each as a scenario file

Every file below extends a shipped scenario, keeps its past, and changes what comes after. Under
each stands what `permanence scenario check` says of it. Set one beside what it extends:
`permanence compare baseline docs/questions/01-a-lower-cap-from-2027.toml`.

Levels and strengths in these files are examples, not estimates. What a cap or the tax change does
is not identified by the data: it follows from stated assumptions, which every table names.
"""


def files() -> list[Path]:
    """Return the questions' files, in order."""
    return sorted(FOLDER.glob("*.toml"))


def page() -> str:
    """Return the whole text."""
    return "\n".join([HEADING, *(line for path in files() for line in _question(path))])


def _question(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    told = tomllib.loads(text)
    place = int(path.stem.split("-")[0])
    yield f"## {place}. {told['title']}\n"
    yield f"{told['why']}\n"
    yield f"`{path.relative_to(DOCS.parent).as_posix()}`\n"
    kept = [line for line in text.splitlines() if not line.startswith(("title", "why"))]
    yield "```toml\n" + "\n".join(kept).strip() + "\n```\n"
    wrapped = [textwrap.fill(one, WIDTH, subsequent_indent="  ") for one in _said(path)]
    yield "```text\n" + "\n".join(wrapped) + "\n```\n"


def _said(path: Path) -> list[str]:
    return timeline(load_scenario(path))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
