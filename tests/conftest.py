"""What holds for all tests: which of them are left out here, and that it is said."""

from __future__ import annotations

import os
import shutil
from zlib import crc32

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WITHOUT = f"No Chromium found ({', '.join(BROWSERS)}): the browser tests are left out."


SAMPLE = int(os.environ.get("PERMANENCE_TEST_SAMPLE", "1"))
"""Keep one slow test in so many: the same ones each time, chosen by their names."""


def _has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def pytest_report_header() -> list[str]:
    """Say at the top what will not be tested."""
    told = [] if SAMPLE == 1 else [f"One slow test in {SAMPLE} is run, chosen by its name."]
    return told if _has_browser() else [*told, WITHOUT]


def _is_sampled(item: pytest.Item) -> bool:
    return not item.get_closest_marker("slow") or crc32(item.nodeid.encode()) % SAMPLE == 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser; leave out slow ones that are not sampled."""
    left_out = [item for item in items if not _is_sampled(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _is_sampled(item)]
    if not _has_browser():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=WITHOUT))
