"""Settings of a recovery that takes seconds: its own take minutes for each truth."""

from __future__ import annotations

import pytest

from sim.studies.recover import question
from sim.studies.recover.method import recovery
from tests.studies.recover.test_recovery import QUICK


def recover_quickly(patch: pytest.MonkeyPatch) -> None:
    for name, value in {"PRIOR_DRAWS": 64, "CANDIDATES": 64, "PRIOR_FLOWS": 16}.items():
        patch.setattr(recovery, name, value)
    patch.setattr(question, "SETTINGS", QUICK)
