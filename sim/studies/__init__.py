"""Questions, a room each: what is asked, the work, the words, the chart.

Each room with a `question.py` holds a `STUDY`; every door (command line, Python, report) serves
it from there.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.studies.study import Study

QUESTIONS = {
    "demo": "Show the vicious circle, a pan-London cap, the IR35 change and a package.",
    "run": "Run an ensemble of one scenario.",
    "compare": "Compare scenarios run by run: old, new, difference with its 80 % interval, and the "
    "pairing.",
    "calibrate": "Fit every rival structure to London's record of 2017-2021: half an hour on two "
    "processors.",
    "brief": "Write a page: what a policy does, what it costs, what would change the answer.",
    "circle": "Test the circle over draws: capped, and with each link cut in turn.",
    "coalition": "Play the cap as a game: who gains by leaving, who leaves first, how many "
    "hold it.",
    "effects": "Show what each lever of a package does alone, under each rival structure.",
    "hindcast": "Forecast every borough and London from a census year, and score it on what came "
    "after.",
    "identify": "Set prior and posterior side by side, for every parameter and for what the cap "
    "and IR35 do.",
    "loops": "Measure each link and loop of the circle, and which is strongest when; draw them.",
    "money": "Follow every pound: who pays whom, and what of a saving is only a shift.",
    "patterns": "Set the model beside seventeen patterns of the census: fitted, held out, "
    "anchored.",
    "recover": "Hide parameters in synthetic Londons and see whether the calibration finds them.",
    "reach": "Find the cheapest way to a target, with a stated chance under every structure.",
    "robust": "Put policies in the same sampled futures: who meets a target, who regrets what, and "
    "when each fails.",
    "sensitivity": "Say what drives an answer: screening, shares of variance, a tornado.",
    "story": "Tell a council's story: its claim, the census, the model, and a placebo without its "
    "policy.",
    "sweep": "Run a scenario over a grid of one or two numbers, every point with the same luck.",
    "take-home": "Work out a year's take-home pay by one route.",
    "tip": "Find the level of a number at which London reaches 90 %, under every rival structure.",
}
"""What each question answers, by its name, in the order of the help."""


def study_named(name: str) -> Study[Any]:
    """Return a question by its name; its room is loaded when it is first asked for."""
    room = name.replace("-", "_")
    found: Study[Any] = import_module(f"sim.studies.{room}.question").STUDY
    return found
