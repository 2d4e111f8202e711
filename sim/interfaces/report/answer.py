"""Any saved answer on a page: findings first, then tables and charts, then what it rests on."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from sim.answers.answer import Answer
from sim.interfaces.report.html import (
    Section,
    bullets,
    document,
    figure,
    paragraph,
    table,
)
from sim.studies.saved import content_of, opened

SIMULATION = "A simulation, not a forecast and not an official statistic."


def answer_page(folder: Path) -> str:
    """Return the page of the answer that a folder holds.

    Raises:
        StoreError: no answer lies there, or it has changed since it was written.
    """
    answer, content = opened(folder), content_of(folder)
    title = answer.heading[0] if answer.heading else answer.printed[0].title.splitlines()[0]
    findings = "".join(paragraph(one) for one in answer.findings)
    return document(
        title,
        f"{answer.study}: {answer.about}",
        f'<div class="finding">\n{findings}</div>\n',
        list(_sections(answer, content, folder)),
        json.dumps(content["asked"], ensure_ascii=False).replace("<", "\\u003c"),
        paragraph(f"Permanence {content['package']}. {SIMULATION}"),
    )


def _sections(answer: Answer, content: Mapping[str, Any], folder: Path) -> Iterator[Section]:
    tables = "".join(
        table(_line(one.title), [_line(name) for name in one.header], one.rows) + bullets(one.notes)
        for one in answer.printed
    )
    yield Section("tables", "Tables", tables)
    if content["charts"]:
        drawn = (_picture(folder / name, words) for name, words in content["charts"].items())
        yield Section("charts", "Charts", "".join(drawn))
    yield Section("rests-on", "What this rests on", bullets(answer.notes))


def _line(text: str) -> str:
    return text.replace("-\n", "").replace("\n", " ")


def _picture(path: Path, words: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return figure(f'<img alt="{escape(words, quote=True)}" src="data:image/png;base64,{data}">')
