"""Print the oldest packages that pyproject.toml promises to work with, one pin a line.

`make lowest` installs exactly these, and what they need, and runs the fast tests with them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
BOUND = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9.]+)")


def lowest() -> Iterator[str]:
    """Yield a pin for every dependency that has a lower bound, those of users' extras too.

    Raises:
        ValueError: a dependency of the package itself has no lower bound.
    """
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for needed in [*project["dependencies"], *extras["xarray"], *extras["office"], *extras["page"]]:
        found = BOUND.match(needed)
        if found is None:
            raise ValueError(f"pyproject.toml: {needed}: no lower bound; allowed: name>=version")
        yield f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    print("\n".join(lowest()))
