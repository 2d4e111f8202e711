"""The question `recover`: does the calibration find truths that are known?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from sim.answers.answer import Answer
from sim.answers.structures import pairs
from sim.domain.given import counted
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.calibrate.method.files import OWN_CODE
from sim.studies.recover import words
from sim.studies.recover.method import files
from sim.studies.recover.method.recovery import (
    FEWEST_TRUTHS,
    HEADLINE,
    SETTINGS,
    TRUTHS,
    Recovered,
    Recovery,
    recover,
    recoveries,
)
from sim.studies.request import Request, asked
from sim.studies.study import Desk, Study

MOST_TRUTHS = FEWEST_TRUTHS * len(pairs())


class Recover(Request):
    """Does the calibration find truths that are known?

    Each truth takes a minute or two on one processor. Stop it when you like: with --out, repeat
    the command to resume.
    """

    truths: Annotated[
        int,
        asked(
            "Number of synthetic truths; rival structures take turns.",
            low=1,
            high=MOST_TRUTHS,
            metavar="N",
        ),
    ] = TRUTHS
    seed: f.Seed = 1
    write_docs: f.Document = None


def work(asked: Recover, desk: Desk) -> Answer:
    """Hide truths and look for them."""
    f.refuse_document(asked.write_docs)
    out, seed = desk.out, asked.seed
    known = [] if out is None else files.open_folder(out, seed, SETTINGS)
    with desk.progress("truths, at most") as progress:
        found = recover(
            asked.truths, seed, settings=SETTINGS, known=known, pool=desk.pool, progress=progress,
            each=lambda one: None if out is None else files.keep(out, one),
        )  # fmt: skip
    written = [] if out is None else files.close_folder(out, found, seed, SETTINGS)
    if asked.write_docs is not None:
        files.write_rows(asked.write_docs, found)
        written.append(asked.write_docs)
    over = recoveries([row for one in found for row in one.rows])
    noted = words.notes(found, over)
    return Answer(
        about=counted(asked.truths, "truth"),
        values=_values(found, over, noted, seed),
        printed=[*words.printed(over, asked.truths)],
        notes=noted,
        written=written,
        found=found,
    )


def _values(
    found: Sequence[Recovered],
    over: Sequence[Recovery],
    noted: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    return {
        "seed": seed,
        "settings": asdict(SETTINGS),
        "notes": list(noted),
        "must_be_recovered": list(HEADLINE),
        "quantities": [asdict(one) for one in over],
        "truths": [
            {
                **{name: value for name, value in asdict(one).items() if name != "rows"},
                "rows": [{**asdict(row), "inside": row.inside} for row in one.rows],
            }
            for one in found
        ],
    }


STUDY = Study(
    name="recover",
    says=QUESTIONS["recover"],
    request=Recover,
    work=work,
    example="permanence recover --truths 20 --out results/recovery",
    in_python="""
    >>> sim.recover(truths=1)
    <recover: 1 truth>
    """,
    own=OWN_CODE,
)
