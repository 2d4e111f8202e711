"""The question `demo`: the circle, the cap, the tax change and the package, in a minute."""

from __future__ import annotations

from pathlib import Path

from sim.answers.answer import Answer, Chart
from sim.domain.vocabulary import LONDON
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble
from sim.scenario import load_scenario
from sim.studies import QUESTIONS
from sim.studies import fields as f
from sim.studies.pictures import pictures_of
from sim.studies.request import Request
from sim.studies.study import Desk, Study
from sim.words.captions import size
from sim.words.result_tables import comparison_tables, pair_as_json

DEMO_PAIRS = (
    ("vicious-circle", "capped-circle", "The vicious circle of a stylised 2014, then capped"),
    ("no-cap", "pan-london-cap", "London from the latest census: no cap, then a pan-London cap"),
    ("no-ir35", "baseline", "IR35 not enforced, then enforced as enacted"),
    ("baseline", "package", "London as it is, then the package"),
)
DEMO_YEARS = 10


class Demo(Request):
    """The circle, the cap, the tax change and the package."""

    runs: f.Runs = 10
    seed: f.Seed = 1


def work(asked: Demo, desk: Desk) -> Answer:
    """Run every scenario of the pairs once."""
    desk.refuse_foreign()
    names = list(dict.fromkeys(name for old, new, _ in DEMO_PAIRS for name in (old, new)))
    planned = {name: load_scenario(name) for name in names}
    settings = f.Luck(asked.runs, asked.seed, DEMO_YEARS, Draws.POSTERIOR)
    folders = desk.claim_results(planned, settings)
    done: dict[str, Ensemble] = {
        name: desk.ensemble(one, settings, folders[name]) for name, one in planned.items()
    }
    pairs = [(done[old], done[new], f"\n{title}") for old, new, title in DEMO_PAIRS]
    tables, common = comparison_tables(pairs, LONDON)
    charts: list[Chart] = []
    for base, policy, _ in pairs:
        folder = f"{base.scenario.name}-and-{policy.scenario.name}"
        charts += pictures_of([base, policy], folder, LONDON)
    return Answer(
        about=f"{len(pairs)} comparisons, {size(pairs[0][0])}",
        values={"comparisons": [pair_as_json(base, policy, ()) for base, policy, _ in pairs]},
        printed=tables,
        notes=common,
        charts=charts,
        results=done,
        found=done,
    )


STUDY = Study(
    name="demo",
    says=QUESTIONS["demo"],
    request=Demo,
    work=work,
    example="permanence demo",
    in_python="""
    >>> sim.demo(runs=2)
    <demo: 4 comparisons, 2 runs of 10 years>
    """,
    folder=Path("permanence-demo"),
)
