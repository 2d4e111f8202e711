"""What CONTRIBUTING says of adding something, each recipe done to a copy of the package.

A parameter and a mechanism, a tax year and a scenario are added here; the other recipes have their
tests beside what they add to, and `WHERE` says where.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.ensemble.copies import ROOT, copied_package, permanence_of, python

pytestmark = pytest.mark.long

ADDITIONS = "london/test_additions.py"
WHERE = {
    "a parameter": "test_recipes.py::test_a_parameter_and_a_mechanism_reach_agents_and_twin",
    "a mechanism": "test_recipes.py::test_a_parameter_and_a_mechanism_reach_agents_and_twin",
    "a tax year": "test_recipes.py::test_a_tax_year_is_rows_of_a_table",
    "a scenario": "test_recipes.py::test_a_scenario_is_one_file",
    "a lever": f"{ADDITIONS}::test_a_lever_is_three_files_and_the_guard_knows_it_at_once",
    "a rival structure": f"{ADDITIONS}::test_a_hiring_structure_is_two_files",
    "an outcome": "market/test_outcomes.py::test_one_entry_makes_an_outcome_everywhere",
    "a question": "studies/toy/test_toy.py::test_it_is_short",
    "a chart": "studies/toy/test_toy.py::test_it_has_a_page",
}
"""The test of each recipe, below `tests`."""
PARAMETER = """
    winter_caseload_share: float = quantity(
        0.0,
        unit="share",
        label="more cases from December to February",
        allowed=(0, 1),
        source="assumption",
    )
"""
EQUATION = '''

def wintry(cases: Amount, more_share: Amount, month: int) -> FloatArray:
    """Return cases as winter makes them (assumption)."""
    return np.asarray(cases * (1.0 + more_share * (month in (12, 1, 2))))
'''
PHASE = '''

def winter_comes(london: London) -> None:
    """More families need help in winter."""
    more = london.parameters.winter_caseload_share
    london.cases = conditions.wintry(london.cases, more, london.today.month)
'''
TRIED = """
import json
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import run_ensemble
from sim.scenario import scenario_from
told = {}
for make in (run_ensemble, quick_ensemble):
    for share in (0.0, 0.5):
        content = {"extends": "no-cap", "parameters": {"winter_caseload_share": share}}
        found = make(scenario_from(content), runs=2, seed=1, years=1, draws=Draws.DEFAULT)
        told[f"{make.__name__} {share}"] = found.london("caseload_per_case_holder")[0].tolist()
print(json.dumps(told))
"""


def added(copy: Path, name: str, after: str, more: str) -> None:
    """Write something behind a line of a file that is there once."""
    text = (copy / name).read_text("utf-8")
    assert text.count(after) == 1, f"{name} has no {after!r}"
    (copy / name).write_text(text.replace(after, after + more), "utf-8")


def test_every_recipe_has_a_test() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = text[text.index("| to add |") :].split("\n\n")[0]
    recipes = re.findall(r"^\| (an? [a-z ]+) \|", table, re.MULTILINE)
    assert sorted(recipes) == sorted(WHERE)
    for name, test in WHERE.items():
        file, function = test.split("::")
        assert f"def {function}(" in (ROOT / "tests" / file).read_text("utf-8"), name


@pytest.mark.long
def test_a_parameter_and_a_mechanism_reach_agents_and_twin(tmp_path: Path) -> None:
    copy = copied_package(tmp_path)
    added(copy, "sim/domain/parameters.py", "    # Leaving and moving\n", PARAMETER)
    equations = (copy / "sim/rules/conditions.py").read_text("utf-8")
    (copy / "sim/rules/conditions.py").write_text(equations + EQUATION, "utf-8")
    phases = (copy / "sim/london/caseloads.py").read_text("utf-8")
    (copy / "sim/london/caseloads.py").write_text(phases + PHASE, "utf-8")
    for month in ("sim/market/model.py", "sim/twin/london.py"):
        text = (copy / month).read_text("utf-8")
        text = text.replace("    caseloads_change,\n", "    caseloads_change,\n    winter_comes,\n")
        (copy / month).write_text(text, "utf-8")
    answer = python(copy, TRIED)
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    for make in ("run_ensemble", "quick_ensemble"):
        without, winter = told[f"{make} 0.0"], told[f"{make} 0.5"]
        assert winter[:3] == without[:3], "nothing moves before December"
        assert winter[3] > 1.2 * without[3], f"{make}: winter makes no work"
    described = permanence_of(copy, "describe", "parameters")
    assert "more cases from December to February" in " ".join(described.out.split())
    beyond = ("run", "no-cap", "--set", "parameters.winter_caseload_share=2")
    assert "allowed" in permanence_of(copy, *beyond).err


def test_a_tax_year_is_rows_of_a_table(tmp_path: Path) -> None:
    copy = copied_package(tmp_path)
    asked = ("take-home", "--route", "umbrella", "--assignment-rate", "35", "--json", "--tax-year")
    assert permanence_of(copy, *asked, "2027/28").code == 2, "nobody knows that year"
    table = copy / "sim" / "data" / "tax_years.csv"
    rows = [row for row in table.read_text("utf-8").splitlines() if ",2026/27," in row]
    doubled = re.compile(r"^(personal_allowance,£ per year,2027/28,4),[0-9.]+")
    new = [doubled.sub(r"\1,25140", row.replace("2026/27", "2027/28")) for row in rows]
    assert len({*new} - {row.replace("2026/27", "2027/28") for row in rows}) == 1
    with table.open("a", encoding="utf-8") as stream:
        stream.write("".join(f"{row}\n" for row in new))
    before, after = (
        json.loads(permanence_of(copy, *asked, year).out) for year in ("2026/27", "2027/28")
    )
    assert after["net_annual"] > before["net_annual"] + 2_000, "twice the allowance is taxed less"


def test_a_scenario_is_one_file(tmp_path: Path) -> None:
    copy = copied_package(tmp_path)
    text = 'title = "A cap of £38"\nextends = "no-cap"\nwhy = "A test."\n'
    levers = "[levers.cap]\nstart = 2027-04-01\ncharge_rate_per_hour = 38.0\nmembers = 1.0\n"
    (copy / "scenarios" / "cap-38.toml").write_text(text + levers, "utf-8")
    assert "A cap of £38" in permanence_of(copy, "scenario", "list").out
    assert permanence_of(copy, "scenario", "check", "cap-38").code == 0
    ran = permanence_of(copy, "run", "cap-38", "--runs", "1", "--years", "1", "--quiet")
    assert ran.code == 0, ran.err
