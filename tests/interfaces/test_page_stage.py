"""The stage in a real Chromium: one run by month, pulses, a cut link, the guess, large type."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import sim
from sim.domain.evidence import employers, places
from sim.interfaces.page.months import RAISED_FROM
from sim.interfaces.page.story import story
from tests.interfaces.serving import Server, Watched, browsing, question, serving
from tests.interfaces.test_page_browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBER, YEARS = 3, 1
CIRCLE = f"#base=vicious-circle&view=stage&years={YEARS}&run={NUMBER}"
CUT = f"{CIRCLE}&structure.cut_links=%5B%22pay_draws_to_agency%22%5D"
SHOWN = "#stage:not(.is-waiting):not(.is-stale)"
LEAST_PIXELS, LARGE_PIXELS = 28.0, 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--jobs", "2") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    found = Watched(browser, 1920, 1080)
    yield found
    found.context.close()


def staged(watched: Watched, address: str) -> Page:
    watched.page.goto(address)
    watched.page.wait_for_selector(SHOWN)
    return watched.page


def scrubbed(page: Page, month: int) -> None:
    page.locator("#stage-month").evaluate(
        "(one, to) => { one.value = to; one.dispatchEvent(new Event('input')); }", month
    )


def tiles_of(page: Page) -> dict[str, dict[str, Any]]:
    found = page.evaluate(
        "[...document.querySelectorAll('.price-tile[data-name]')].map((one) => ({"
        "name: one.dataset.name, price: one.dataset.price, "
        "text: one.querySelector('.price').textContent, "
        "raised: one.classList.contains('raised')}))"
    )
    return {one["name"]: one for one in found}


def pulses_of(page: Page) -> dict[str, tuple[str, float]]:
    found = page.evaluate(
        "[...document.querySelectorAll('.ring-link')].map((one) => [one.dataset.link, "
        "one.dataset.flow, Number(one.querySelector('.pulse').getAttribute('r'))])"
    )
    return {name: (flow, size) for name, flow, size in found}


def test_the_stage_shows_the_runs_own_months(server: Server, watched: Watched) -> None:
    """Tiles are the panel's prices, raisers are marked, pulses have the month's size."""
    page = staged(watched, server.address + CIRCLE)
    market = sim.drawn("vicious-circle", seed=1, run=NUMBER, years=YEARS)
    place = {name: number for number, name in enumerate(employers())}
    employer = {one.name: place[one.employer] for one in places()}
    before: list[float] = []
    seen: list[dict[str, Any]] = []
    sizes: dict[str, set[tuple[float, float]]] = {}
    for month in range(12 * YEARS + 1):
        scrubbed(page, month)
        tiles = tiles_of(page)
        prices = [market.outcome("charge_rate_per_hour", name) for name in employers()]
        for name, tile in tiles.items():
            own = prices[employer[name]]
            if own != own:
                assert tile["text"] == "–"
                continue
            assert float(tile["price"]) == pytest.approx(own, abs=0.0051)
            assert tile["text"] == f"£{int(float(tile['price']) + 0.5)}"
            rise = own - before[employer[name]] if before else 0.0
            if abs(rise - RAISED_FROM) > 1e-4:
                assert tile["raised"] == (rise >= RAISED_FROM), (month, name)
        pulses = pulses_of(page)
        went = market.outcome("to_agency_fte_per_month")
        assert float(pulses["to_agency"][0]) == pytest.approx(went, abs=0.06)
        left = went + market.outcome("leavers_fte_per_month")
        assert float(pulses["left"][0]) == pytest.approx(left, abs=0.06)
        for name, (flow, size) in pulses.items():
            sizes.setdefault(name, set()).add((float(flow), size))
        seen.append(tiles)
        before = prices
        if month < 12 * YEARS:
            market.step()
    assert all(one != other for one, other in itertools.pairwise(seen)), "a month like the last"
    for name, found in sizes.items():
        ordered = sorted(found)
        assert [size for _, size in ordered] == sorted(size for _, size in ordered), name
    assert len({size for _, size in sizes["to_agency"]}) > 3


def test_a_cut_links_pulse_is_gone_and_the_race_answers(server: Server, watched: Watched) -> None:
    page = staged(watched, server.address + CIRCLE)
    scrubbed(page, 8)
    before = tiles_of(page)
    assert pulses_of(page)["to_agency"][1] > 0
    label = page.locator(".flow-label[role=button]").nth(2)
    label.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".ring-link[data-link=to_agency].is-cut")
    page.wait_for_selector(SHOWN)
    flow, size = pulses_of(page)["to_agency"]
    assert (flow, size) == ("cut", 0.0)
    assert pulses_of(page)["left"][1] > 0
    assert tiles_of(page) != before
    assert page.locator(".flow-label[aria-pressed=true]").count() == 1


def test_play_leaves_no_month_out(server: Server, watched: Watched) -> None:
    page = staged(watched, server.address + CIRCLE)
    scrubbed(page, 0)
    page.evaluate(
        "window.months = []; new MutationObserver(() => "
        "window.months.push(document.getElementById('stage-date').textContent))"
        ".observe(document.getElementById('stage-date'), {childList: true, subtree: true})"
    )
    page.keyboard.press("p")
    for _ in range(600):  # the page forbids the strings that a wait would evaluate
        if page.evaluate("window.permanence.played.months") >= 12 * YEARS:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(900)
    months = list(dict.fromkeys(page.evaluate("window.months")))
    assert len(months) >= 12
    print("frames, ms:", page.evaluate("[...window.permanence.played.frames].slice(0, 300)"))


def test_a_guess_is_drawn_by_keys_and_stays_through_the_reveal(
    server: Server, watched: Watched, tmp_path: Path
) -> None:
    page = staged(watched, f"{server.address}#base=no-cap&view=stage")
    page.keyboard.press("3")
    page.wait_for_selector(SHOWN)
    page.keyboard.press("g")
    for key in ("PageUp", "ArrowRight", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    drawn = page.locator(".stage-line.guess").first.get_attribute("d")
    assert drawn
    assert page.locator(".stage-line.right").count() == 0
    page.keyboard.press("v")
    page.keyboard.press("p")
    page.wait_for_selector(".stage-line.right", state="attached")
    guess = page.evaluate("JSON.parse(localStorage.getItem('permanence-notes')).cap.drawn")
    assert len(guess["values"]) == 7
    assert "£" in guess["words"]
    page.evaluate("window.print = () => {}")
    page.locator("#stage-leave").click()
    watched.wait_for("agents")
    page.locator("#open-print").click()
    page.locator("#print-found").click()
    page.emulate_media(media="print")
    found = page.locator("#found").inner_text()
    assert "We guessed" in found
    assert "permanent" in found
    page.pdf(path=tmp_path / "found.pdf", prefer_css_page_size=True)
    assert (tmp_path / "found.pdf").stat().st_size > 5_000


@pytest.mark.parametrize("number", range(1, 6))
def test_nothing_tells_a_hidden_answer(server: Server, watched: Watched, number: int) -> None:
    """Before the reveal nothing on the stage, seen or only heard, is of the right side."""
    page = watched.page
    page.goto(f"{server.address}#base=no-cap&view=stage")
    page.wait_for_selector(SHOWN)
    page.keyboard.press(str(number))
    page.wait_for_selector(SHOWN)
    assert page.locator("#stage-ask").inner_text() == story()[number - 1]["ask"]
    assert page.locator(".stage-line.right, .stage-end.right").count() == 0
    heard = page.evaluate(
        "[...document.querySelectorAll('#stage [aria-label], #stage [aria-valuetext], #said')]"
        ".map((one) => [one.getAttribute('aria-label'), one.getAttribute('aria-valuetext'), "
        "one.textContent].join(' ')).join(' ')"
    )
    assert "with it" not in heard
    assert "without it" not in page.locator("#stage-ring").evaluate("(one) => one.textContent")
    assert violations(page) == []


def test_type_can_be_read_from_the_back(server: Server, watched: Watched) -> None:
    page = staged(watched, server.address + CIRCLE)
    for pane in ("ring", "chart"):
        sizes = page.evaluate(
            "[...document.querySelectorAll('#stage *')].filter((one) => one.checkVisibility() && "
            "[...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && "
            "!one.closest('.hidden, .rung:not(.on)')).map((one) => { const at = "
            "one.getScreenCTM ? one.getScreenCTM().a : 1; "
            "return [at * parseFloat(getComputedStyle(one).fontSize), one.textContent]; })"
        )
        small = [one for one in sizes if one[0] < LEAST_PIXELS - 0.01]
        assert small == [], (pane, small)
        if pane == "ring":
            assert any(one[0] >= LARGE_PIXELS and re.match(r"£\d", one[1]) for one in sizes)
        page.locator("#stage-pane").click()
    fits = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert page.evaluate(fits) == [1920, 1080]
    page.set_viewport_size({"width": 1366, "height": 625})
    assert page.evaluate(fits) == [1366, 625]
    bar = page.locator("#stage-play").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 625


def test_the_agents_alone_tell_a_run(server: Server) -> None:
    left = {"scenario": "vicious-circle", "changes": {}}
    status, told = server.ask("/api/run", question(left, left, number=NUMBER))
    assert status == 200
    assert json.loads(told)["teller"] == "agents"
