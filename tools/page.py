"""Photograph the workshop page for the documents, or time it, in the Chromium that is installed.

    python tools/page.py pictures      writes docs/page/*.png at 1366 by 768
    python tools/page.py bench         times the served page and the page in one file

Run from the top of the checkout, with the test tools installed. Both serve the page themselves.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sim.interfaces.page.explorer import explorer_html  # noqa: E402
from sim.interfaces.page.story import story  # noqa: E402
from tests.interfaces.serving import Watched, browsing, serving  # noqa: E402

PICTURES = ROOT / "docs" / "page"
CAP = "#base=no-cap&levers.cap.members=1&levers.cap.charge_rate_per_hour=41"
TWO = "&a=no-cap~%7B%7D&leftIs=a&b=no-cap~%7B%22levers.permanent_offer.hiring_uplift%22%3A0.5%7D"
MOVES = 12
WITHIN = {
    "served": {"ready": 1500.0, "quick": 300.0, "agents": 3000.0},
    "in one file": {"ready": 1500.0, "quick": 20.0},
}
"""Milliseconds each should take on two idle processors."""
MOST_BYTES = 2_000_000


def pictures() -> int:
    PICTURES.mkdir(exist_ok=True)
    with serving() as server, browsing() as browser:
        watched = Watched(browser)

        def shoot(name: str) -> None:
            watched.wait_for("agents")
            watched.page.screenshot(path=PICTURES / f"{name}.png")
            print(f"docs/page/{name}.png")

        page = watched.open(server.address)
        page.locator("#projector").click()
        shoot("start")
        for number, step in enumerate(story(), start=1):
            page.keyboard.press(str(number))
            page.keyboard.press("v")
            if step["panel"] == "loop":
                page.wait_for_selector("#loop-links li")
                for _ in range(6):
                    page.keyboard.press("l")
            shoot(f"step-{number}-{step['id']}")
        page.goto(f"{server.address}{CAP}{TWO}&rightIs=b")
        shoot("a-and-b")
        page.goto(f"{server.address}{CAP}&unit=Bexley")
        shoot("borough")
    return 0


def bench() -> int:
    with browsing() as browser, serving() as server:
        found = {"served": timed(browser, server.address, waits=True)}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "explorer.html")
            began = time.monotonic()
            path.write_text(explorer_html(), encoding="utf-8")
            took = time.monotonic() - began
            size = path.stat().st_size
            found["in one file"] = timed(browser, path.as_uri(), waits=False)
    missed = size > MOST_BYTES
    for where, limits in WITHIN.items():
        for what, limit in limits.items():
            values = found[where][what]
            middle, worst = statistics.median(values), max(values)
            missed |= middle > limit
            print(f"{where}, {what}: {middle:.0f} ms, worst {worst:.0f} (within {limit:.0f})")
    print(f"the file: {size / 1e6:.2f} MB (under {MOST_BYTES / 1e6:.0f}), written in {took:.0f} s")
    return int(missed)


def timed(browser, address: str, *, waits: bool) -> dict[str, list[float]]:
    """Return milliseconds until ready, and from a slider's move to each answer."""
    watched = Watched(browser)
    page = watched.open(address, teller="agents")
    taken = {"ready": [], "quick": [], "agents": []}
    taken["ready"].append(page.evaluate("window.permanence.timings.ready"))
    page.locator("#reset").click()
    watched.wait_for("agents")
    slider = page.locator("#first input[type=range]").nth(1)
    for move in range(MOVES):
        slider.press("ArrowRight" if move % 8 < 4 else "ArrowLeft")
        watched.wait_for("agents" if waits else "twin")
        told = page.evaluate("window.permanence.timings")
        if told["quick"] is not None:
            taken["quick"].append(told["quick"] - told["moved"])
        if told["agents"] is not None:
            taken["agents"].append(told["agents"] - told["moved"])
    watched.context.close()
    return taken


if __name__ == "__main__":
    wanted = {"pictures": pictures, "bench": bench}.get(sys.argv[1] if sys.argv[1:] else "")
    if wanted is None:
        sys.exit(__doc__)
    sys.exit(wanted())
