"""Photograph the workshop page for the documents, or time it, in the Chromium that is installed.

    python tools/page.py pictures        writes docs/page/*.png: the stage, each step, the detail
    python tools/page.py bench [FILE]    times the served page, and the page in one file: FILE if
                                         it is there already, else one that is made (minutes)

Run from the top of the checkout, with the test tools installed. Both serve the page themselves.
"""

import io
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sim.ensemble.run import run_ensemble  # noqa: E402
from sim.ensemble.workers import workers  # noqa: E402
from sim.interfaces.page.explorer import explorer_html  # noqa: E402
from sim.interfaces.page.facts import START  # noqa: E402
from sim.interfaces.page.sizes import DEFAULT_RUNS, DEFAULT_SEED, DEFAULT_YEARS  # noqa: E402
from sim.interfaces.page.story import story  # noqa: E402
from sim.scenario import load_scenario  # noqa: E402
from tests.interfaces.serving import Watched, browsing, serving  # noqa: E402

PICTURES = ROOT / "docs" / "page"
CAP = "#base=no-cap&levers.cap.members=1&levers.cap.charge_rate_per_hour=41"
TWO = "&a=no-cap~%7B%7D&leftIs=a&b=no-cap~%7B%22levers.permanent_offer.hiring_uplift%22%3A0.5%7D"
STAGED = "#stage:not(.is-waiting):not(.is-stale)"
STAGES = ((1920, 1080), (1366, 625))
SCREENS = (
    (390, 844),
    (768, 1024),
    (1024, 768),
    (1200, 800),
    (1280, 720),
    (1366, 768),
    (1920, 1080),
)
LAPTOP, PAPER = (1366, 768), (794, 1123)
WIDE = 1000
"""Pixels from which a page is photographed as the screen shows it, not to its end."""
MONTHS_BACK = 44
"""From the end of six years back into the middle of the race."""
COLOURS = 256
"""Of a picture: enough for a page of few hues, and a third of the bytes."""
OPENINGS, MOVES = 5, 12
WITHIN = {
    "served": {"ready": 1500.0, "quick": 300.0, "agents": 3000.0},
    "in one file": {"ready": 1500.0, "quick": 20.0},
}
"""Milliseconds each should take on two idle processors."""
MOST_BYTES = 2_000_000


def pictures() -> int:
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with serving("--ahead") as server, browsing() as browser:
        for number, step in enumerate(story(), start=1):
            for wide, tall in STAGES:
                shoot_step(browser, server.address, f"{number}-{step['id']}", number, (wide, tall))
        for wide, tall in SCREENS:
            shoot(browser, server.address + CAP, f"detail-{wide}x{tall}", (wide, tall))
        shoot(browser, server.address + CAP, "detail-zoom-200", (683, 384))
        shoot(browser, server.address + CAP, "detail-dark", LAPTOP, color_scheme="dark")
        forced = {"color_scheme": "dark", "forced_colors": "active"}
        shoot(browser, server.address + CAP, "detail-forced-colours", LAPTOP, **forced)
        shoot(browser, f"{server.address}{CAP}{TWO}&rightIs=b", "a-and-b", LAPTOP)
        shoot(browser, f"{server.address}{CAP}&unit=Bexley", "borough", LAPTOP)
        shoot(browser, server.address + CAP, "detail-print", PAPER, media="print")
    return 0


def shoot(browser, address: str, name: str, size: tuple[int, int], **media: str) -> None:
    """Photograph an address once the agents have answered; a narrow one as far as it goes."""
    watched = Watched(browser, *size)
    watched.page.emulate_media(**media)
    watched.open(address, teller="agents")
    keep(watched.page.screenshot(full_page=size[0] < WIDE), name)
    watched.context.close()


