"""A lever's terms as dated spans, and in words."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any, ClassVar

import pytest

from sim.domain.quantities import Declaration, declarations, quantity
from sim.rules.levers import Cap, Lever, Levers, NewlyQualified, PermanentOffer
from sim.rules.levers.lever import Moment
from sim.rules.levers.members import MEMBERS_UNIT
from sim.rules.levers.timeline import differ_from, spans, stretches
from sim.rules.levers.words import members_in_words
from sim.rules.terms import RulesInForce

OPENING = date(2023, 9, 30)
OLD = {"start": date(2016, 1, 1), "charge_rate_per_hour": 48.0, "members": 1.0, "uprated": True}
IN_USE: dict[str, dict[str, Any]] = {
    "cap": {"charge_rate_per_hour": 40.0, "members": 0.5, "uprated": True},
    "tax": {"off_payroll": "not_enforced"},
    "permanent_offer": {"leadership": 0.1, "caseload_relief": 0.1},
    "newly_qualified": {"multiplier": 1.5},
    "agency_rules": {"cooling_off_months": 3},
    "prevention": {"case_reduction": 0.1},
    "neighbours": {"premium": 0.1},
}
NEEDS = {
    "exceptions_share": {"enforcement": "break_glass"},
    "law": {"frozen_tax_year": "2016/17"},
    "frozen_tax_year": {"law": "frozen", "frozen_tax_year": "2016/17"},
}


def cap(*later: dict[str, Any]) -> Cap:
    return Cap(terms=[OLD, *({**OLD, **one} for one in later)])


def moved(declared: Declaration, value: Any) -> Any:
    """Return another value that is allowed."""
    kind = type(declared.default)
    if declared.unit == MEMBERS_UNIT:
        return {"count": 7, "except": ["Bexley"]}
    if declared.unit == "date":
        return date(2030, 5, 1)
    if declared.unit == "tax year":
        return "2014/15"
    if isinstance(value, bool):
        return not value
    if hasattr(kind, "__members__"):
        return next(one for one in kind if one != value)
    low, high = declared.allowed or (0.0, 1.0)
    other = low + 0.6 * (high - low)
    return int(other) if isinstance(declared.default, int) else other


@pytest.mark.parametrize(
    ("lever", "field"),
    [
        (name, field)
        for name, one in Levers.model_fields.items()
        for field in declarations(one.annotation)  # type: ignore[arg-type]
        if field != "start"
    ],
)
def test_every_field_of_every_lever_is_told(lever: str, field: str) -> None:
    kind = type(getattr(Levers(), lever))
    base = IN_USE.get(lever, {}) | NEEDS.get(field, {})
    before = kind(**base)
    new = moved(declarations(kind)[field], getattr(before, field))
    after = kind(**{**base, field: new})
    assert before.in_words(OPENING) != after.in_words(OPENING)
    assert before.substance(OPENING, OPENING) != after.substance(OPENING, OPENING)


class Own(Lever):
    """A lever that somebody adds, without a word of its own."""

    grounds: ClassVar[str] = "An assumption."
    lunches: float = quantity(0.0, unit="share", label="lunches paid for", allowed=(0, 1), no_op=0)

    @property
    def is_idle(self) -> bool:
        return self.lunches == 0.0

    def put_in_force(self, rules: RulesInForce, now: Moment) -> RulesInForce:
        return rules


def test_a_lever_that_is_added_is_told_by_its_labels() -> None:
    own = Own(lunches=0.25, start=date(2024, 1, 1), ramp_months=12)
    assert own.in_words(OPENING) == "lunches paid for: 25 %, coming in over 12 months"
    assert Own().in_words(OPENING) == "no effect"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (1.0, "31 of 31 employers"),
        (0.6667, "21 of 31 employers, drawn in each run"),
        (0.0, "nobody"),
        (["bexley"], "Bexley alone"),
        (["Bexley", "Barnet"], "Barnet and Bexley"),
        (["Kingston upon Thames"], "Kingston and Richmond alone"),
        ({"count": 28}, "28 of 31 employers, drawn in each run"),
        ({"count": 0}, "nobody"),
        ({"except": ["Croydon"]}, "30 of 31 employers, without Croydon"),
        (
            {"count": 28, "except": ["Havering", "Croydon"]},
            "28 of 31 employers, without Croydon, Havering and one drawn in each run",
        ),
        (
            {"count": 29, "except": ["Havering", "Croydon"]},
            "29 of 31 employers, without Croydon and Havering",
        ),
    ],
)
def test_members_in_words(given: Any, said: str) -> None:
    assert members_in_words(Cap(members=given, charge_rate_per_hour=40).members) == said


def test_spans_follow_one_another_without_a_gap_and_cover_the_run() -> None:
    later = [{"start": date(2024, 3, 15)}, {"start": date(2027, 4, 1), "members": 0.5}]
    found = spans(cap(*later), OPENING)
    assert [span.first for span in found] == [None, date(2024, 3, 1), date(2027, 4, 1)]
    assert found[-1].last is None
    for span, then in pairwise(found):
        assert span.last is not None
        assert span.last + timedelta(days=1) == then.first
        assert then.before is span.terms


def test_terms_replaced_before_month_0_or_within_their_month_are_in_no_span() -> None:
    lever = cap({"start": date(2022, 6, 1), "charge_rate_per_hour": 42.0})
    (only,) = spans(lever, OPENING)
    assert only.terms.start == date(2022, 6, 1)
    lever = cap({"start": date(2024, 3, 1)}, {"start": date(2024, 3, 20)})
    assert [span.terms.start for span in spans(lever, OPENING)][1:] == [date(2024, 3, 20)]


def test_levers_differ_from_the_day_on_which_they_do() -> None:
    new = {"start": date(2027, 4, 1), "charge_rate_per_hour": 38.0}
    assert differ_from(cap(), cap(), OPENING) is None
    assert differ_from(cap(), cap(new), OPENING) == date(2027, 4, 1)
    assert differ_from(Cap(), cap(), OPENING) == OPENING
    same, other = stretches(cap(), cap(new), OPENING)
    assert (same.is_same, same.last, other.is_same) == (True, date(2027, 3, 31), False)


def test_what_does_the_same_does_not_differ() -> None:
    """No effect is no effect however it is written, and a start before month 0 is one."""
    assert differ_from(Cap(), Cap(charge_rate_per_hour=30, tolerance=0.5), OPENING) is None
    early = Cap(**{**OLD, "start": date(2019, 1, 1)})
    assert differ_from(cap(), early, OPENING) is None
    offers = [PermanentOffer(leadership=0.1, start=date(2024, month, 1)) for month in (1, 7)]
    before, until, after = stretches(*offers, OPENING)
    assert (before.is_same, until.is_same, after.is_same) == (True, False, True)


def test_terms_with_other_terms_before_them_differ_until_those_have_gone_out() -> None:
    low = {"start": date(2024, 1, 1), "charge_rate_per_hour": 30.0, "ramp_months": 12}
    new = {"start": date(2024, 7, 1), "charge_rate_per_hour": 38.0, "ramp_months": 6}
    assert differ_from(cap(new), cap(low, new), OPENING) == date(2024, 1, 1)
    assert not stretches(cap(new), cap(low, new), OPENING)[-1].is_same
    at_once = {**new, "ramp_months": 0}
    assert stretches(cap(at_once), cap(low, at_once), OPENING)[-1].is_same
    before = [{**low, "start": date(2023, 6, 1), "charge_rate_per_hour": x} for x in (30.0, 31.0)]
    soon = {**new, "start": date(2023, 10, 1)}
    assert differ_from(*(cap(one, soon) for one in before), OPENING) == OPENING


@pytest.mark.parametrize(
    ("lever", "terms", "said"),
    [
        ("permanent_offer", {"leadership": 0.0}, "withdrawn, going out over 12 months"),
        ("prevention", {"case_reduction": 0.0}, "nothing more is paid for, going out over 12"),
        ("newly_qualified", {"multiplier": 1.0}, "withdrawn, going out over 12 months"),
    ],
)
def test_what_is_withdrawn_is_told(lever: str, terms: dict[str, Any], said: str) -> None:
    kind = type(getattr(Levers(), lever))
    used = {"leadership": {"leadership": 0.1}, "case_reduction": {"case_reduction": 0.1}}
    first = used.get(next(iter(terms)), {"multiplier": 1.5})
    later = {"start": date(2026, 4, 1), "ramp_months": 12, **terms}
    found = kind(terms=[first, later])
    assert spans(found, OPENING)[-1].in_words(OPENING).startswith(said)
    assert kind(**terms).in_words(OPENING) == "no effect"


def test_the_lag_of_prevention_is_always_told() -> None:
    found = Levers().prevention.model_copy(update={"case_reduction": 0.1})
    assert f"after a lag of {found.lag_months} months" in found.in_words(OPENING)


def test_a_ramp_that_is_not_over_at_the_start_says_since_when() -> None:
    ramp = NewlyQualified(multiplier=1.5, start=date(2022, 6, 1), ramp_months=48)
    assert ramp.in_words(OPENING).endswith("coming in over 48 months from June 2022")
    assert "coming in" not in ramp.model_copy(update={"ramp_months": 12}).in_words(OPENING)


@pytest.mark.parametrize(
    ("members", "ending"),
    [
        ({"except": ["Croydon"]}, "without Croydon, who leave the old deal then"),
        (0.5, "; the others leave the old deal then"),
        (0.0, "nobody; the old agreement ends"),
        (1.0, "bearing 6 % of posts unfilled"),
    ],
)
def test_who_had_signed_before_is_told_what_becomes_of_them(members: Any, ending: str) -> None:
    lever = cap({"start": date(2027, 4, 1), "members": members, "tolerance": 0.06})
    assert spans(lever, OPENING)[-1].in_words(OPENING).endswith(ending)


def test_a_level_kept_from_older_terms_says_in_whose_money_it_is() -> None:
    kept = {"start": date(2027, 4, 1), "stated_on": date(2016, 1, 1)}
    text = spans(cap(kept), OPENING)[-1].in_words(OPENING)
    assert "rising with pay from its level in September 2023" in text
