"""Seeded baselines: a few numbers of three scenarios, written down so that a change is seen.

    python -m tests.rewrite_baselines

works them out again, prints every number that moved, and rewrites `tests/baselines`. Say in
the commit why they moved.
"""

from __future__ import annotations

import json
from pathlib import Path

from sim.domain.headline import HEADLINE
from sim.market.model import LondonMarket

COMMAND = "python -m tests.rewrite_baselines"
FOLDER = Path(__file__).parent / "baselines"
SCENARIOS = ("baseline", "no-cap", "vicious-circle")
MONTHS = (0, 12, 60)
OUTCOMES = (*HEADLINE, "posts_fte", "permanent_fte", "agency_fte", "unfilled_fte", "bench_fte")
SEED = 1
RELATIVE = 1e-9
"""How close numbers must be: exact in one pinned environment, nearly so on another platform."""

Numbers = dict[str, dict[str, float]]


def worked_out(scenario: str) -> Numbers:
    """Return London's numbers by month and outcome, with default parameters and seed 1."""
    market = LondonMarket(scenario, rng=SEED, years=max(MONTHS) // 12)
    found = {}
    for month in MONTHS:
        while market.month < month:
            market.step()
        found[f"month {month}"] = {name: market.outcome(name) for name in OUTCOMES}
    market.release()
    return found


def path_of(scenario: str) -> Path:
    """Return where a scenario's numbers are kept."""
    return FOLDER / f"{scenario}.json"


def written_down(scenario: str) -> Numbers:
    """Return the numbers that are kept, or none if there is no file yet."""
    path = path_of(scenario)
    kept: Numbers = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return kept


def differences(old: Numbers, new: Numbers) -> list[str]:
    """Return a sentence for every number that moved, came or went."""
    said = []
    for month in dict.fromkeys((*old, *new)):
        before, after = old.get(month, {}), new.get(month, {})
        for name in dict.fromkeys((*before, *after)):
            one, other = before.get(name), after.get(name)
            if one is None or other is None:
                said.append(f"{month}, {name}: {_shown(one)} -> {_shown(other)}")
            elif abs(one - other) > RELATIVE * max(abs(one), abs(other)):
                change = f" ({other / one - 1:+.3%})" if one else ""
                said.append(f"{month}, {name}: {_shown(one)} -> {_shown(other)}{change}")
    return said


def _shown(number: float | None) -> str:
    return "none" if number is None else f"{number:.10g}"


def main() -> None:
    """Rewrite the baselines and say what moved."""
    FOLDER.mkdir(exist_ok=True)
    for scenario in SCENARIOS:
        new = worked_out(scenario)
        moved = differences(written_down(scenario), new)
        path_of(scenario).write_text(json.dumps(new, indent=2) + "\n", encoding="utf-8")
        print(f"{scenario}: {len(moved)} numbers moved" if moved else f"{scenario}: unchanged")
        for sentence in moved:
            print(f"  {sentence}")


if __name__ == "__main__":
    main()
