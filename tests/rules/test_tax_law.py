"""The dated table of tax law, and the law of each year made from it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import numpy as np
import pytest

from sim.domain.calendar import tax_year
from sim.domain.evidence import EvidenceError
from sim.domain.parameters import Parameters
from sim.domain.vocabulary import Grade
from sim.rules.tax_law import (
    NiPart,
    Step,
    TaxYearError,
    last_tabulated_year,
    law_in_force,
    tabulated_law,
)
from sim.rules.tax_table import (
    FIRST_TAX_YEAR,
    POUNDS,
    read_tax_table,
    shipped_tax_table,
)

LINES = resources.files("sim.data").joinpath("tax_years.csv").read_text("utf-8").splitlines()
YEARS = [tax_year(year) for year in range(FIRST_TAX_YEAR, last_tabulated_year() + 1)]


def changed(change: Callable[[list[str]], None], parameter: str, year: str) -> list[str]:
    """Return the table with one row's cells changed in place (or emptied, to drop the row)."""
    lines = list(LINES)
    at = next(i for i, line in enumerate(lines) if line.startswith(parameter) and year in line)
    cells = lines[at].split(",")
    change(cells)
    lines[at : at + 1] = [",".join(cells)] if cells else []
    return lines


def line_of(parameter: str, year: str) -> int:
    found = (i for i, line in enumerate(LINES) if line.startswith(parameter) and year in line)
    return 1 + next(found)


# The shipped table


def test_table_runs_from_2013_to_2026() -> None:
    assert (YEARS[0], YEARS[-1]) == ("2013/14", "2026/27")


@pytest.mark.parametrize("year", YEARS)
def test_law_of_every_year_is_sound(year: str) -> None:
    law = tabulated_law(year)
    assert law.tax_year == year
    assert not law.projected
    assert sum(part.share_of_year for part in law.ni) == pytest.approx(1.0)
    assert 0 < law.basic_rate < law.higher_rate < law.additional_rate < 0.5
    assert 0 < law.dividend_ordinary_rate < law.dividend_upper_rate < law.dividend_additional_rate
    assert law.personal_allowance < law.basic_rate_limit < law.additional_rate_start
    assert np.all(np.diff(law.lgps_band_tops) > 0)
    assert np.all(np.diff(law.lgps_band_rates) > 0)
    assert law.lgps_band_rates.size == law.lgps_band_tops.size + 1


def test_every_row_has_a_source_and_assumptions_say_so() -> None:
    assert all(row.source for row in shipped_tax_table())
    assumed = {row.parameter for row in shipped_tax_table() if row.grade is Grade.ASSUMED}
    stated = {row.parameter for row in shipped_tax_table() if row.source.startswith("assumption: ")}
    assert assumed == stated
    assert tabulated_law("2016/17").grades["lgps_employer_rate"] is Grade.ASSUMED
    assert tabulated_law("2017/18").grades["lgps_employer_rate"] is Grade.LOOKED_UP


def test_law_is_the_same_object_each_time() -> None:
    law = law_in_force("2017/18", growth_beyond_table=0.0)
    assert law_in_force("2017/18", growth_beyond_table=0.03) is law
    assert tabulated_law("2017/18") is law


# Mid-year changes of National Insurance


def test_2022_23_has_three_parts() -> None:
    assert tabulated_law("2022/23").ni == (
        NiPart(3 / 12, 9880, 50270, 0.1325, 0.0325, 9100, 0.1505),
        NiPart(4 / 12, 12570, 50270, 0.1325, 0.0325, 9100, 0.1505),
        NiPart(5 / 12, 12570, 50270, 0.12, 0.02, 9100, 0.138),
    )


def test_hmrc_figures_for_directors_agree_with_time_weighting() -> None:
    """HMRC rounded its annual rates to a hundredth of a point and the threshold to the pound."""
    law = tabulated_law("2022/23")
    (director,) = law.director_ni
    weighted = [sum(part.share_of_year * part[i] for part in law.ni) for i in range(1, 7)]
    assert director == (1.0, 11908, 50270, 0.1273, 0.0273, 9100, 0.1453)
    assert weighted[0] == pytest.approx(11908, abs=15)
    assert weighted[2:4] == pytest.approx([0.1273, 0.0273], abs=6e-5)
    assert weighted[5] == pytest.approx(0.1453, abs=6e-5)
    assert law.director_primary_threshold == 11908


def test_2023_24_is_weighted_to_the_published_rate_for_directors() -> None:
    law = tabulated_law("2023/24")
    assert law.director_ni[0].employee_main_rate == 0.115
    assert law.employee_ni_steps[0] == pytest.approx(Step(12570, 0.115))


def test_director_is_an_employee_in_ordinary_years() -> None:
    law = tabulated_law("2019/20")
    assert law.director_ni == law.ni
    assert law.director_primary_threshold == 8632


# Years the table does not have


@pytest.mark.parametrize("year", ["2012/13", "1999/00"])
def test_years_before_the_table_are_refused(year: str) -> None:
    with pytest.raises(TaxYearError, match=f"no tax law for {year}.*2013/14 to 2026/27"):
        law_in_force(year, growth_beyond_table=0.0)


@pytest.mark.parametrize("label", ["2017", "2017-18", "2017/19", "", "next year"])
def test_labels_that_are_no_tax_year_are_refused(label: str) -> None:
    with pytest.raises(TaxYearError, match="not of the form 2017/18"):
        law_in_force(label, growth_beyond_table=0.0)


