"""The tax law of one year: every figure a payslip needs, read from the dated table.

Law is data: `law_in_force("2017/18", growth_beyond_table=...)` returns the figures of that
year, and the formulas in `sim.rules.tax_formulas` take them as an argument. After the last
tabulated year money thresholds grow at a stated rate, rates stay, and the law says it is
projected. Amounts are £ per year, rates are shares from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.domain.calendar import MONTHS_PER_YEAR, first_year_of, tax_year
from sim.domain.compiled import elementwise
from sim.domain.vocabulary import Grade
from sim.rules.tax_table import (
    DIRECTOR_NI_PARAMETERS,
    FIRST_TAX_YEAR,
    IN_FORCE,
    NI_PARAMETERS,
    OFF_PAYROLL_REFORM,
    POUNDS,
    TaxRow,
    shipped_tax_table,
)


class TaxYearError(ValueError):
    """A tax year the project has no law for; the message says which it has."""


class Step(NamedTuple):
    """A rate that rises (or falls) by `extra_rate` on what lies above a threshold."""

    above: float
    extra_rate: float


Steps = tuple[Step, ...]


class NiPart(NamedTuple):
    """National Insurance for a part of the tax year, with thresholds as for a whole year.

    After the share of the year, fields are in the order of `NI_PARAMETERS`.
    """

    share_of_year: float
    primary_threshold: float
    upper_earnings_limit: float
    employee_main_rate: float
    employee_upper_rate: float
    secondary_threshold: float
    employer_rate: float

    def employee_steps(self) -> Steps:
        """Return what an employee pays, already weighted by the part of the year."""
        main = self.share_of_year * self.employee_main_rate
        upper = self.share_of_year * self.employee_upper_rate
        limit = self.upper_earnings_limit
        return (Step(self.primary_threshold, main), Step(limit, upper - main))

    def employer_steps(self) -> Steps:
        """Return what an employer pays, already weighted by the part of the year."""
        return (Step(self.secondary_threshold, self.share_of_year * self.employer_rate),)


MOST_STEPS = 4
"""The most steps that a year's tax or National Insurance takes."""


class OnPayroll(NamedTuple):
    """The law that a compiled payslip of an employee asks for, in the order of `PayrollTable`."""

    personal_allowance: float
    allowance_taper_start: float
    allowance_taper_rate: float
    apprenticeship_levy_rate: float
    earnings_tax_steps: Steps
    employee_ni_steps: Steps
    employer_ni_steps: Steps
    director_employee_ni_steps: Steps
    director_employer_ni_steps: Steps


FIGURES = 4
"""How many of these are single figures."""


class PayrollTable(NamedTuple):
    """The same law as arrays, as a compiled loop takes it in.

    Attributes:
        figures: single figures.
        steps: (kind of charge, step, 2), filled up with steps that charge nothing.
    """

    figures: npt.NDArray[np.float64]
    steps: npt.NDArray[np.float64]


@elementwise
def on_payroll(figures: npt.NDArray[np.float64], steps: npt.NDArray[np.float64]) -> OnPayroll:
    """Return the law that stands in a table."""
    return OnPayroll(
        figures[0],
        figures[1],
        figures[2],
        figures[3],
        _steps_in(steps[0]),
        _steps_in(steps[1]),
        _steps_in(steps[2]),
        _steps_in(steps[3]),
        _steps_in(steps[4]),
    )


@elementwise
def _steps_in(rows: npt.NDArray[np.float64]) -> Any:
    """Return a table's `MOST_STEPS` rows one by one: quicker to go through than an array."""
    return (
        (rows[0, 0], rows[0, 1]),
        (rows[1, 0], rows[1, 1]),
        (rows[2, 0], rows[2, 1]),
        (rows[3, 0], rows[3, 1]),
    )


