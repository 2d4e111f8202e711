"""A report: one HTML file that loads nothing, finding first, with all that made it.

The same result gives the same bytes: nothing in it says when or where it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.answers.reading import is_stamped
from sim.ensemble.run import Ensemble
from sim.interfaces.report import charts as pictures
from sim.interfaces.report import finding as words
from sim.interfaces.report import grounds, method
from sim.interfaces.report.html import (
    Section,
    bullets,
    details,
    document,
    facts,
    paragraph,
    table,
    text,
)
from sim.interfaces.report.manifest import as_data
from sim.interfaces.report.so_what import so_what
from sim.market.outcomes import OUTCOME
from sim.studies.effects.words import lever_name
from sim.words.captions import quoted
from sim.words.glossary import used_in
from sim.words.tables import shown, spread

SPLIT_NOTE = (
    "Each part is the mean over runs and over every order in which the levers can be added (the "
    "Shapley value), so parts add up to the package. `permanence verify` runs the scenarios again, "
    "not this split."
)
ONE_STRUCTURE = (
    "Every run of this result has the same structure. Others fit the record about as well and may "
    "give another answer: repeat the command with --structure all to see each of them."
)
TURNS = (
    "Runs are shared equally among the rival structures of the market, which the record does not "
    "tell apart. Here the same runs are shown by structure; with few runs of each the ends of "
    "intervals are rough."
)


def page(ensembles: Sequence[Ensemble], manifest: Mapping[str, Any]) -> str:
    """Return the whole report as HTML.

    Args:
        ensembles: one result, or a base and its policies.
        manifest: what `report_manifest.manifest_of` made of them: unit, versions, digests.
    """
    unit = str(manifest["unit"])
    title = words.title_of(ensembles)
    return document(
        title,
        words.lede_of(ensembles, unit),
        _kept_as_is(manifest) + _summary(ensembles, unit),
        list(_sections(ensembles, manifest, unit, title)),
        as_data(manifest),
        method.foot(manifest),
    )


def _kept_as_is(manifest: Mapping[str, Any]) -> str:
    """Return the label of a result that was kept before results carried a stamp of their code."""
    made_by = dict.fromkeys(
        str(one["package"]) for one in manifest["results"] if not is_stamped(one)
    )
    return "".join(
        f'<p class="kept"><strong>Made by permanence {text(package)}, before results carried a '
        "stamp of their code; shown as it was kept; this version cannot make it "
        "again.</strong></p>\n"
        for package in made_by
    )


def _summary(ensembles: Sequence[Ensemble], unit: str) -> str:
    told = "".join(paragraph(one) for one in words.finding(ensembles, unit))
    told += _so_what(ensembles, unit)
    rests = words.rests(ensembles)
    return (
        f'<div class="finding">\n{told}</div>\n'
        '<div class="rests">\n<p><strong>What this rests on.</strong> '
        f"{text(' '.join(rests))}</p>\n</div>\n" + words.scenarios_in_words(ensembles)
    )


def _so_what(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return what each policy comes to, its name before it where there are several."""
    base, *policies = ensembles
    told = [(policy, so_what(base, policy, unit)) for policy in policies]
    return "".join(
        "<p><strong>So what"
        f"{text(f', under {quoted(policy.scenario)}') if len(policies) > 1 else ''}.</strong> "
        f"{text(said)}</p>\n"
        for policy, said in told
        if said
    )


def _sections(
    ensembles: Sequence[Ensemble], manifest: Mapping[str, Any], unit: str, title: str
) -> Iterator[Section]:
    yield Section("key-numbers", "Key numbers", words.key_numbers_section(ensembles, unit))
    if manifest["split"]:
        yield Section("levers", "What each lever contributes", _split(manifest["split"]))
    yield Section("course", "How it unfolds", pictures.course_section(ensembles, unit))
    by_borough = details("Every employer's figures", words.borough_table(ensembles))
    yield Section("boroughs", "Boroughs", pictures.map_pictures(ensembles) + by_borough)
    yield Section("structures", "Rival structures", _structures(ensembles, unit))
    yield Section(
        "grounds", "What is measured and what is assumed", grounds.grounds_section(ensembles)
    )
    yield Section("limits", "Limits", bullets(grounds.limits(ensembles)))
    package = str(manifest["results"][0]["package"])
    yield Section("assumptions", "Assumptions log", grounds.log_section(ensembles, unit, package))
    pairing = words.pairing_tables(ensembles, unit)
    yield Section("method", "Method in one page", method.method_section() + pairing)
    yield Section("words", "What the words mean", _glossary(ensembles, unit))
    yield Section("run-again", "Run it again", method.manifest_section(manifest))
    yield Section("cite", "Citation and licences", method.citation_section(manifest, title))


def _glossary(ensembles: Sequence[Ensemble], unit: str) -> str:
    """Return the terms that the finding, its tables and what it rests on use."""
    said = (
        *words.finding(ensembles, unit),
        words.key_numbers_section(ensembles, unit),
        *words.rests(ensembles),
        TURNS,
        method.method_section(),
    )
    return facts((term.plain, term.meaning) for term in used_in(" ".join(said)))


def _structures(ensembles: Sequence[Ensemble], unit: str) -> str:
    several = len(set(ensembles[0].structures)) > 1
    return (
        paragraph(TURNS if several else ONE_STRUCTURE)
        + pictures.structures_pictures(ensembles, unit)
        + pictures.structures_table(ensembles, unit)
    )


def _split(rows: Sequence[Sequence[str]]) -> str:
    """Return a split by lever as `compare --shapley` wrote it, one table a policy and outcome."""
    header, *found = rows
    lines = [dict(zip(header, row, strict=False)) for row in found]
    tables = []
    for policy, outcome in dict.fromkeys((one["policy"], one["outcome"]) for one in lines):
        mine = [one for one in lines if (one["policy"], one["outcome"]) == (policy, outcome)]
        unit = mine[0]["unit_of_measure"]
        cells = [
            (
                lever_name(one["lever"]),
                _number(one["mean"], unit),
                spread(_value(one["q10"]), _value(one["q90"]), unit, signed=True),
                _number(one["alone"], unit),
                _number(one["added_last"], unit),
            )
            for one in mine
        ]
        where = mine[0]["unit"]
        label = OUTCOME[outcome].label if outcome in OUTCOME else outcome
        points = ", percentage points" if unit == "share" else ""
        caption = f"{where}: what {policy} adds to {mine[0]['base']}, {label}{points}"
        head = ("Lever", "Part (mean)", "80 % interval", "Alone", "Added last")
        tables.append(table(caption, head, cells))
    return paragraph(SPLIT_NOTE) + "".join(tables)


def _value(cell: str) -> float:
    return float(cell) if cell else float("nan")


def _number(cell: str, unit: str) -> str:
    return shown(_value(cell), unit, signed=True) if cell else ""
