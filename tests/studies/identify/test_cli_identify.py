"""`permanence identify` and the page on what the record can tell."""

from __future__ import annotations

import csv
import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest

from sim.answers.structures import pairs
from sim.domain.headline import SHARES
from sim.domain.posterior import shipped_posterior
from sim.ensemble.draws import Draws
from sim.studies.identify import method as i
from sim.studies.identify import question as cli_identify
from sim.studies.identify import words
from sim.studies.identify.charts import identification_chart
from sim.studies.identify.method import POLICIES, Effect, Identification
from tests.interfaces.command import files_in, permanence, too_wide

PAGE = Path(__file__).parents[3] / "docs" / "identification.md"
NUMBER = re.compile(r"[-+]?\d")


@functools.cache
def invented(shift: float = 0.01) -> Identification:
    """Return what the shipped posterior says of parameters, with invented effects of policies."""
    posterior = shipped_posterior()
    structures = tuple(pair for pair in pairs() if pair in posterior.tables)
    luck = np.random.default_rng(4)

    def values(spread: float) -> dict[i.Pair, np.ndarray]:
        return {pair: shift + spread * luck.standard_normal(30) for pair in structures}

    parameters = i.fitted_parameters(posterior)
    driver = i.Driver(parameters[0].name, 0.5, parameters[0].standing)
    return Identification(
        parameters=parameters,
        silent=i.silent_parameters(posterior),
        combinations=i.combinations_of(posterior),
        effects=[
            Effect(policy, outcome, values(0.02), values(0.01))
            for policy in POLICIES
            for outcome in SHARES
        ],
        drivers={policy: [driver] for policy in POLICIES},
        structures=structures,
        runs=30 * len(structures),
        years=5,
        seed=1,
        posterior=Draws.POSTERIOR,
    )


def tables(text: str) -> dict[str, list[list[str]]]:
    """Return a page's tables by their head, as rows of cells; those of one head together."""
    found: dict[str, list[list[str]]] = {}
    head = ""
    for line in text.splitlines():
        if not line.startswith("|"):
            head = ""
        elif not head:
            head = line
            found.setdefault(head, [])
        elif not line.startswith("|---"):
            found[head].append(line.strip("| ").split(" | "))
    return found


@pytest.mark.slow
def test_the_page_in_the_documents_is_made_as_its_tables_are() -> None:
    written = PAGE.read_text("utf-8")
    old, new = tables(written), tables(words.page(invented(), "identification.png", "words"))
    assert list(old) == list(new), "run `make identification` and read what changed"
    for head, rows in new.items():
        if "rank correlation" in head:
            continue
        fixed = 2 if head.startswith("| effect on") else 1
        told = [row[:fixed] for row in old[head]]
        assert told == [row[:fixed] for row in rows], head
        if head.startswith(("| parameter", "| one")):  # these come from the posterior alone
            assert old[head] == rows, "run `make identification` and read what changed"
            continue
        for row in old[head]:
            assert all(NUMBER.search(cell) for cell in row[2:-1]), row
            assert "nan" not in " ".join(row)


def test_the_page_says_what_no_record_can_and_shows_its_chart() -> None:
    written = PAGE.read_text("utf-8")
    assert "No census contains the start of either policy" in written
    picture = re.search(r"!\[(.+?)\]\((.+?)\)", written)
    assert picture is not None
    assert (PAGE.parent / picture[2]).is_file()
    assert (PAGE.parent / picture[2]).with_suffix(".png").is_file()
    assert len(picture[1]) > 200
    for policy in POLICIES:
        assert f"`{policy.policy}` less `{policy.base}`" in written


def test_what_moved_is_said_of_an_interval_that_shrank() -> None:
    said = words.moved(invented(), i.CAP)
    assert re.search(r"interval is [45]\d % narrower", said)
    assert "+1.0" in said or "+0.9" in said or "+1.1" in said


def test_the_chart_says_its_finding_and_describes_itself() -> None:
    chart = identification_chart(invented())
    assert "IR35" in chart.figure.headline
    assert "prior" in chart.alt_text
    assert len(chart.figure.axes) == len(SHARES)


@pytest.mark.slow
def test_the_command_prints_and_saves_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_identify, "identify", lambda **_: invented())
    out, document = tmp_path / "found", tmp_path / "page.md"
    typed = ("identify", "--quiet", "--jobs", "1", "--out", "found")
    answer = permanence(*typed, "--write-docs", "page.md", folder=tmp_path)
    assert answer.code == 0, answer.err
    assert too_wide(answer.out) == []
    assert "No census contains" in " ".join(answer.out.split())
    assert document.read_text("utf-8") == words.page(
        invented(), "page.png", identification_chart(invented()).alt_text
    )
    rows = list(csv.DictReader((out / "effects.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == len(POLICIES) * len(SHARES) * 2 * (1 + len(invented().structures))
    told = json.loads(permanence(*typed, "--json", folder=tmp_path).out)
    assert told["effects"][0]["q50"] == float(rows[0]["q50"])
    assert set(told["not_fitted"]) == set(invented().silent)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("--runs", "0"), "allowed: a whole number from 1"),
        (("--parameters", "prior"), "given prior; allowed: posterior, or a posterior's file"),
        (("--parameters", "median"), "given median; allowed: posterior, or a posterior's file"),
        (("--out", "a-file"), "is a file, where a folder is expected"),
        (("--write-docs", "nowhere/page.md"), "allowed: a file in a folder that is there"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    typed: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("kept")
    before = files_in(tmp_path)
    answer = permanence("identify", *typed, folder=tmp_path)
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert files_in(tmp_path) == before