@dataclass(frozen=True, eq=False)
class TaxLaw:
    """The figures in force in one tax year; those of rules not in force are 0.

    Fields have the names of the table's parameters. `ni` has a part for each spell of the
    year (in whole months); a year's contribution weights whole-year formulas by the parts.
    `director_ni` is the same for a director, whose earnings period is the year. `grades`
    gives the lowest evidence grade among each parameter's rows.
    """

    tax_year: str
    projected: bool
    ni: tuple[NiPart, ...]
    director_ni: tuple[NiPart, ...]
    lgps_band_tops: npt.NDArray[np.float64]
    lgps_band_rates: npt.NDArray[np.float64]
    grades: Mapping[str, Grade]
    personal_allowance: float
    allowance_taper_start: float
    allowance_taper_rate: float
    basic_rate_limit: float
    additional_rate_start: float
    basic_rate: float
    higher_rate: float
    additional_rate: float
    dividend_tax_credit: float
    dividend_allowance: float
    dividend_ordinary_rate: float
    dividend_upper_rate: float
    dividend_additional_rate: float
    ni_lower_earnings_limit: float
    ni_upper_accrual_point: float
    contracted_out_rebate_employee: float
    contracted_out_rebate_employer: float
    one_director_employment_allowance: float
    apprenticeship_levy_rate: float
    corporation_tax_main_rate: float
    corporation_tax_small_profits_rate: float
    corporation_tax_lower_limit: float
    corporation_tax_upper_limit: float
    corporation_tax_relief_fraction: float
    vat_standard_rate: float
    vat_flat_rate: float
    deemed_payment_share: float
    lgps_employer_rate: float
    holiday_pay_uplift: float

    @cached_property
    def first_year(self) -> int:
        """The calendar year in which the tax year starts."""
        return first_year_of(self.tax_year)

    @cached_property
    def earnings_tax_steps(self) -> Steps:
        """Income tax on taxable earnings."""
        return self._by_band(self.basic_rate, self.higher_rate, self.additional_rate)

    @cached_property
    def dividend_tax_steps(self) -> Steps:
        """Income tax on taxable dividends, before allowance or credit."""
        return self._by_band(
            self.dividend_ordinary_rate, self.dividend_upper_rate, self.dividend_additional_rate
        )

    @cached_property
    def employee_ni_steps(self) -> Steps:
        """Employee National Insurance on a year's earnings."""
        return _merged(step for part in self.ni for step in part.employee_steps())

    @cached_property
    def employer_ni_steps(self) -> Steps:
        """Employer National Insurance on a year's earnings."""
        return _merged(step for part in self.ni for step in part.employer_steps())

    @cached_property
    def director_employee_ni_steps(self) -> Steps:
        """Employee National Insurance on a director's annual earnings period."""
        return _merged(step for part in self.director_ni for step in part.employee_steps())

    @cached_property
    def director_employer_ni_steps(self) -> Steps:
        """Employer National Insurance on a director's annual earnings period."""
        return _merged(step for part in self.director_ni for step in part.employer_steps())

    @cached_property
    def director_primary_threshold(self) -> float:
        """The most a director can be paid in the year without employee National Insurance."""
        return min(part.primary_threshold for part in self.director_ni)

    @cached_property
    def payroll_table(self) -> PayrollTable:
        """What compiled payslips of employees ask for."""
        names = OnPayroll._fields
        steps = np.zeros((len(names) - FIGURES, MOST_STEPS, 2))
        for kind, name in enumerate(names[FIGURES:]):
            own = getattr(self, name)
            steps[kind, : len(own)] = own
        return PayrollTable(np.array([getattr(self, name) for name in names[:FIGURES]]), steps)

    def _by_band(self, basic: float, higher: float, additional: float) -> Steps:
        return (
            Step(0.0, basic),
            Step(self.basic_rate_limit, higher - basic),
            Step(self.additional_rate_start, additional - higher),
        )


def law_in_force(tax_year: str, *, growth_beyond_table: float) -> TaxLaw:
    """Return the law of a tax year such as "2017/18"; the same object each time.

    Args:
        tax_year: label of the tax year.
        growth_beyond_table: yearly growth (share) of every money threshold after the last
            tabulated year; it changes nothing up to that year.

    Raises:
        TaxYearError: before the first tabulated year, or for a label that is not a tax year.
        ValueError: if the growth is not a finite share above -1.
    """
    try:
        first_year = first_year_of(tax_year)
    except ValueError as fault:
        raise TaxYearError(str(fault)) from None
    if first_year < FIRST_TAX_YEAR:
        raise TaxYearError(
            f"there is no tax law for {tax_year}: the table runs from {_table_range()}, "
            "and only later years are projected"
        )
    if not (isfinite(growth_beyond_table) and growth_beyond_table > -1.0):
        raise ValueError(f"growth_beyond_table: given {growth_beyond_table}; allowed: above -1")
    years_beyond = max(first_year - last_tabulated_year(), 0)
    return _law(first_year, growth_beyond_table if years_beyond else 0.0)


def is_off_payroll_enforced(tax_year: str) -> bool:
    """Return whether the public sector's off-payroll (IR35) reform holds in a tax year.

    Source: Finance Act 2017, schedule 1.
    """
    return first_year_of(tax_year) >= OFF_PAYROLL_REFORM


