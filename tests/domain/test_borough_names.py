"""Every place that takes a borough knows its official name, its short names and its code."""

from __future__ import annotations

import pytest

from sim.domain.borough_names import SHORT_NAMES, plain
from sim.domain.evidence import Place, UnknownBorough, employer_of, employers, places
from sim.scenario import scenario_from

ROYAL = ("Greenwich", "Kensington and Chelsea", "Kingston upon Thames")
CITIES = ("City of London", "Westminster")


def official(place: str) -> str:
    """Return a place's official name."""
    if place in CITIES:
        return f"City of {place.removeprefix('City of ')}"
    style = "Royal" if place in ROYAL else "London"
    return f"{style} Borough of {place}"


@pytest.mark.parametrize("place", places(), ids=lambda place: place.name)
def test_a_place_is_known_by_every_name_and_by_its_code(place: Place) -> None:
    name = official(place.name)
    for given in (
        place.name,
        place.gss_code,
        place.gss_code.lower(),
        name,
        f"The {name}",
        f"  {name.upper()} ",
        name.replace(" and ", " & "),
        name.replace(" ", "  ").replace("upon", "-upon-"),
        f"{place.name} Council",
        f"{place.name} LBC",
        f"LB {place.name}",
    ):
        assert employer_of(given) == place.employer, given


def test_an_employer_is_known_by_its_own_name() -> None:
    assert [employer_of(name) for name in employers()] == list(employers())


def test_short_names_are_written_plainly_and_no_place_bears_anothers() -> None:
    names = {place.name for place in places()}
    assert set(SHORT_NAMES.values()) <= names
    assert all(short == plain(short) for short in SHORT_NAMES)
    assert not {plain(name) for name in names} & set(SHORT_NAMES)


@pytest.mark.parametrize(
    ("given", "employer"),
    [
        ("K&C", "Kensington and Chelsea"),
        ("RBKC", "Kensington and Chelsea"),
        ("h & f", "Hammersmith and Fulham"),
        ("Westminster City Council", "Westminster"),
        ("City of London Corporation", "City of London"),
        ("Kingston", "Kingston upon Thames / Richmond upon Thames"),
        ("Tower Hamlets LBC", "Tower Hamlets"),
    ],
)
def test_usual_short_names(given: str, employer: str) -> None:
    assert employer_of(given) == employer


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("Bexly", "did you mean Bexley?"),
        ("London Borough of Bexly", "did you mean Bexley?"),
        ("Royal Borough of Kensingtn and Chelsea", "did you mean Kensington and Chelsea?"),
        ("Hamersmith & Fulham", "did you mean Hammersmith and Fulham?"),
        ("Kens", "did you mean Kensington and Chelsea?"),
        ("E09000034", "a code from E09000001 to E09000033"),
        ("E08000003", "a code from E09000001 to E09000033"),
    ],
)
def test_what_is_close_gets_a_hint(given: str, hint: str) -> None:
    with pytest.raises(UnknownBorough) as fault:
        employer_of(given)
    assert hint in str(fault.value)


@pytest.mark.parametrize("given", ["", "Paris", "borough", "x" * 10_000, "é"])
def test_what_is_no_borough_is_refused_in_few_words(given: str) -> None:
    with pytest.raises(UnknownBorough) as fault:
        employer_of(given)
    assert len(str(fault.value)) < 200
    assert "did you mean" not in str(fault.value)


def test_files_take_them_too() -> None:
    found = scenario_from(
        {
            "borough": "London Borough of Bexley",
            "start": {"judgements": {"RBKC": "good"}, "figures": {"E09000004": {"posts_fte": 9}}},
            "levers": {"cap": {"charge_rate_per_hour": 40.0, "members": ["E09000007", "K&C"]}},
        }
    )
    assert found.borough == "Bexley"
    assert found.start.judgements.keys() == {"Kensington and Chelsea"}
    assert found.start.figures.keys() == {"Bexley"}
    assert found.levers.cap.members == ("Camden", "Kensington and Chelsea")