def test_later_years_are_projected() -> None:
    last = tabulated_law("2026/27")
    law = law_in_force("2029/30", growth_beyond_table=0.02)
    grown = 1.02**3
    assert law.projected
    assert law.tax_year == "2029/30"
    assert law.personal_allowance == pytest.approx(12570 * grown)
    assert law.director_primary_threshold == pytest.approx(12570 * grown)
    assert law.ni[0].secondary_threshold == pytest.approx(5000 * grown)
    assert law.lgps_band_tops == pytest.approx(last.lgps_band_tops * grown)
    assert law.employee_ni_steps[0].extra_rate == last.employee_ni_steps[0].extra_rate
    for row in shipped_tax_table():
        if row.first_year == 2026 and hasattr(last, row.parameter):
            factor = grown if row.unit == POUNDS else 1.0
            assert getattr(law, row.parameter) == pytest.approx(row.value * factor)


def test_growth_of_zero_projects_the_last_year() -> None:
    law = law_in_force("2040/41", growth_beyond_table=0.0)
    assert law.projected
    assert law.ni == tabulated_law("2026/27").ni


@pytest.mark.parametrize("growth", [float("nan"), float("inf"), -1.0])
def test_growth_must_be_a_number_above_minus_one(growth: float) -> None:
    with pytest.raises(ValueError, match="growth_beyond_table"):
        law_in_force("2030/31", growth_beyond_table=growth)


def test_default_growth_of_the_model_is_accepted() -> None:
    growth = Parameters().pay_growth_per_year
    assert law_in_force("2027/28", growth_beyond_table=growth).personal_allowance > 12570


def test_a_label_alone_never_projects() -> None:
    with pytest.raises(TaxYearError, match="2027/28 is a projection"):
        tabulated_law("2027/28")


# Faults in the table


def put(column: int, value: str) -> Callable[[list[str]], None]:
    def change(cells: list[str]) -> None:
        cells[column] = value

    return change


@pytest.mark.parametrize(
    ("column", "value", "name", "allowed"),
    [
        (0, "personal_alowance", "parameter", "a figure of the tax law"),
        (1, "pounds", "unit", "£ per year, share"),
        (2, "2015", "tax_year", "a tax year such as 2017/18"),
        (2, "2012/13", "tax_year", "2013/14 or later"),
        (3, "13", "from_month", "a number from 1 to 12"),
        (3, "7", "from_month", "only NI may change midway"),
        (4, "ten thousand", "value", "a number from 0 to 1e"),
        (4, "-1", "value", "a number from 0"),
        (4, "nan", "value", "a number from 0"),
        (5, "guess", "grade", "measured, looked_up, assumed"),
        (6, "", "source", "any text"),
    ],
)
def test_faulty_cell_is_named(column: int, value: str, name: str, allowed: str) -> None:
    lines = changed(put(column, value), "personal_allowance", "2015/16")
    at = line_of("personal_allowance", "2015/16")
    with pytest.raises(EvidenceError) as caught:
        read_tax_table(lines)
    message = str(caught.value)
    assert message.startswith(f"tax_years.csv, line {at}, column {name}: found ")
    assert allowed in message


def test_share_above_one_is_refused() -> None:
    lines = changed(put(4, "20"), "basic_rate,", "2015/16")
    with pytest.raises(EvidenceError, match="column value: found '20'"):
        read_tax_table(lines)


def test_missing_figure_is_named() -> None:
    lines = changed(list.clear, "vat_flat_rate", "2019/20")
    with pytest.raises(EvidenceError, match="vat_flat_rate is missing for 2019/20"):
        read_tax_table(lines)


def test_figure_of_a_rule_not_in_force_is_refused() -> None:
    lines = changed(put(2, "2016/17"), "dividend_tax_credit", "2015/16")
    with pytest.raises(EvidenceError, match="dividend_tax_credit is missing for 2015/16"):
        read_tax_table(lines)
    lines.append(LINES[line_of("dividend_tax_credit", "2015/16") - 1])
    with pytest.raises(EvidenceError, match="dividend_tax_credit is not in force"):
        read_tax_table(lines)


def test_figure_given_twice_is_refused() -> None:
    with pytest.raises(EvidenceError, match="each figure once"):
        read_tax_table([*LINES, LINES[1]])


@pytest.mark.parametrize("band", ["lgps_band_4_top", "lgps_band_4_rate", "lgps_band_9_rate"])
def test_missing_pension_band_is_refused(band: str) -> None:
    with pytest.raises(EvidenceError, match="pension bands of 2018/19"):
        read_tax_table(changed(list.clear, band, "2018/19"))


def test_pension_bands_must_rise() -> None:
    with pytest.raises(EvidenceError, match="pension bands of 2018/19"):
        read_tax_table(changed(put(4, "1"), "lgps_band_4_top", "2018/19"))


def test_one_parameter_has_one_unit() -> None:
    with pytest.raises(EvidenceError, match="dividend_allowance is given in two units"):
        read_tax_table(
            changed(
                lambda c: c.__setitem__(slice(1, 5), ["share", "2018/19", "4", "1"]),
                "dividend_allowance",
                "2018/19",
            )
        )


def test_empty_table_is_refused() -> None:
    with pytest.raises(EvidenceError, match="has no rows"):
        read_tax_table(LINES[:1])


def test_a_new_tax_year_is_only_rows() -> None:
    """The rows of 2026/27 relabelled make a complete table for 2027/28."""
    new = [line.replace("2026/27", "2027/28") for line in LINES if ",2026/27," in line]
    rows = read_tax_table([*LINES, *new])
    assert max(row.first_year for row in rows) == 2027