def tabulated_law(tax_year: str) -> TaxLaw:
    """Return the law of a tax year in the table, needing no assumption about growth.

    Raises:
        TaxYearError: if the year is not in the table.
    """
    law = law_in_force(tax_year, growth_beyond_table=0.0)
    if law.projected:
        raise TaxYearError(
            f"the tax law of {tax_year} is a projection (the table runs from {_table_range()}): "
            "use law_in_force with the growth of thresholds"
        )
    return law


def last_tabulated_year() -> int:
    """Return the calendar year in which the last tax year of the table starts."""
    return max(_years_of_table())


def _table_range() -> str:
    return f"{tax_year(FIRST_TAX_YEAR)} to {tax_year(last_tabulated_year())}"


@cache
def _years_of_table() -> Mapping[int, tuple[TaxRow, ...]]:
    years: dict[int, list[TaxRow]] = {}
    for row in shipped_tax_table():
        years.setdefault(row.first_year, []).append(row)
    return {first: tuple(rows) for first, rows in years.items()}


@lru_cache(maxsize=1024)
def _law(first_year: int, growth_per_year: float) -> TaxLaw:
    last = last_tabulated_year()
    tabulated = min(first_year, last)
    growth = (1.0 + growth_per_year) ** (first_year - tabulated)
    return _built(first_year, _years_of_table()[tabulated], growth)


def _built(first_year: int, rows: Iterable[TaxRow], growth: float) -> TaxLaw:
    """Return one year's law, its money figures multiplied by `growth`."""
    figures: dict[str, dict[int, float]] = {}
    grades: dict[str, Grade] = {}
    tabulated = first_year
    for row in rows:
        scale = growth if row.unit == POUNDS else 1.0
        figures.setdefault(row.parameter, {})[row.months_in] = row.value * scale
        grades[row.parameter] = _lower(row.grade, grades.get(row.parameter, row.grade))
        tabulated = row.first_year
    bands = sum(name.startswith("lgps_band_") and name.endswith("_top") for name in figures)
    ni = _ni_parts(figures)
    whole_year = {
        name: figures.get(name, {0: 0.0})[0]
        for name in IN_FORCE
        if name not in NI_PARAMETERS and not name.startswith("lgps_band_")
    }
    return TaxLaw(
        tax_year=tax_year(first_year),
        projected=first_year > tabulated,
        ni=ni,
        director_ni=_director_ni(ni, figures),
        lgps_band_tops=_fixed(figures[f"lgps_band_{n}_top"][0] for n in range(1, bands + 1)),
        lgps_band_rates=_fixed(figures[f"lgps_band_{n}_rate"][0] for n in range(1, bands + 2)),
        grades=grades,
        **whole_year,
    )


def _ni_parts(figures: Mapping[str, Mapping[int, float]]) -> tuple[NiPart, ...]:
    """Cut the year wherever a National Insurance figure changes."""
    starts = sorted({months for name in NI_PARAMETERS for months in figures[name]})
    parts = []
    for start, end in zip(starts, [*starts[1:], MONTHS_PER_YEAR], strict=True):
        held = [
            figures[name][max(months for months in figures[name] if months <= start)]
            for name in NI_PARAMETERS
        ]
        parts.append(NiPart((end - start) / MONTHS_PER_YEAR, *held))
    return tuple(parts)


def _director_ni(
    parts: tuple[NiPart, ...], figures: Mapping[str, Mapping[int, float]]
) -> tuple[NiPart, ...]:
    """Return the parts as they are, or one annual period where directors' figures are given."""
    if not any(name in figures for name in DIRECTOR_NI_PARAMETERS.values()):
        return parts
    held = []
    for position, name in enumerate(NI_PARAMETERS):
        own = figures.get(DIRECTOR_NI_PARAMETERS.get(name, ""))
        weighted = sum(part.share_of_year * part[1 + position] for part in parts)
        held.append(weighted if own is None else own[0])
    return (NiPart(1.0, *held),)


def _merged(steps: Iterable[Step]) -> Steps:
    """Return steps in order, those at the same threshold as one."""
    extra: dict[float, float] = {}
    for step in steps:
        extra[step.above] = extra.get(step.above, 0.0) + step.extra_rate
    return tuple(Step(above, extra[above]) for above in sorted(extra))


def _lower(one: Grade, other: Grade) -> Grade:
    order = tuple(Grade)
    return max(one, other, key=order.index)


def _fixed(values: Iterable[float]) -> npt.NDArray[np.float64]:
    array = np.array(list(values), dtype=np.float64)
    array.flags.writeable = False
    return array
