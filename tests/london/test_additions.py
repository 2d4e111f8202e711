"""What CONTRIBUTING says of adding a lever or a structure, done to a copy of the package."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.ensemble.copies import ROOT, copied_package, permanence_of, python

pytestmark = pytest.mark.long

STAFF_BANK = '''"""A bank of staff that all boroughs share: whoever waits hears of every gap."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from sim.domain.quantities import quantity
from sim.rules.levers.lever import Lever, Moment
from sim.rules.terms import RulesInForce


class BankTerms(NamedTuple):
    """How many times as many of those who wait look for an assignment in a month."""

    search: float = 1.0


class StaffBank(Lever):
    """A shared bank of agency staff."""

    grounds: ClassVar[str] = "How much sooner gaps are heard of is an assumption."

    search_uplift: float = quantity(
        0.0,
        unit="share",
        label="how many more of those who wait look for an assignment in a month",
        allowed=(0, 0.4),
        no_op=0.0,
        offered=(0, 0.4, 0.05),
    )

    @property
    def is_idle(self) -> bool:
        """Whether nobody hears of a gap sooner."""
        return self.search_uplift == 0.0

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules with the bank in them."""
        phase = self.strength(now.opening, now.today)
        return rules.and_also(BankTerms(1.0 + phase * self.search_uplift))
'''
LEVER = "sim/rules/levers/staff_bank.py"
REGISTRY = "sim/rules/levers/__init__.py"
EQUATION = "sim/rules/agency_work.py"
BITES = {
    "sim/market/agency.py": (
        "agency_work.search_chance(parameters, market.rules)",
        "parameters.bench_search_share",
    ),
    "sim/twin/flows.py": (
        "agency_work.search_chance(twin.parameters, twin.rules)",
        "twin.parameters.bench_search_share",
    ),
}
"""The call by which it bites in people and in amounts, and what would be there without it."""


def replaced(copy: Path, name: str, before: str, after: str) -> None:
    text = (copy / name).read_text("utf-8")
    assert text.count(before) == 1, f"{name} has no {before!r}"
    (copy / name).write_text(text.replace(before, after), "utf-8")


@pytest.fixture(scope="module")
def with_a_lever(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with one lever more: its file, its line among the levers, the equation it changes."""
    copy = copied_package(tmp_path_factory.mktemp("lever"))
    for part in ("london", "__init__.py"):
        source = ROOT / "tests" / part
        if source.is_dir():
            shutil.copytree(source, copy / "tests" / part)
    (copy / LEVER).write_text(STAFF_BANK, "utf-8")
    replaced(
        copy,
        REGISTRY,
        "    def each(self)",
        '    staff_bank: StaffBank = Field(StaffBank(), description="a shared staff bank")\n\n'
        "    def each(self)",
    )
    replaced(
        copy,
        REGISTRY,
        "from sim.rules.levers.tax_regime import",
        "from sim.rules.levers.staff_bank import StaffBank\n"
        "from sim.rules.levers.tax_regime import",
    )
    replaced(
        copy,
        EQUATION,
        "return parameters.bench_search_share",
        "from sim.rules.levers.staff_bank import BankTerms\n"
        "    return parameters.bench_search_share * rules.of(BankTerms).search",
    )
    return copy


def guarded(copy: Path) -> tuple[int, str]:
    """Run the test that moves every field of agents and twin on a copy, for the new lever."""
    code = "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))"
    where = "tests/london/test_one_month.py"
    answer = python(copy, code, where, "-q", "-k", "staff_bank", "-p", "no:cacheprovider")
    return answer.code, answer.out


def test_a_lever_is_three_files_and_the_guard_knows_it_at_once(with_a_lever: Path) -> None:
    code, said = guarded(with_a_lever)
    assert code == 0, said
    assert "staff_bank" not in Path(ROOT / REGISTRY).read_text("utf-8")
    told = permanence_of(with_a_lever, "describe", "levers")
    assert "look for an assignment" in " ".join(told.out.split())


@pytest.mark.parametrize("side", BITES)
def test_the_guard_fails_where_the_lever_bites_one_side_only(
    with_a_lever: Path, side: str, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(with_a_lever, tmp_path / "copy"))
    replaced(copy, side, *BITES[side])
    code, said = guarded(copy)
    assert code == 1, said
    assert "staff_bank" in said
    assert "failed" in said


NEW_STRUCTURE = "HALFWAY"


def test_a_hiring_structure_is_two_files(tmp_path: Path) -> None:
    copy = copied_package(tmp_path)
    replaced(
        copy,
        "sim/domain/vocabulary.py",
        '    BUDGET = "budget"\n',
        '    BUDGET = "budget"\n    HALFWAY = "halfway"\n',
    )
    replaced(
        copy,
        "sim/rules/structures.py",
        "    return StructureTerms()\n",
        "    if hiring is HiringStructure.HALFWAY:\n"
        "        return StructureTerms(vacancy_elasticity=0.5)\n"
        "    return StructureTerms()\n",
    )
    tried = """
import numpy as np
from sim.ensemble.draws import Draws
from sim.ensemble.quick import quick_ensemble
from sim.ensemble.run import run_ensemble
from sim.scenario import scenario_from
for make in (run_ensemble, quick_ensemble):
    told = []
    for hiring in ("halfway", "responsive", "supply_limited"):
        content = {"extends": "no-cap", "structure": {"hiring": hiring}}
        found = make(scenario_from(content), runs=2, seed=1, years=2, draws=Draws.DEFAULT)
        told.append(float(found.london("permanent_share_of_posts")[:, -1].mean()))
    print(len(set(told)))
"""
    answer = python(copy, tried)
    assert answer.out.split() == ["3", "3"], answer.err
    ran = ("run", "no-cap", "--set", "structure.hiring=halfway", "--parameters", "default")
    told = permanence_of(copy, *ran, "--runs", "2", "--years", "1", "--quiet")
    assert told.code == 0, told.err
    assert "halfway" in told.out
