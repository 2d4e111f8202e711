"""The page's files: from the package to the browser, or all in one file.

Modules of the page are plain JavaScript that import each other by name. In one file they stand in
one script, in the order in which they need each other, without their imports and exports; so no
two modules may declare the same name.
"""

from __future__ import annotations

import base64
import html
import json
import re
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from sim.interfaces.page.story import STATIC

INDEX, STYLES, FIRST_MODULE = "index.html", ("style.css", "stage.css"), "main.js"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
FACTS_PLACE, STYLE_PLACE, SCRIPT_PLACE = "<!--facts-->", "<!--style-->", "<!--script-->"
POLICY_PLACE = "<!--policy-->"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|let|class)", re.MULTILINE)


@cache
def text_of(name: str) -> str:
    """Return one of the page's files."""
    return resources.files(__package__).joinpath(STATIC, name).read_text("utf-8")


def modules() -> list[str]:
    """Return the page's modules, each after those it imports."""
    order: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"{name}: modules import each other in a circle")
        for needed in _IMPORT.findall(text_of(name)):
            visit(needed, (*above, name))
        if name not in order:
            order.append(name)

    visit(FIRST_MODULE, ())
    return order


def served(facts: dict[str, Any]) -> dict[str, tuple[str, bytes]]:
    """Return what a server hands out: type and bytes by path; nothing else is on it."""
    page = (
        text_of(INDEX)
        .replace(POLICY_PLACE, "")
        .replace(STYLE_PLACE, "".join(f'<link rel="stylesheet" href="/{one}">' for one in STYLES))
        .replace(SCRIPT_PLACE, f'<script type="module" src="/{FIRST_MODULE}"></script>')
        .replace(FACTS_PLACE, _data("facts", facts))
    )
    found = {"/": ("text/html; charset=utf-8", page.encode())}
    for name in (*STYLES, *modules()):
        ending = name[name.rindex(".") :]
        found[f"/{name}"] = (f"{TYPES[ending]}; charset=utf-8", text_of(name).encode())
    return found


def in_one_file(facts: dict[str, Any], embedded: dict[str, Any]) -> str:
    """Return the page as one HTML file with its answers in it, which asks nobody for anything."""
    style, script = "".join(map(text_of, STYLES)), "\n".join(_inlined(name) for name in modules())
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return (
        text_of(INDEX)
        .replace(POLICY_PLACE, meta)
        .replace(STYLE_PLACE, f"<style>{style}</style>")
        .replace(SCRIPT_PLACE, f'<script type="module">{script}</script>')
        .replace(FACTS_PLACE, _data("facts", facts) + _data("embedded", embedded))
    )


def _inlined(name: str) -> str:
    text = _EXPORT.sub("", _IMPORT.sub("", text_of(name)))
    if "</script" in text.lower():
        raise ValueError(f"{name}: a script in a page cannot hold its own end")
    return text


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"


def _data(name: str, content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c")  # data must not end the element it stands in
    return f'<script type="application/json" id="{html.escape(name)}">{safe}</script>'
