"""Where a scenario starts from: a census year, moved to another date or not, and what is known."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from pydantic import (
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from sim.domain import evidence
from sim.domain.borough_figures import OwnFigures
from sim.domain.calendar import census_date
from sim.domain.given import Day
from sim.domain.quantities import Declared, quantity
from sim.domain.vocabulary import Judgement


class Start(Declared):
    """Where the boroughs start from."""

    year: int = quantity(
        evidence.latest_census_year(), unit="year", label="census year the boroughs start from"
    )
    stylised: bool = quantity(
        False, unit="yes or no", label="start from a census pattern moved to another date"
    )
    date: Day = quantity(None, unit="date", label="census day of a stylised start")
    vacancy_share: float | None = quantity(
        None, unit="of posts", label="London's vacancy share at a stylised start", allowed=(0, 0.9)
    )

    judgements: dict[str, Judgement] = quantity(
        {},
        unit="judgement by borough",
        label="judgements Ofsted has just made at the start (the others are drawn)",
        no_op={},
    )

    figures: OwnFigures = quantity(
        {},
        unit="figures by borough",
        label="councils' own figures, in place of the census's",
        no_op={},
    )

    @model_serializer(mode="wrap")
    def _without_empty_figures(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if name != "figures" or value}

    @field_validator("judgements", mode="before")
    @classmethod
    def _are_boroughs(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            raise ValueError("expected a table of borough = judgement")
        return {evidence.employer_of(str(name)): judgement for name, judgement in given.items()}

    @model_validator(mode="after")
    def _is_known(self) -> Start:
        years = evidence.census_years()
        if self.year not in years:
            raise ValueError(
                f"there is no census for {self.year}; years: {years[0]} to {years[-1]}"
            )
        if self.stylised:
            if self.date is None or self.vacancy_share is None:
                raise ValueError("a stylised start needs a date and a vacancy_share")
            if self.date != census_date(self.date.year) or not 2013 <= self.date.year <= 2026:
                raise ValueError("a stylised start is a 30 September from 2013 to 2026")
        elif self.date is not None or self.vacancy_share is not None:
            raise ValueError("date and vacancy_share belong to a stylised start (stylised = true)")
        return self

    @model_validator(mode="after")
    def _figures_are_of_its_time(self) -> Start:
        today = datetime.date.today()
        for name, own in self.figures.items():
            if own.as_of is not None and not self.opening <= own.as_of <= today:
                raise ValueError(
                    f"figures.{name}.as_of: given {own.as_of}; allowed: from {self.opening}, the "
                    f"start, to {today}, today"
                )
        return self

    @property
    def opening(self) -> datetime.date:
        """The day of month 0."""
        return self.date if self.date is not None else census_date(self.year)
