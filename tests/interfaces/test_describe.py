"""`permanence describe`: short, complete, and written from what the model is made of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sim.domain.headline import CHARGE_RATE, HEADLINE
from sim.domain.parameters import Parameters
from sim.domain.quantities import declarations
from sim.domain.vocabulary import (
    BIDS_ON,
    HIRING_LABELS,
    LINK_LABELS,
    BidTrigger,
    Grade,
    HiringStructure,
)
from sim.interfaces.cli.describe import Topic, model_lines
from sim.market.model import MONTH
from sim.market.outcomes import OUTCOME, OUTCOMES
from sim.rules.levers import Levers
from sim.words.glossary import GLOSSARY, used_in
from tests.interfaces.command import permanence, too_wide

PARAMETERS = declarations(Parameters)


def described(topic: str) -> str:
    answer = permanence("describe", topic)
    assert (answer.code, answer.err) == (0, "")
    return answer.out


def described_json(topic: str) -> Any:
    return json.loads(permanence("describe", topic, "--json").out)


def test_the_model_fits_a_screen() -> None:
    lines = model_lines()
    assert len(lines) <= 45
    assert too_wide("\n".join(lines)) == []
    assert permanence("describe").out.splitlines() == lines


def test_the_month_is_that_of_the_model_in_its_order() -> None:
    text = described("model")
    said = [phase.__name__.replace("_", " ") for phase in MONTH]
    places = [text.casefold().index(f"{place:>3}. {words}") for place, words in enumerate(said, 1)]
    assert places == sorted(places)
    months = described_json("model")["month"]
    assert [phase["phase"] for phase in months] == [phase.__name__ for phase in MONTH]
    assert all(phase["what"] for phase in months)


def test_levers_structures_and_links_are_all_named() -> None:
    text = " ".join(described("model").split())
    for name, field in Levers.model_fields.items():
        assert f"{name.replace('_', ' ')} ({field.description})" in text
    for word in (*BidTrigger, *HiringStructure, *LINK_LABELS.values()):
        assert word in text


def test_what_it_cannot_tell_is_said() -> None:
    text = " ".join(described("model").split())
    assert "effects rest on tax law and stated assumptions" in text
    assert "partly by leaving posts empty" in text
    assert "the data do not settle" in text
    for grade in Grade:
        count = sum(declared.grade is grade for declared in PARAMETERS.values())
        assert f"{count} {grade.value.replace('_', ' ')}" in text


@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_fits_eighty_columns(topic: Topic) -> None:
    assert too_wide(described(topic)) == []


def test_every_parameter_is_there_with_default_range_grade_and_source() -> None:
    text = " ".join(described("parameters").split())
    for name, declared in PARAMETERS.items():
        assert f"{name} = " in text
        assert f"({declared.unit})" in text
        if declared.allowed is not None:
            low, high = declared.allowed
            assert f"allowed {low:g} to {high:g}" in text
        assert declared.source.removeprefix("assumption").removeprefix("; ") in text
    found = {one["name"]: one for one in described_json("parameters")}
    assert found.keys() == PARAMETERS.keys()
    assert found["bid_speed"]["default"] == PARAMETERS["bid_speed"].default


def test_every_lever_field_is_there_by_the_key_it_is_set_with() -> None:
    text = described("levers")
    for name, field in Levers.model_fields.items():
        for key, declared in declarations(field.annotation).items():  # type: ignore[arg-type]
            assert f"levers.{name}.{key} = " in text
            assert " ".join(declared.label.split()) in " ".join(text.split())
    assert "no effect at" in text
    assert "one of charge, assignment" in " ".join(text.split())
    assert "None" not in text
    assert described_json("levers").keys() == Levers.model_fields.keys()


def test_every_outcome_is_there_with_its_unit() -> None:
    text = described("outcomes")
    for outcome in OUTCOMES:
        assert f"{outcome.name}   ({outcome.unit})" in text
    assert [one["name"] for one in described_json("outcomes")] == [o.name for o in OUTCOMES]


def test_the_glossary_says_each_term_once_and_takes_names_from_where_they_stand() -> None:
    text = " ".join(described("glossary").split())
    found = described_json("glossary")
    assert [one["code"] for one in found] == [term.code for term in GLOSSARY]
    assert len({term.code for term in GLOSSARY}) == len(GLOSSARY)
    for term in GLOSSARY:
        assert term.plain in text
        assert term.meaning.endswith(".")
    plain = {term.code: term.plain for term in GLOSSARY}
    for outcome in (*HEADLINE, "vacancy_share"):
        assert plain[outcome].startswith(OUTCOME[outcome].label)
    for hiring in HiringStructure:
        assert HIRING_LABELS[hiring] in plain[f"structure.hiring = {hiring}"]
    for trigger in BidTrigger:
        assert BIDS_ON[trigger] in plain[f"structure.bid_trigger = {trigger}"]


def test_only_the_terms_of_a_text_are_listed() -> None:
    found = [term.code for term in used_in("Price paid to the agency, 80 % interval")]
    assert found == [CHARGE_RATE, "80 % interval"]
