"""Which tax law applies, and whether IR35 is enforced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field, model_validator

from sim.domain.quantities import quantity
from sim.domain.vocabulary import OffPayroll, TaxLawChoice
from sim.rules.levers.lever import NOT_IDENTIFIED, Lever, Moment
from sim.rules.tax_law import is_off_payroll_enforced, law_in_force
from sim.rules.terms import RulesInForce


class TaxRegime(Lever):
    """Which tax rules apply: the law as enacted is the no-op."""

    moves_by_terms_alone: ClassVar[bool] = True
    grounds: ClassVar[str] = (
        f"The tax change's effect {NOT_IDENTIFIED} tax law and assumptions, "
        "parameters.company_share above all."
    )
    phrases: ClassVar[Mapping[str, str]] = {
        "law": "tax law {}",
        "frozen_tax_year": "kept at {}",
        "off_payroll": "off-payroll (IR35) reform {}",
    }

    ramp_months: int = Field(0, exclude=True, ge=0, le=0)
    law: TaxLawChoice = quantity(
        TaxLawChoice.ENACTED,
        unit="choice",
        label="tax law as enacted, or frozen at one tax year",
        no_op=TaxLawChoice.ENACTED,
    )
    frozen_tax_year: str | None = quantity(
        None, unit="tax year", label="the year whose rules are kept, such as 2016/17"
    )
    off_payroll: OffPayroll = quantity(
        OffPayroll.ENACTED,
        unit="choice",
        label="whether the off-payroll (IR35) reform of April 2017 is enforced",
        no_op=OffPayroll.ENACTED,
        is_shown_first=True,
    )

    @property
    def is_idle(self) -> bool:
        """Whether the law is as enacted."""
        return self.law is TaxLawChoice.ENACTED and self.off_payroll is OffPayroll.ENACTED

    @model_validator(mode="after")
    def _year_is_given(self) -> TaxRegime:
        if self.law is TaxLawChoice.FROZEN and self.frozen_tax_year is None:
            raise ValueError("frozen_tax_year is needed when law is frozen")
        if self.frozen_tax_year is not None:
            law_in_force(self.frozen_tax_year, growth_beyond_table=0.0)
        return self

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        """Return the rules under the chosen law, and with IR35 enforced or not."""
        acting = self.mixture(now.opening, now.today)
        if not acting:
            return rules
        ((terms, _),) = acting  # a law has no ramp: one is in force
        law, enforced = rules.law, rules.off_payroll_enforced
        if terms.law is TaxLawChoice.FROZEN:
            year = str(terms.frozen_tax_year)
            law = law_in_force(year, growth_beyond_table=now.parameters.pay_growth_per_year)
            enforced = is_off_payroll_enforced(year)
        if terms.off_payroll is not OffPayroll.ENACTED:
            enforced = terms.off_payroll is OffPayroll.ENFORCED
        return replace(rules, law=law, off_payroll_enforced=enforced)
