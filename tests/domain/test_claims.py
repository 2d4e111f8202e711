"""Claims of councils: read, checked, and never taken for the census."""

from __future__ import annotations

import pytest

from sim.domain.census import EvidenceError, read_rows
from sim.domain.claims import CLAIM_COLUMNS, claims, claims_of, parse_claims
from sim.domain.published import published_figure

HEADER = ",".join(CLAIM_COLUMNS)
SOUND = "Bexley,2018-08-31,permanent_share_of_workforce,0.9,about 90 %,looked_up,a report"


def parsed(*lines: str) -> object:
    return parse_claims(read_rows("claims.csv", CLAIM_COLUMNS, [HEADER, *lines]))


def test_every_story_has_a_claim_with_a_source() -> None:
    assert {claim.employer for claim in claims()} == {"Bexley", "Hillingdon", "Bromley"}
    assert all(claim.source and claim.in_our_words for claim in claims())
    assert claims_of("Barnet") == ()


def test_claims_run_ahead_of_the_census() -> None:
    bexley = max(claims_of("Bexley"), key=lambda claim: str(claim.day))
    seen = published_figure(bexley.measure, 2018, "Bexley")
    assert seen == pytest.approx(0.815, abs=0.001)
    assert bexley.value > seen


def test_a_claim_may_have_no_date() -> None:
    assert any(claim.day is None for claim in claims_of("Hillingdon"))


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("Bexley", "Bexly", "column employer"),
        ("2018-08-31", "summer", "column date"),
        ("permanent_share_of_workforce", "turnover", "column measure"),
        ("0.9", "90", "column value"),
        ("looked_up", "certain", "column grade"),
        ("a report", "", "column source"),
    ],
)
def test_a_faulty_row_names_its_line_and_column(was: str, now: str, told: str) -> None:
    with pytest.raises(EvidenceError, match=f"claims.csv, line 2, {told}"):
        parsed(SOUND.replace(was, now))
