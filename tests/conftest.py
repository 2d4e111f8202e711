"""What holds for all tests: which of them are left out here, and that it is said."""

from __future__ import annotations

import os
import shutil
from zlib import crc32

import pytest
from hypothesis import settings

settings.register_profile("no deadline", deadline=None)  # a slow machine is no fault
settings.load_profile("no deadline")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WITHOUT = f"No Chromium found ({', '.join(BROWSERS)}): the browser tests are left out."


SAMPLES = {
    kind: int(os.environ.get(f"PERMANENCE_{kind.upper()}_TEST_SAMPLE", "1"))
    for kind in ("long", "slow", "fast")
}
"""Keep one test in so many of each kind: the same ones each time, chosen by their names."""


def _has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def pytest_report_header() -> list[str]:
    """Say at the top what will not be tested."""
    told = [
        f"One {kind} test in {sample} is run, chosen by its name."
        for kind, sample in SAMPLES.items()
        if sample > 1
    ]
    return told if _has_browser() else [*told, WITHOUT]


def _is_sampled(item: pytest.Item) -> bool:
    kind = next((one for one in SAMPLES if item.get_closest_marker(one)), "fast")
    return crc32(item.nodeid.encode()) % SAMPLES[kind] == 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser; leave out those that are not sampled."""
    left_out = [item for item in items if not _is_sampled(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_sampled(item)]
    if not _has_browser():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=WITHOUT))
