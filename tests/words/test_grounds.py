"""What is said of data, priors and learning: one measure, said alike wherever it is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.domain.learned import learned
from sim.domain.parameters import Parameters
from sim.domain.posterior import shipped_posterior
from sim.domain.quantities import declarations
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.interfaces.report.grounds import grounds_section
from sim.scenario import load_scenario
from sim.words.grounds import scenario_rests_on, taught

ROOT = Path(__file__).parents[2]
UNCERTAIN = [name for name, one in declarations(Parameters).items() if one.prior is not None]
COUNTS = re.compile(r"narrows (\d+) of them, .*; (\d+) only repeat ")


def counted(text: str) -> tuple[int, ...]:
    match = COUNTS.search(text)
    assert match is not None, text
    known, targets = map(int, match.groups())
    return known, targets


def test_what_is_said_to_be_learned_is_measured_on_the_draws_and_adds_up() -> None:
    said = counted(taught(UNCERTAIN, Draws.POSTERIOR))
    found = learned(shipped_posterior())
    assert said == (len(found.learned), len(found.targets))
    assert sum(map(len, found)) == len(UNCERTAIN)
    assert counted(scenario_rests_on(load_scenario("baseline"), Draws.POSTERIOR)) == said


def test_the_document_says_the_same_number() -> None:
    text = (ROOT / "docs" / "identification.md").read_text("utf-8")
    found = learned(shipped_posterior())
    assert f"it identifies {len(found.learned)} of them over all rival structures together" in text
    assert f"{len(found.targets)} are themselves targets of the fit" in text


def test_what_a_scenario_sets_is_not_counted() -> None:
    (known, *_), scenario = learned(shipped_posterior()).learned, load_scenario("baseline")
    value = getattr(scenario.parameters, known)
    fixed = load_scenario("baseline", [f"parameters.{known}={value}"])
    before, after = (counted(scenario_rests_on(one, Draws.POSTERIOR)) for one in (scenario, fixed))
    assert after[0] == before[0] - 1
    assert after[1:] == before[1:]
    assert taught((), Draws.POSTERIOR) == ""


@pytest.mark.parametrize("draws", [Draws.PRIOR, Draws.DEFAULT])
def test_draws_without_a_fit_claim_no_learning(draws: Draws) -> None:
    text = scenario_rests_on(load_scenario("baseline"), draws)
    assert "nothing is learned from a record here" in text
    assert "narrows" not in text


def test_a_file_of_the_users_says_the_same_whether_it_is_there_or_gone(tmp_path: Path) -> None:
    one = declarations(Parameters)["bid_speed"]
    assert one.prior is not None
    rows = [f"responsive,unfilled,{one.prior[0] + place / 1000}\n" for place in range(20)]
    path = tmp_path / "mine.csv"
    path.write_text("hiring,bid_trigger,bid_speed\n" + "".join(rows))
    draws = Draws.named(str(path))
    text = taught(UNCERTAIN, draws)
    assert "a user's file" in text
    assert "narrows" not in text
    path.unlink()
    assert taught(UNCERTAIN, Draws.of_key(draws.key)) == text


@pytest.mark.parametrize("draws", Draws.NAMED)
def test_the_reports_table_adds_up_across_and_down(draws: Draws) -> None:
    ensemble = quick_ensemble(load_scenario("baseline"), runs=2, seed=1, years=1, draws=draws)
    rows = [
        [int(cell) for cell in re.findall(r"<td[^>]*>(\d+)</td>", row)]
        for row in grounds_section([ensemble]).split("<tr>")[2:]
    ]
    *parts, total = rows
    assert [sum(column) for column in zip(*parts, strict=True)] == total
    assert all(row[0] == sum(row[1:]) for row in rows)
    assert total[0] == len(declarations(Parameters))
    expected = len(learned(shipped_posterior()).learned) if draws.posterior else 0
    assert total[1] == expected
