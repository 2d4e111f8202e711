"""The compiled loops and the same text run as plain Python give one London, to the byte."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest

from sim.scenario import load_scenario
from tests.market.small_london import market_of, small_census

ROOT = Path(__file__).resolve().parents[2]
YEARS = 1
AS_WRITTEN = """
import warnings
warnings.simplefilter("error", RuntimeWarning)
from tests.market.test_as_written import a_small_london
print(a_small_london())
"""


def a_small_london() -> str:
    """Return a hash of all that was recorded in a year, and of everybody who came."""
    market = market_of(load_scenario("package"), small_census(6), years=YEARS)
    digest = blake2b(market.run().tobytes())
    for column in market.workforce.rows:
        digest.update(column.tobytes())
    market.release()
    return digest.hexdigest()


@pytest.mark.slow
def test_loops_run_as_written_give_what_they_give_compiled() -> None:
    plainly = subprocess.run(
        [sys.executable, "-c", AS_WRITTEN],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert plainly.returncode == 0, plainly.stderr
    assert plainly.stdout.strip() == a_small_london()