def shoot_step(browser, address: str, name: str, number: int, size: tuple[int, int]) -> None:
    """Photograph a step of the story on the stage: with a guess drawn, and in mid-play."""
    watched = Watched(browser, *size)
    page = watched.open(f"{address}#base=no-cap&view=stage", teller="agents")
    screen = f"{size[0]}x{size[1]}"
    page.keyboard.press(str(number))
    watched.wait_for("agents")
    page.wait_for_selector(STAGED)
    for key in ("g", "PageUp", "ArrowRight", "ArrowRight", "PageUp"):
        page.keyboard.press(key)
    keep(page.screenshot(), f"stage-{name}-guess-{screen}")
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("v")
    keep(page.screenshot(), f"stage-{name}-chart-{screen}")
    page.locator("#stage-pane").click()
    for _ in range(MONTHS_BACK):
        page.keyboard.press(",")
    keep(page.screenshot(), f"stage-{name}-{screen}")
    watched.context.close()


def keep(content: bytes, name: str) -> None:
    """Write a picture in few colours."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    small = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(PICTURES / f"{name}.png", optimize=True)
    print(f"docs/page/{name}.png", flush=True)


def bench(given: str | None = None) -> int:
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        path = Path(given) if given else made(Path(folder, "explorer.html"))
        size = path.stat().st_size
        found = {"in one file": timed(browser, path.absolute().as_uri(), waits=False)}
        with serving("--ahead") as server:
            time.sleep(3.0)  # it has worked ahead for its opening, as on the day
            found["served"] = timed(browser, server.address, waits=True)
    missed = size > MOST_BYTES
    for where, limits in WITHIN.items():
        for what, limit in limits.items():
            values = found[where][what]
            middle = statistics.median(values)
            missed |= middle > limit
            print(
                f"{where}, {what}: median {middle:.0f} ms of {len(values)}, "
                f"least {min(values):.0f}, most {max(values):.0f} (within {limit:.0f})"
            )
    print(f"the file: {size / 1e6:.2f} MB (under {MOST_BYTES / 1e6:.0f})")
    return int(missed)


def made(path: Path) -> Path:
    """Write the page in one file round the opening comparison."""
    began = time.monotonic()
    size = {"runs": DEFAULT_RUNS, "seed": DEFAULT_SEED, "years": DEFAULT_YEARS}
    with workers(os.cpu_count() or 1) as pool:
        names = (START["base"], START["policy"])
        results = [run_ensemble(load_scenario(name), pool=pool, **size) for name in names]
        path.write_text(explorer_html(results, pool=pool), encoding="utf-8")
    print(f"the file was written in {time.monotonic() - began:.0f} s")
    return path


def timed(browser, address: str, *, waits: bool) -> dict[str, list[float]]:
    """Return milliseconds until ready, and from a slider's move to each answer."""
    taken = {"ready": [], "quick": [], "agents": []}
    for _ in range(OPENINGS):
        watched = Watched(browser)
        page = watched.open(address)
        taken["ready"].append(page.evaluate("window.permanence.timings.ready"))
        watched.wait_for("agents")
        if len(taken["ready"]) < OPENINGS:
            watched.context.close()
    page.keyboard.press("r")
    watched.wait_for("agents")
    sliders = page.locator("#first input[type=range]")
    sliders.nth(1).press("End")
    slider = sliders.nth(0)
    watched.wait_for("agents" if waits else "twin")
    for move in range(MOVES):
        time.sleep(0.2)  # past the page's own least time between two questions
        slider.press("ArrowRight" if waits or move % 8 < 4 else "ArrowLeft")
        watched.wait_for("agents" if waits else "twin")
        told = page.evaluate("window.permanence.timings")
        for what in ("quick", "agents"):
            if told[what] is not None:
                taken[what].append(told[what] - told["moved"])
    watched.context.close()
    return taken


if __name__ == "__main__":
    wanted = {"pictures": pictures, "bench": bench}.get(sys.argv[1] if sys.argv[1:] else "")
    if wanted is None:
        sys.exit(__doc__)
    sys.exit(wanted(*sys.argv[2:3]))
