"""The page in a real Chromium: by keyboard alone, accessible, silent to the network, private."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from sim.ensemble.draws import Draws
from sim.ensemble.run import run_ensemble
from sim.interfaces.page.explorer import explorer_html
from sim.interfaces.page.story import story
from sim.scenario import load_scenario
from tests.interfaces.command import permanence
from tests.interfaces.serving import Server, Watched, browsing, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A_YEAR = "#base=no-cap&years=1"
CAPPED = f"{A_YEAR}&levers.cap.members=1&levers.cap.charge_rate_per_hour=41"
WIDTHS = (390, 768, 1024, 1200, 1366, 1920)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SMALL_GRID = {
    "levers.cap.charge_rate_per_hour": (38.0, 41.0),
    "levers.cap.members": (0.0, 1.0),
    "levers.permanent_offer.hiring_uplift": (0.0,),
    "levers.newly_qualified.multiplier": (1.0,),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("--jobs", "2") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page in one file, with a small grid and few short runs."""
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    results = [
        run_ensemble(load_scenario(name), runs=2, seed=1, years=1, draws=Draws.DEFAULT)
        for name in ("no-cap", "pan-london-cap")
    ]
    path.write_text(explorer_html(results, runs=2, levels=SMALL_GRID), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    found = Watched(browser)
    yield found
    found.context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES["runOnly"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def text_of(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text()


# What it shows


def test_the_twin_answers_and_the_agents_replace_it_marked(
    server: Server, watched: Watched
) -> None:
    page = watched.open(server.address + CAPPED, teller="agents")
    assert text_of(page, "#teller") == "✓ 20 paired agent runs"
    page.locator("#first input[type=range]").first.press("ArrowLeft")
    page.wait_for_selector("body[data-teller=twin]")
    assert "Quick estimate: borough twin" in text_of(page, "#teller")
    watched.wait_for("agents")
    for outcome in ("workforce", "posts", "unfilled", "charge", "cost"):
        assert page.locator(f"#chart-{outcome} path.line.right").count() == 1
    assert page.locator("#chart-workforce .target").count() == 1
    assert page.locator("#chart-posts .target").count() == 1
    assert page.locator("#map-left .tile").count() == page.locator("#map-right .tile").count() == 33
    assert "Rests on data" in text_of(page, "#rests")
    assert watched.complaints == []


def test_it_asks_nobody_but_its_own_server(server: Server, watched: Watched) -> None:
    page = watched.open(server.address + A_YEAR)
    for key in ("1", "v", "l", "2", "v", "0"):
        page.keyboard.press(key)
    watched.wait_for("twin")
    assert watched.asked_outside(server.address) == []
    assert len(watched.asked) > 10


def test_two_browsers_share_no_state(server: Server, browser: Browser) -> None:
    one, other = Watched(browser), Watched(browser)
    first = one.open(server.address + CAPPED)
    second = other.open(server.address + A_YEAR)
    second.keyboard.press("n")
    second.locator("#note-question").fill("ours alone")
    assert "Who signs the cap: nobody → all" in text_of(first, "#moved")
    assert "Nothing" in text_of(second, "#moved")
    first.keyboard.press("n")
    assert first.locator("#note-question").input_value() == ""
    one.context.close()
    other.context.close()


# The keyboard


def test_a_policy_is_made_by_keyboard_alone(server: Server, watched: Watched) -> None:
    page = watched.open(server.address + A_YEAR)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.labels?.[0]?.textContent ?? ''")
        reached.append(label)
        if label == "Who signs the cap":
            break
    assert reached[-1] == "Who signs the cap"
    page.keyboard.press("End")
    assert "Who signs the cap: nobody → all" in text_of(page, "#moved")
    page.keyboard.press("r")
    assert "Nothing" in text_of(page, "#moved")
    page.keyboard.press("u")
    assert "Who signs the cap: nobody → all" in text_of(page, "#moved")
    page.keyboard.press("r")
    page.keyboard.press(",")
    assert text_of(page, "#date") == "31 Aug 2026"
    page.keyboard.press(".")
    assert text_of(page, "#date") == "30 Sep 2026"


def test_the_map_is_walked_with_arrows_and_opens_a_borough(
    server: Server, watched: Watched
) -> None:
    page = watched.open(server.address + A_YEAR)
    tiles = page.locator("#map-right .tile[tabindex='0']")
    assert tiles.count() == 1
    tiles.focus()
    first = page.evaluate("document.activeElement.dataset.name")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.dataset.name")
    assert second not in (first, None)
    page.keyboard.press("Enter")
    assert text_of(page, "#unit-title") == second
    page.locator("#to-london").press("Enter")
    assert text_of(page, "#unit-title") == "London"


def test_single_keys_can_be_switched_off(server: Server, watched: Watched) -> None:
    page = watched.open(server.address + CAPPED)
    page.locator("#open-keys").press("Enter")
    page.locator("#keys-on").press("Space")
    page.keyboard.press("Escape")
    page.locator("#policy").focus()
    page.keyboard.press("r")
    assert "Who signs the cap" in text_of(page, "#moved")


# The address and the file


def test_the_address_holds_the_whole_state(
    server: Server, browser: Browser, watched: Watched
) -> None:
    page = watched.open(server.address + CAPPED)
    page.locator("#pin-a").click()
    page.locator("#map-left .tile", has_text="BXL").click()
    page.keyboard.press(",")
    other = Watched(browser)
    again = other.open(page.url)
    for part in ("#moved", "#unit-title", "#date", "#key"):
        assert text_of(again, part) == text_of(page, part)
    assert again.locator("#left-is").input_value() == "a"
    other.context.close()


def test_a_mangled_link_still_opens(server: Server, watched: Watched) -> None:
    page = watched.open(
        server.address + "#base=no-cap&years=1e9&month=-4&a=x~y&levers.cap.members={&unit=<b>"
    )
    assert text_of(page, "#unit-title") == "London"
    assert watched.complaints == []


def test_what_is_downloaded_is_a_scenario_file(
    server: Server, watched: Watched, tmp_path: Path
) -> None:
    more = "&levers.tax.start=%222026-04-06%22&levers.tax.off_payroll=%22not_enforced%22"
    page = watched.open(server.address + CAPPED + more)
    page.keyboard.press("n")
    page.locator("#note-decision").fill('We "try" it\nin April \\ May')
    page.keyboard.press("Escape")
    page.locator("#download").click()
    with page.expect_download() as waiting:
        page.locator("#download-scenario").click()
    path = tmp_path / "policy.toml"
    waiting.value.save_as(path)
    checked = permanence("scenario", "check", str(path))
    assert checked.code == 0, checked.err
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert content["extends"] == "no-cap"
    assert content["levers"]["cap"] == {"members": 1, "charge_rate_per_hour": 41}
    assert 'We "try" it\nin April \\ May' in content["why"]


def test_notes_survive_a_reload_and_are_exported(
    server: Server, watched: Watched, tmp_path: Path
) -> None:
    page = watched.open(server.address + A_YEAR)
    page.keyboard.press("3")
    page.keyboard.press("n")
    for field in ("question", "guess", "finding", "decision"):
        page.locator(f"#note-{field}").fill(f"our {field}")
    page.reload()
    watched.wait_for()
    page.keyboard.press("n")
    assert page.locator("#note-guess").input_value() == "our guess"
    page.keyboard.press("Escape")
    page.locator("#download").click()
    with page.expect_download() as waiting:
        page.locator("#download-notes").click()
    path = tmp_path / "notes.md"
    waiting.value.save_as(path)
    text = path.read_text(encoding="utf-8")
    assert all(f"our {field}" in text for field in ("question", "guess", "finding", "decision"))


# The story


def test_an_answer_is_hidden_until_the_reveal(server: Server, watched: Watched) -> None:
    page = watched.open(server.address + A_YEAR)
    page.keyboard.press("3")
    watched.wait_for()
    assert story()[2]["ask"] == text_of(page, "#story-ask")
    assert page.locator("#chart-workforce path.line.right").count() == 0
    assert text_of(page, "#map-right .figure") == "? of workforce"
    assert "left empty" not in text_of(page, "#reading")
    page.keyboard.press("v")
    assert page.locator("#chart-workforce path.line.right").count() == 1


def test_the_reveal_tells_the_finding_and_the_notes_take_its_numbers(
    server: Server, watched: Watched
) -> None:
    page = watched.open(server.address + A_YEAR)
    page.keyboard.press("3")
    page.keyboard.press("v")
    watched.wait_for("agents")
    found = text_of(page, "#story-say")
    for part in ("permanent share of the workforce", "of posts", "unfilled posts", "% of runs"):
        assert part in found.replace("\u202f", " "), found
    page.keyboard.press("n")
    page.locator("#note-finding").fill("We saw:")
    page.locator("#insert-numbers").press("Enter")
    kept = page.locator("#note-finding").input_value()
    assert kept.startswith("We saw:\n")
    assert kept.endswith(f"{found} (capped circle)")


def test_it_says_what_is_not_known_and_maps_either_share(server: Server, watched: Watched) -> None:
    page = watched.open(server.address + CAPPED, teller="agents")
    reading = text_of(page, "#reading")
    assert "not identified by the data" in reading
    assert "rival structures" in reading
    page.locator("#show-posts").press("Enter")
    assert "shade=posts" in page.url
    assert text_of(page, "#map-left .figure").endswith("of posts")
    assert "permanent share of posts" in str(
        page.locator("#map-left svg").get_attribute("aria-label")
    )


def test_what_a_policy_costs_is_drawn_once_the_agents_tell_it(
    server: Server, watched: Watched
) -> None:
    offer = (
        f"{A_YEAR}&levers.permanent_offer.caseload_relief=0.8"
        "&levers.permanent_offer.start=%222025-10-01%22"
    )
    page = watched.open(server.address + offer, teller="agents")
    assert page.locator("#chart-cost path.line.own").count() == 1
    assert "dotted: the policy, £" in text_of(page, "#chart-cost figcaption")


def test_the_handout_is_one_page(server: Server, watched: Watched, tmp_path: Path) -> None:
    page = watched.open(server.address + A_YEAR)
    page.evaluate("window.print = () => {}")
    page.locator("#open-print").press("Enter")
    page.locator("#print-handout").press("Enter")
    path = tmp_path / "handout.pdf"
    page.pdf(path=path, prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", path.read_bytes())) == 1
    page.emulate_media(media="print")
    assert all(step["ask"] in text_of(page, "#handout") for step in story())


def test_links_come_one_by_one_and_a_cut_one_is_answered(server: Server, watched: Watched) -> None:
    page = watched.open(server.address + A_YEAR)
    page.keyboard.press("1")
    watched.wait_for()
    page.keyboard.press("v")
    page.wait_for_selector("#loop-links li")
    shown = page.locator("#loop-links li:not(.unseen)")
    marks = page.locator("#loop-drawing .mark")
    assert shown.count() == 1
    before = marks.count()
    page.keyboard.press("l")
    assert shown.count() == 2
    assert marks.count() > before > 0
    page.locator("#loop-links button").first.press("Enter")
    assert page.locator("#loop-drawing .link.cut").count() == before
    watched.wait_for()
    assert "Links of the circle" in text_of(page, "#moved")


# Fits and can be read


def test_everything_fits_a_projector_without_scrolling(server: Server, watched: Watched) -> None:
    page = watched.open(server.address + A_YEAR)
    for key in ("0", "1", "2", "3", "4", "5"):
        page.keyboard.press(key)
        page.keyboard.press("v")
        watched.wait_for()
        too_much = page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('.side, .board')].map("
            "(one) => [one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth])"
        )
        assert all(down <= 1 and across <= 1 for down, across in too_much), (key, too_much)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_accessibility_violation(server: Server, browser: Browser, width: int) -> None:
    watched = Watched(browser, width=width)
    page = watched.open(server.address + CAPPED)
    page.locator("#more summary").click()
    assert violations(page) == []
    page.keyboard.press("1")
    page.keyboard.press("v")
    page.wait_for_selector("#loop-links li")
    page.locator("#open-notes").click()
    assert violations(page) == []
    watched.context.close()


# In one file


def test_the_file_opens_from_a_stick_and_asks_nobody(file: str, watched: Watched) -> None:
    page = watched.open(file, teller="agents")
    assert page.locator("#map-right .tile").count() == 33
    assert "agent runs" in text_of(page, "#teller")
    page.locator("#reset").click()
    page.locator("#first input[type=range]").nth(1).press("End")
    page.locator("#first input[type=range]").nth(0).press("Home")
    watched.wait_for()
    assert "The most a member pays for an hour of agency work: £51.50 → £38" in text_of(
        page, "#moved"
    )
    assert "Quick estimate: borough twin" in text_of(page, "#teller")
    for key in ("1", "v", "2", "v", "3", "v", "4", "v", "5", "v"):
        page.keyboard.press(key)
        watched.wait_for("agents")
    assert [url for url in watched.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert watched.complaints == []
    assert violations(page) == []


def test_a_policy_no_control_can_make_opens_as_b_and_the_story_leaves_it(
    file: str, watched: Watched
) -> None:
    page = watched.open(file, teller="agents")
    assert "The right side shows B: pan london cap." in text_of(page, "#moved")
    page.goto(page.url)
    page.reload()
    watched.wait_for("agents")
    assert "B: pan london cap" in text_of(page, "#moved"), "the link forgot it"
    page.keyboard.press("3")
    page.keyboard.press("v")
    watched.wait_for("agents")
    assert page.locator("#right-is").input_value() == "policy"


def test_the_file_says_what_it_has_no_run_of(file: str, watched: Watched) -> None:
    watched.open(file, teller="agents")
    off = "#base=no-cap&levers.cap.members=0.35&levers.cap.charge_rate_per_hour=41"
    watched.page.goto(file + off)
    watched.page.reload()
    watched.page.wait_for_selector("#teller.fault")
    assert "no run of that" in text_of(watched.page, "#teller")


def test_a_link_carries_a_pinned_policy_safely(server: Server, watched: Watched) -> None:
    pin = quote('no-cap~{"levers.cap.members":1,"levers.cap.charge_rate_per_hour":44,"x.y":1}')
    page = watched.open(f"{server.address}{A_YEAR}&a={pin}&leftIs=a")
    assert text_of(page, "#map-left figcaption strong").startswith("A: ")
    assert watched.complaints == []
