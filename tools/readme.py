"""Fill the README's tables from what commands computed.

python tools/readme.py            put the tables of docs/tables into the README
python tools/readme.py compute    some minutes: run circle and tipping search anew, then fill
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from sim.domain.headline import SHARES
from sim.domain.vocabulary import (
    HIRING_LABELS,
    BidTrigger,
    HiringStructure,
)
from sim.studies.circle.words import variant_name
from sim.words.captions import WAY_OF_HIRING

ROOT = Path(__file__).resolve().parent.parent
README, DOCS = ROOT / "README.md", ROOT / "docs"
TABLES = DOCS / "tables"
TIP = ("tip", "baseline", "--lever", "levers.cap.charge_rate_per_hour")
CIRCLE = ("circle", "--runs", "100")
BIDS_ON = {BidTrigger.UNFILLED: "unfilled posts", BidTrigger.VACANCIES: "vacancies"}
TRIGGERS = (BidTrigger.VACANCIES, BidTrigger.UNFILLED)


def read(path: Path) -> list[dict[str, str]]:
    """Return a table's rows."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percent(share: str) -> str:
    """Return a share as the README writes it."""
    return f"{100 * float(share):.1f} %"


def scores(origin: str = "2021") -> str:
    """Return the scores of the hindcast from a census, all years together."""
    name = "hindcast-scores.csv" if origin == "2021" else f"hindcast-scores-{origin}.csv"
    rows = [
        row for row in read(DOCS / name) if row["measure"] == SHARES[0] and row["origin"] == origin
    ]
    rows = [row for row in rows if row["years"] == rows[0]["years"]]
    heads = (
        f"boroughs {rows[0]['years']} from {origin}, permanent share of the workforce",
        "RMSE, points", "CRPS, points", "interval score", "90 % band holds",
    )  # fmt: skip
    return table(
        heads,
        (
            (
                row["forecaster"],
                f"{float(row['rmse']):.1f}",
                f"{float(row['crps']):.2f}",
                f"{float(row['interval_score_90']):.0f}",
                f"{100 * float(row['coverage_90']):.0f} %",
            )
            for row in rows
        ),
    )


def circle() -> str:
    """Return in how many draws the circle closes, as it stands and with each link cut."""
    rows = read(TABLES / "circle.csv")
    closed = {(row["variant"], row["bid_trigger"]): float(row["both_rise_share"]) for row in rows}
    names = dict.fromkeys(row["variant"] for row in rows)

    def told(variant: str, trigger: BidTrigger) -> str:
        share = closed.get((variant, trigger.value))
        return "" if share is None else f"{100 * share:.0f} %"

    return table(
        ("", *(f"boroughs bid on {BIDS_ON[one]}" for one in TRIGGERS)),
        ((variant_name(name), *(told(name, one) for one in TRIGGERS)) for name in names),
    )


def tip() -> str:
    """Return the best level of a cap that the tipping search found, by structure of hiring."""
    return table(
        (
            WAY_OF_HIRING,
            "best level",
            "chance of 90 %",
            "share of workforce",
            "share of posts",
            "unfilled",
        ),
        (
            (
                HIRING_LABELS[HiringStructure(row["hiring"])],
                f"£{float(row['level']):.2f}",
                f"{100 * float(row['chance']):.0f} %",
                *(percent(row[name]) for name in SHARES),
            )
            for row in read(TABLES / "tip.csv")
        ),
    )


MADE: dict[str, Callable[[], str]] = {
    "scores": scores,
    "scores-2023": partial(scores, "2023"),
    "circle": circle,
    "tip": tip,
}


def filled(text: str) -> str:
    """Return the README with every table as it is computed."""
    for name, made in MADE.items():
        begins, ends = f"<!-- {name} -->", f"<!-- end of {name} -->"
        between = re.compile(f"{re.escape(begins)}\n.*?{re.escape(ends)}", re.DOTALL)
        if between.search(text) is None:
            raise SystemExit(f"README.md: {begins} and {ends} are missing")
        block = f"{begins}\n{made()}\n{ends}"
        text = between.sub(lambda _, block=block: block, text)
    return text


def compute() -> None:
    """Run the commands that the tables rest on, and keep what the README needs of them."""
    TABLES.mkdir(exist_ok=True)
    kept = ("hiring", "bid_trigger", "variant", "draws", "both_rise_share")
    _write("circle", kept, answer(CIRCLE)["rows"])
    rows = [
        {"hiring": one["hiring"], "bid_trigger": one["bid_trigger"]} | _best(one["best"])
        for one in answer(TIP)["structures"]
    ]
    _write("tip", tuple(rows[0]), rows)


def _best(found: dict[str, Any]) -> dict[str, Any]:
    level = {name: found[name] for name in ("level", "runs", "chance")}
    return level | {name: found["shares"][name]["q50"] for name in SHARES}


def answer(command: Iterable[str]) -> Any:
    """Return what a command tells as JSON."""
    ran = [sys.executable, "-m", "sim", *command, "--quiet", "--json"]
    return json.loads(subprocess.run(ran, check=True, capture_output=True, cwd=ROOT).stdout)


def _write(name: str, columns: Iterable[str], rows: Iterable[dict[str, Any]]) -> None:
    with (TABLES / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(columns), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    if sys.argv[1:] == ["compute"]:
        compute()
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {README}")
