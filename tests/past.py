"""Scenarios of the census of 2023, before the rules on agency work: for tests with fixed dates."""

from __future__ import annotations

from pathlib import Path

FROM_2023 = "from-2023"
NO_CAP_2023 = str(Path(__file__).parent / "scenarios" / "no-cap-2023.toml")
