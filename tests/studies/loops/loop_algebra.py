"""What the theory of feedback says of a matrix of gains."""

from __future__ import annotations

import numpy as np

from sim.domain.randomness import FloatArray


def return_ratio(gains: FloatArray, at: int) -> FloatArray:
    """Return the part of a push on a node that comes back to it when it is held pushed.

    All loops through the node count, and those they touch. With one loop it is its gain.
    """
    others = [node for node in range(gains.shape[-1]) if node != at]
    size = gains.shape[-1]
    whole = np.linalg.det(np.eye(size) - gains)
    rest = np.linalg.det(np.eye(size - 1) - gains[..., others, :][..., others])
    return np.asarray(1.0 - whole / rest)
