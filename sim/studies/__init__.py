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
    "brief": "Write a page: what a policy does, what it costs, what would change the answer.",
    "money": "Follow every pound: who pays whom, and what of a saving is only a shift.",
    "reach": "Find the cheapest way to a target, with a stated chance under every structure.",
    "sensitivity": "Say what drives an answer: screening, shares of variance, a tornado.",
}
"""What each question answers, by its name, in the order of the help."""


def study_named(name: str) -> Study[Any]:
    """Return a question by its name; its room is loaded when it is first asked for."""
    room = name.replace("-", "_")
    found: Study[Any] = import_module(f"sim.studies.{room}.question").STUDY
    return found
