"""The guided story: its five steps as `story.json` tells them, and the runs they need."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from sim.domain.vocabulary import Link
from sim.interfaces.page.specs import Spec, values_of
from sim.scenario import load_scenario

STATIC = "static"


@cache
def story() -> list[dict[str, Any]]:
    """Return the five steps of the story."""
    text = resources.files(__package__).joinpath(STATIC, "story.json").read_text("utf-8")
    steps: list[dict[str, Any]] = json.loads(text)
    return steps


def story_pairs() -> list[tuple[Spec, Spec]]:
    """Return the pairs of the story: each step, and each link of the circle cut alone."""
    pairs = []
    for step in story():
        left = Spec(**step["left"])
        right = between(left, step["policy"])
        pairs += [(left, left), (left, right)]
        if step["panel"] == "loop":
            for link in Link:
                cut = {**left.changes, "structure.cut_links": [link.value]}
                pairs.append((left, Spec(scenario=left.scenario, changes=cut)))
    return [one for place, one in enumerate(pairs) if one not in pairs[:place]]


def between(left: Spec, policy: str) -> Spec:
    """Return a shipped policy as changes to the left side's scenario."""
    before, after = values_of(left.resolved("left")), values_of(load_scenario(policy))
    own = values_of(load_scenario(left.scenario))
    changes = dict(left.changes)
    for path, value in after.items():
        if value is not None and (value != before[path] or path in left.changes):
            changes[path] = value
    kept = {
        path: value for path, value in changes.items() if value != own[path] or path in left.changes
    }
    return Spec.model_construct(scenario=left.scenario, changes=kept)
