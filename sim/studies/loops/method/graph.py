"""Loops of a signal flow graph: their gains, and what all of them together make of a push.

A gain says how far the effect follows its cause over about a year: the cause is raised by one
unit and kept there, and the gain is the mean rise of the effect, months being weighted by
exp(-months / 12). The weighting makes gains multiply exactly: along a chain, and round a loop,
where the product is the part of a push that comes back. Without it a product would be too large
wherever one answer has to wait for another.

Source: a gain is the ratio of two z-transforms at z = exp(1/12), so that Mason (1956), "Feedback
theory: further properties of signal flow graphs", applies. A reinforcing loop alone, with a gain
of 1, grows by a factor e a year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import networkx as nx
import numpy as np

from sim.domain.calendar import MONTHS_PER_YEAR
from sim.domain.randomness import FloatArray

FADE = float(np.exp(-1.0 / MONTHS_PER_YEAR))
"""Weight of a month against the one before it."""

Cycle = tuple[str, ...]


def gain(
    response: FloatArray | float, *, lag: FloatArray | int = 0, memory: FloatArray | float = 0.0
) -> FloatArray:
    """Return the gain of a link from one month's response.

    Args:
        response: rise of the effect in a month per unit of the cause.
        lag: months until the effect answers.
        memory: what is left of a rise of the effect a month later, all else held (0 for what is
            worked out afresh each month).
    """
    return np.asarray(np.multiply(response, FADE**lag) / (1.0 - np.multiply(memory, FADE)))


def discounted(path: FloatArray) -> FloatArray:
    """Return the mean of a path over months, (..., month), the first month weighing most.

    The last month stands for all that would follow.
    """
    weights = (1.0 - FADE) * FADE ** np.arange(path.shape[-1])
    weights[-1] /= 1.0 - FADE
    return np.asarray(path @ weights)


def cycles(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> list[Cycle]:
    """Return every simple cycle, each from its first node in the order given, in a fixed order."""
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    place = {node: number for number, node in enumerate(nodes)}
    found = []
    for cycle in nx.simple_cycles(graph):
        start = min(range(len(cycle)), key=lambda at: place[cycle[at]])
        found.append(tuple(cycle[start:] + cycle[:start]))
    return sorted(found, key=lambda cycle: (len(cycle), [place[node] for node in cycle]))


def cycle_gain(gains: FloatArray, nodes: Sequence[str], cycle: Cycle) -> FloatArray:
    """Return the product of gains round a cycle.

    Args:
        gains: (..., effect, cause).
    """
    place = [nodes.index(node) for node in cycle]
    product = np.ones(gains.shape[:-2])
    for cause, effect in zip(place, [*place[1:], place[0]], strict=True):
        product = product * gains[..., effect, cause]
    return product


def without_node(gains: FloatArray, at: int) -> FloatArray:
    """Return the gains between the other nodes once one is passed through.

    A push on any other node gets the answers it got before.
    """
    others = [node for node in range(gains.shape[-1]) if node != at]
    into = gains[..., at, :][..., others]
    out = gains[..., :, at][..., others]
    own = 1.0 - gains[..., at, at]
    through = out[..., :, None] * into[..., None, :] / own[..., None, None]
    return np.asarray(gains[..., others, :][..., others] + through)


def self_loops_absorbed(gains: FloatArray) -> FloatArray:
    """Return the gains once what a node does to itself is part of how it answers the others.

    Responses to a push on a node without such a loop are what they were.
    """
    itself = np.einsum("...ii->...i", gains)
    kept = gains * (1.0 - np.eye(gains.shape[-1]))
    return np.asarray(kept / (1.0 - itself)[..., :, None])


def answers(gains: FloatArray, push: FloatArray) -> FloatArray:
    """Return what every node becomes once all loops have answered a push, (..., node).

    Args:
        gains: (..., effect, cause).
        push: what each node is pushed by from outside, (..., node).
    """
    kept = np.eye(gains.shape[-1]) - gains
    return np.asarray(np.linalg.solve(kept, push[..., None])[..., 0])
