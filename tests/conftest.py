"""What holds for all tests: those that need a browser are left out, and said to be, without one."""

from __future__ import annotations

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WITHOUT = f"No Chromium found ({', '.join(BROWSERS)}): the browser tests are left out."


def _has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def pytest_report_header() -> list[str]:
    """Say at the top what will not be tested."""
    return [] if _has_browser() else [WITHOUT]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser."""
    if not _has_browser():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=WITHOUT))
