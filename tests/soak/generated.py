"""Odd inputs by the thousand, each from a seed: files, options, values."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.scenario import Scenario, scenario_names

LONG = ("9" * 400, "9" * 5_000, "a" * 255, "a" * 5_000)
NASTY = (
    *(
        "",
        " ",
        "\t",
        "\n",
        "\x00",
        "\x07",
        "\x1b[31mred",
        "\u202e",
        "\ufeff",
        "é",
        "日本",
        "½",
        "£40",
    ),
    *[
        "$",
        "$x_1^{",
        "\\frac",
        "'",
        '"',
        "[",
        "]",
        "[x",
        "{",
        "}",
        "=",
        "=1+1",
        "#",
        "\\",
        "/",
        "..",
        "-",
        "--",
        "%s",
        "%",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "-0",
        "0x10",
    ],
    *[
        "1_000",
        "true",
        "null",
        "None",
        "[]",
        "{}",
        "1979-05-27",
        "2026-04-01",
        "9999-12-31",
        "0001-01-01",
        "2024-02-30",
    ],
    *["07:32:00", "1711929600", "3.5", "1", "0", "-1", "2", "100%"],
    *LONG,
)
"""Words that have been the end of other programs."""
VALUES = (
    *[
        "true",
        "false",
        "nan",
        "inf",
        "-inf",
        "0",
        "-1",
        "1",
        "1e308",
        "0.5",
        "[]",
        "{}",
        "[1,2]",
        "0.1e-400",
        "07:32:00",
        "1711929600",
    ],
    *['""', '"London"', '"$x^{"', '"\\u001b[2J"', '["Bexley","Bexley"]', "2026-04-01T10:00:00"],
    *["2026-04-01", "1900-01-01", "2150-01-01", "{count=99}", "{except=[1]}", "{a={b=1}}"],
    *("[" * 40 + "]" * 40, "9" * 30, "9" * 4_400, "[{start=2026-04-01}]"),
)
COMMANDS = [
    "run",
    "compare",
    "sweep",
    "tip",
    "circle",
    "coalition",
    "take-home",
    "story",
    "loops",
    "hindcast",
    "effects",
    "money",
    "describe",
    "store",
    "report",
    "verify",
    "scenario",
]
FLAGS = [
    "--runs",
    "--seed",
    "--years",
    "--jobs",
    "--parameters",
    "--borough",
    "--out",
    "--set",
    "--structure",
    "--borough-data",
    "--over",
    "--charge-rate",
    "--origin",
    "--json",
]


@dataclass(frozen=True)
class Case:
    """One thing to try: files to lay out, and a command."""

    name: str
    files: dict[str, bytes]
    typed: tuple[str, ...]


def keys() -> list[str]:
    """Return the dotted names of all that a scenario has."""

    def below(group: Any, before: str) -> list[str]:
        found = []
        for name, field in group.model_fields.items():
            found.append(before + name)
            if hasattr(field.annotation, "model_fields"):
                found += below(field.annotation, f"{before}{name}.")
        return found

    return below(Scenario, "")


def a_word(luck: random.Random) -> str:
    word = luck.choice(NASTY)
    return word if luck.random() < 0.6 else word + luck.choice(NASTY)


def a_key(luck: random.Random, known: Sequence[str]) -> str:
    if luck.random() < 0.75:
        return luck.choice(known)
    return f"{luck.choice(known)}.{json.dumps(a_word(luck))}"


def mangled(content: bytes, luck: random.Random) -> bytes:
    """Return bytes with something done to them that happens to files."""
    ways: list[Callable[[bytes], bytes]] = [
        lambda one: one,
        lambda one: one,
        lambda one: one.replace(b"\n", b"\r\n"),
        lambda one: b"\xef\xbb\xbf" + one,
        lambda one: one.decode("utf-8", "replace").encode("utf-16"),
        lambda one: one[: luck.randrange(len(one) + 1)],
        lambda one: one * luck.randrange(3),
        lambda one: one + bytes([luck.randrange(256)]),
        lambda one: bytes(sign ^ (luck.random() < 0.01) for sign in one),
    ]
    return luck.choice(ways)(content)


def scenario_text(luck: random.Random, known: Sequence[str]) -> bytes:
    lines = []
    if luck.random() < 0.7:
        lines.append(f'extends = "{luck.choice(scenario_names())}"')
    if luck.random() < 0.3:
        lines.append(f"title = {json.dumps(a_word(luck))}")
    for _ in range(luck.randrange(4)):
        value = luck.choice(VALUES) if luck.random() < 0.7 else json.dumps(a_word(luck))
        lines.append(f"{a_key(luck, known)} = {value}")
    return mangled("\n".join(lines).encode("utf-8", "replace") + b"\n", luck)


def a_scenario(luck: random.Random, known: Sequence[str]) -> Case:
    typed = luck.choice((("scenario", "check"), ("scenario", "show"), ("run",)))
    return Case("scenario", {"own.toml": scenario_text(luck, known)}, (*typed, "own.toml"))


def figures(luck: random.Random, known: Sequence[str]) -> Case:
    names = ("Bexley", "E09000004", "Kingston upon Thames", "Paris", "London", a_word(luck))
    fields = ("posts_fte", "permanent_fte", "agency_fte", "salary_mid_scale", a_word(luck))
    lines = []
    for _ in range(luck.randrange(4)):
        lines.append(f"[{json.dumps(luck.choice(names))}]")
        for _ in range(luck.randrange(3)):
            value = luck.choice(VALUES) if luck.random() < 0.5 else str(luck.randrange(400))
            lines.append(f"{json.dumps(luck.choice(fields))} = {value}")
    content = mangled("\n".join(lines).encode("utf-8", "replace"), luck)
    return Case("figures", {"own.toml": content}, ("borough-data", "check", "own.toml"))


def setting(luck: random.Random, known: Sequence[str]) -> Case:
    value = luck.choice(VALUES) if luck.random() < 0.6 else a_word(luck)
    glue = "=" if luck.random() < 0.9 else a_word(luck)
    typed = ("--set", f"{a_key(luck, known)}{glue}{value}")
    return Case("setting", {}, ("run", luck.choice(scenario_names()), *typed))


def options(luck: random.Random, known: Sequence[str]) -> Case:
    words = [a_word(luck)]
    for _ in range(luck.randrange(1, 4)):
        words += [luck.choice(FLAGS), a_word(luck)]
    return Case("options", {}, (luck.choice(COMMANDS), *words, "--runs", "none"))


def posterior(luck: random.Random, known: Sequence[str]) -> Case:
    columns = ["hiring", "bid_trigger", "bid_speed", "sector_exit_per_year", a_word(luck)]
    luck.shuffle(columns)
    rows = [columns[: luck.randrange(1, 6)]]
    for _ in range(luck.randrange(12)):
        rows.append(["responsive", "unfilled", *(a_word(luck) for _ in range(luck.randrange(4)))])
    content = mangled("\n".join(",".join(row) for row in rows).encode("utf-8", "replace"), luck)
    typed = ("run", "baseline", "--parameters", "own.csv")
    return Case("posterior", {"own.csv": content}, typed)


def manifest(luck: random.Random, known: Sequence[str]) -> Case:
    told: Any = {"fingerprint": a_word(luck), "complete": True, "digest": a_word(luck)}
    for name in ("seed", "runs", "years", "scenario", "package", "code", "data", "command"):
        told[name] = luck.choice([1, 10**9, -1, 0.5, True, None, [], {}, "1", a_word(luck)])
    content = mangled(json.dumps(told).encode(), luck)
    typed = luck.choice((("verify",), ("report",), ("store", "list")))
    return Case("manifest", {"held/manifest.json": content}, (*typed, "held"))


def page(luck: random.Random, known: Sequence[str]) -> Case:
    head = '<script type="application/json" id="manifest">'
    told = luck.choice(
        [json.dumps({"kind": "permanence report", "digest": a_word(luck)}), a_word(luck)]
    )
    content = mangled(f"<html>{head}{told}</script>".encode("utf-8", "replace"), luck)
    return Case("page", {"page.html": content}, ("verify", "page.html"))


KINDS = (a_scenario, figures, setting, options, posterior, manifest, page)


def cases(count: int, seed: int) -> list[Case]:
    """Return so many cases, each from its own number."""
    known = keys()
    return [
        KINDS[place % len(KINDS)](random.Random(f"{seed} {place}"), known) for place in range(count)
    ]


def laid_out(case: Case, folder: Path) -> None:
    """Write a case's files."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
