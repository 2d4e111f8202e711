"""Charts: they show the numbers of the result, say what they show, and can be read by everyone."""

from __future__ import annotations

import itertools
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PolyCollection
from matplotlib.text import Text
from PIL import Image

from sim.charts import ensembles as charts
from sim.charts import map as charts_map
from sim.charts import style as charts_style
from sim.charts.ensembles import charge_chart, permanence_chart, tile_map
from sim.domain.evidence import employers, places, scored_employers
from sim.domain.vocabulary import LONDON, TARGET_PERMANENT_SHARE, BidTrigger, HiringStructure
from sim.ensemble.draws import Draws
from sim.ensemble.run import Ensemble, Spool
from sim.market.outcomes import OUTCOMES, PLACE
from sim.scenario import load_scenario, scenario_from
from sim.words import captions as charts_words
from tests.past import NO_CAP_2023

WORKFORCE, POSTS = "permanent_share_of_workforce", "permanent_share_of_posts"
UNFILLED, AGENCY, PRICE = "unfilled_share_of_posts", "agency_share", "charge_rate_per_hour"
JOINT = "Kingston upon Thames / Richmond upon Thames"
RUNS, YEARS = 5, 3
DRAWN = {
    "permanence": permanence_chart,
    "charge": charge_chart,
    "map": lambda found: tile_map(found[-1], found[0] if len(found) > 1 else None),
}
"""Every chart of results, as drawn from a list of them."""


def made(
    name="no-cap",
    start=0.77,
    end=0.84,
    *,
    scenario=None,
    years=YEARS,
    runs=RUNS,
    employers_at=None,
    draws=Draws.POSTERIOR,
    price=(45.0, 60.0),
):
    """Return an ensemble of chosen numbers: shares go straight from start to end, runs spread."""
    months = years * 12 + 1
    even = np.linspace(-0.02, 0.02, runs) if runs > 1 else np.zeros(1)
    skewed = np.where(even > 0, 2.5 * even, even)  # so that mean and median differ
    spread = skewed - skewed.mean()
    london, censuses = Spool(), Spool()
    for run in range(runs):
        path = np.linspace(start, end, months) + spread[run] * np.linspace(0, 1, months)
        values = np.zeros((len(OUTCOMES), months))
        values[PLACE[WORKFORCE]], values[PLACE[POSTS]] = path, path - 0.03
        values[PLACE[AGENCY]], values[PLACE[UNFILLED]] = 1 - path, 0.05
        values[PLACE[PRICE]] = np.linspace(*price, months)
        london.add(run, values)
        at = np.full(len(employers()), path[-1]) if employers_at is None else employers_at
        by_employer = np.repeat(values[:, ::12, None], len(employers()), axis=2)
        by_employer[PLACE[WORKFORCE]] = np.asarray(at)[None, :]
        censuses.add(run, by_employer)
    return Ensemble(
        scenario=scenario or scenario_from({"extends": NO_CAP_2023}, name=name),
        seed=1,
        years=years,
        draws=draws,
        units=(LONDON, *employers()),
        parameters=[{} for _ in range(runs)],
        structures=[(HiringStructure.BUDGET, BidTrigger.UNFILLED)] * runs,
        facts=[{} for _ in range(runs)],
        _london=london,
        _censuses=censuses,
    )


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip()]


def line_of(axes, colour):
    """Return the widest line of a colour: the mean, not its leader."""
    return max(
        (line for line in axes.lines if line.get_color() == colour),
        key=lambda line: len(line.get_xdata()),
    )


# Titles


@pytest.mark.parametrize(("end", "shown"), [(0.84, "84 %"), (0.667, "67 %"), (0.95, "95 %")])
def test_the_title_says_the_mean_of_the_data(end, shown):
    ensemble = made(end=end)
    title = permanence_chart([ensemble]).figure.headline
    assert f"{round(100 * np.mean(ensemble.london(WORKFORCE)[:, -1]))} %" == shown
    assert shown in title
    assert "77 %" in title
    assert "2026" in title
    assert ("rises" in title) == (end > 0.77)
    assert ("past the 90 % line" in title) == (end >= 0.9)
    assert ("short of 90 %" in title) == (end < 0.9)


def test_just_below_90_is_never_written_as_90():
    title = permanence_chart([made(end=0.8996)]).figure.headline
    assert "to 89.96 %" in title  # one decimal would still read 90.0
    assert "short of 90 %" in title
    assert charts_words.whole_per_cent(0.8996) == "89 %"
    assert charts_words.whole_per_cent(TARGET_PERMANENT_SHARE) == "90 %"


@given(st.floats(0, 1))
def test_a_written_share_is_on_its_own_side_of_90(share):
    number = float(charts_words.per_cent(share).removesuffix(" %"))
    assert (number >= 90) == (share >= TARGET_PERMANENT_SHARE)
    assert abs(number - 100 * share) <= 0.5 + 1e-9


def test_several_results_are_named_with_their_own_numbers():
    title = permanence_chart([made("old", end=0.84), made("new", end=0.93)]).figure.headline
    assert "84 % (old)" in title
    assert "93 % (new)" in title
    assert "past 90 % in new only" in title


def test_no_title_claims_a_cause():
    pair = [made("old"), made("new", end=0.95)]
    for draw in DRAWN.values():
        title = draw(pair).figure.headline
        for claim in ("because", "cause", "lead", "thanks", "due to", "effect", "result of"):
            assert claim not in title.lower()


# Permanence


def test_the_90_line_is_drawn_and_named_in_both_permanent_panels():
    figure = permanence_chart([made()]).figure
    panels = figure.axes[:2]
    for axes in panels:
        (target,) = [line for line in axes.lines if line.get_gid() == "target"]
        assert set(target.get_ydata()) == {90.0}
        assert target.get_visible()
        assert "90 %" in [text.get_text() for text in axes.texts]
        assert axes.get_ylim() == (0, 100)


def test_both_denominators_and_unfilled_posts_are_always_there():
    figure = permanence_chart([made()]).figure
    found = " ".join(words(figure))
    for needed in (
        "permanent / (permanent + agency)",
        "permanent / posts",
        "vacancies that no agency worker covers / posts",
    ):
        assert needed in found
    assert len(figure.axes) == 3


def test_lines_are_means_and_bands_80_per_cent_intervals():
    ensemble = made()
    axes = permanence_chart([ensemble]).figure.axes[0]
    values = 100 * ensemble.london(WORKFORCE)
    line = line_of(axes, charts_style.SERIES_COLOURS[0])
    np.testing.assert_allclose(line.get_ydata(), np.mean(values, axis=0))
    assert line.get_xdata()[0] == date(2023, 9, 30).toordinal()
    assert line.get_xdata()[-1] == date(2026, 9, 30).toordinal()
    (band,) = [one for one in axes.collections if isinstance(one, PolyCollection)]
    corners = band.get_paths()[0].vertices[:, 1]
    low, high = np.quantile(values[:, -1], [0.1, 0.9])
    assert corners.max() == pytest.approx(high)
    assert low in [pytest.approx(corner) for corner in corners]


def dots_of(axes):
    (dots,) = [line for line in axes.lines if line.get_marker() == "o"]
    days = [date.fromordinal(int(day)) for day in dots.get_xdata()]
    return dict(zip(days, dots.get_ydata(), strict=True))


def test_census_dots_are_the_published_figures_on_their_day():
    first, second, third = permanence_chart([made()]).figure.axes
    dots = dots_of(first)
    assert list(dots) == [date(year, 9, 30) for year in range(2017, 2026)]
    assert dots[date(2017, 9, 30)] == pytest.approx(73.5)
    assert dots[date(2023, 9, 30)] == pytest.approx(76.8)
    assert dots[date(2025, 9, 30)] == pytest.approx(82.1)
    assert dots_of(second)[date(2017, 9, 30)] == pytest.approx(74.3, abs=0.1)
    unfilled = dots_of(third)
    assert unfilled.pop(date(2024, 9, 30)) == pytest.approx(3.1, abs=0.05)
    assert unfilled.pop(date(2025, 9, 30)) == pytest.approx(4.0, abs=0.05)
    assert all(4.5 < value < 6.7 for value in unfilled.values())


def test_a_stylised_start_shows_only_census_years_within_it():
    circle = load_scenario("vicious-circle")
    chart = permanence_chart([made(scenario=circle, years=5)])
    assert [day.year for day in dots_of(chart.figure.axes[0])] == [2017, 2018, 2019]
    assert any("Stylised start" in text for text in words(chart.figure))


def test_an_employer_withheld_by_the_census_has_no_dot_for_that_year():
    axes = permanence_chart([made()], "Kensington and Chelsea").figure.axes[0]
    assert [day.year for day in dots_of(axes)] == [2017, 2018, 2019, 2020]


def test_lines_carry_their_name_and_value_and_there_is_no_legend():
    figure = permanence_chart([made("old", end=0.84), made("new", end=0.93)]).figure
    labels = [text.get_text().replace("\n", " ") for text in figure.axes[0].texts]
    assert "old 84 %" in labels
    assert "new 93 %" in labels
    assert not figure.legends
    assert all(axes.get_legend() is None for axes in figure.axes)


def test_runs_interval_and_caution_stand_on_the_chart():
    found = " ".join(words(permanence_chart([made()]).figure))
    assert "80 % intervals, 5 runs" in found
    assert "Assumptions fitted to" in found
    assert "seed 1" in found
    assert "default values" in charts_words.caution([made(draws=Draws.DEFAULT)])


def test_a_chart_refuses_none_and_more_than_three():
    for count in (0, 4):
        with pytest.raises(ValueError, match="1 to 3"):
            permanence_chart([made()] * count)


def test_results_of_one_name_are_told_apart_by_what_differs():
    one = load_scenario("vicious-circle")
    other = load_scenario("vicious-circle", ["structure.bid_trigger=unfilled"])
    found = charts_words.labels([made(scenario=one), made(scenario=other)])
    assert found == [
        "The vicious circle, bid trigger vacancies",
        "The vicious circle, bid trigger unfilled",
    ]
    assert len(set(charts_words.labels([made(), made()]))) == 2


# Charge rate


def test_the_charge_chart_shows_price_and_people_and_where_90_per_cent_is():
    chart = charge_chart([made(end=0.84, price=(45.0, 60.0))])
    assert "£45 to £60" in chart.figure.headline
    assert "23 % to 16 %" in chart.figure.headline
    price, people = chart.figure.axes
    line = line_of(price, charts_style.SERIES_COLOURS[0])
    assert line.get_ydata()[-1] == pytest.approx(60.0)
    (target,) = [line for line in people.lines if line.get_gid() == "target"]
    assert target.get_ydata()[0] == pytest.approx(10.0)


def test_a_place_without_agency_staff_can_still_be_drawn():
    ensemble = made(start=0.99, end=1.0, price=(np.nan, np.nan))
    chart = charge_chart([ensemble])
    assert charts_words.UNKNOWN in chart.figure.headline


# The map


def tiles(axes):
    prefix = "tile-"
    found = {}
    for patch in axes.patches:
        if (patch.get_gid() or "").startswith(prefix):
            found[patch.get_gid().removeprefix(prefix)] = patch
    return found


def printed(axes, place):
    at = {
        round(text.get_position()[0], 2): text.get_text()
        for text in axes.texts
        if 0 < text.get_position()[1] - place.tile_row < 0.1
    }
    return at[place.tile_column]


def spread_over_employers():
    return np.linspace(0.5, 0.99, len(employers()))


def test_there_are_33_tiles_each_in_its_place_with_its_value():
    values = spread_over_employers()
    axes = tile_map(made(employers_at=values)).figure.axes[0]
    found = tiles(axes)
    assert len(found) == 33
    by_employer = dict(zip(employers(), values, strict=True))
    for place in places():
        tile = found[place.gss_code]
        middle = (tile.get_x() + tile.get_width() / 2, tile.get_y() + tile.get_height() / 2)
        assert middle == pytest.approx((place.tile_column, place.tile_row))
        assert printed(axes, place) == charts_words.whole_per_cent(by_employer[place.employer])


def test_kingston_and_richmond_are_one_hatched_and_say_so():
    figure = tile_map(made(employers_at=spread_over_employers())).figure
    axes = figure.axes[0]
    joint = [place for place in places() if place.employer == JOINT]
    assert len(joint) == 2
    found = tiles(axes)
    assert len({found[place.gss_code].get_facecolor() for place in joint}) == 1
    assert len({printed(axes, place) for place in joint}) == 1
    hatched = {
        (round(p.get_x() + p.get_width() / 2), round(p.get_y() + p.get_height() / 2))
        for p in axes.patches
        if p.get_hatch()
    }
    assert hatched == {(place.tile_column, place.tile_row) for place in joint}
    assert any("one joint employer" in text for text in words(figure))


def test_the_city_is_shown_unshaded_and_not_counted():
    values = np.full(len(employers()), 0.95)
    chart = tile_map(made(employers_at=values))
    city = next(place for place in places() if place.name == "City of London")
    assert tiles(chart.figure.axes[0])[city.gss_code].get_facecolor() == (1, 1, 1, 1)
    assert "31 of 31 employers" in chart.figure.headline
    assert any("not scored" in text for text in words(chart.figure))


def test_the_map_title_counts_scored_employers_at_90():
    values = spread_over_employers()
    by_employer = dict(zip(employers(), values, strict=True))
    count = sum(by_employer[name] >= TARGET_PERMANENT_SHARE for name in scored_employers())
    assert f"{count} of 31 employers" in tile_map(made(employers_at=values)).figure.headline


def test_old_and_new_share_one_scale_of_colours():
    values = spread_over_employers()
    old, new = made("old", employers_at=values), made("new", employers_at=values[::-1])
    first, second, _ = tile_map(new, old).figure.axes
    shade_of = {}
    for axes in (first, second):
        for place in places():
            if place.name == "City of London":
                continue
            shade = tiles(axes)[place.gss_code].get_facecolor()
            assert shade_of.setdefault(printed(axes, place), shade) == shade
    assert first.get_title().startswith("Old: old")
    assert second.get_title().startswith("New: new")


@given(st.floats(-1e8, 1e8), st.sampled_from(["share", "£ per hour", "£ per year", "FTE"]))
def test_a_tile_is_shaded_by_the_number_it_prints(value, unit):
    value = abs(value) / 1e8 if unit == "share" else value
    text = charts_words.measured_as(value, unit)
    assert charts_words.measured_as(charts_words.number_in(text), unit) == text


def test_a_share_that_prints_as_70_is_shaded_with_the_seventies():
    low, high = (tile_map(made(employers_at=np.full(32, v))).figure.axes[0] for v in (0.696, 0.74))
    gss = places()[1].gss_code
    assert tiles(low)[gss].get_facecolor() == tiles(high)[gss].get_facecolor()
    assert printed(low, places()[1]) == "70 %"


def test_money_is_written_short():
    written = [charts_words.pounds(value) for value in (46.4, 86_019, 1.25e6, -0.02, -4.1e5)]
    assert written == ["£46", "£86k", "£1.2m", "£0", "-£0.4m"]


def test_words_on_tiles_can_be_read_on_every_shade():
    for shade in charts_map.SHADES:
        ink = charts_map.ink_on(shade)
        assert charts_map.contrast(ink, shade) >= 4.5  # WCAG 2, level AA
    lightness = [charts_map.contrast(shade, "#000000") for shade in charts_map.SHADES]
    assert lightness == sorted(lightness, reverse=True)
    assert charts_map.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


def test_a_map_shows_another_census_and_outcome_and_refuses_what_there_is_not():
    ensemble = made()
    figure = tile_map(ensemble, outcome=PRICE, month=12).figure
    assert "2024" in figure.headline
    assert "£50" in words(figure)
    for month in (5, 48, -12):
        with pytest.raises(ValueError, match="0, 12, 24"):
            tile_map(ensemble, month=month)
    for outcome in ("agency_rate", "bench_fte"):
        with pytest.raises(ValueError, match=r"allowed: .*agency_share"):
            tile_map(ensemble, outcome=outcome)


# Reading


def collisions(figure):
    """Return texts that leave the page, and pairs of texts that lie over each other."""
    with charts_style.house_style():
        figure.draw_without_rendering()
        renderer = figure.canvas.get_renderer()
        drawn = [text for text in figure.findobj(Text) if _is_drawn(text)]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in drawn]
    wide, tall = figure.bbox.width, figure.bbox.height
    found = [
        text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > wide or box.y1 > tall
    ]
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > 1 and along > 1:
            found.append((one, other))
    return found


def _is_drawn(text):
    return text.get_visible() and bool(text.get_text().strip())


def today(name, **numbers):
    """Return an ensemble of chosen numbers that starts from the latest census."""
    return made(scenario=scenario_from({"extends": "baseline"}, name=name), **numbers)


LONG = "a long name that somebody gave a scenario in a hurry"


@pytest.mark.parametrize(
    "ensembles",
    [
        [made()],
        [made("old", end=0.9001), made("new", end=0.9)],
        [made("cap-with-defection", end=0.93), made("baseline", end=0.93), made(LONG, end=0.94)],
        [made("averyveryverylongnamewithoutanyspaceinit", end=0.3)],
        [made("old", runs=1, years=1, start=0.99, end=1.0), made("new", runs=1, years=1)],
        [made(scenario=load_scenario("vicious-circle"), years=10), made(years=10)],
        [today("cap-with-defection", end=0.93), today("baseline"), today(LONG, end=0.94)],
        [
            today("old", years=1),
            today("averyveryverylongnamewithoutanyspaceinit", end=0.6, years=1),
        ],
        [today("old", years=10), today("new", years=10, end=0.93)],
    ],
    ids=["one", "level", "three", "unbroken", "short", "mixed", "today", "next year", "2035"],
)
def test_no_words_overlap_or_leave_the_page(ensembles):
    for unit in (LONDON, "Kingston upon Thames"):
        assert collisions(permanence_chart(ensembles, unit).figure) == []
        assert collisions(charge_chart(ensembles, unit).figure) == []
    base = ensembles[0] if len(ensembles) > 1 else None
    assert collisions(tile_map(ensembles[-1], base).figure) == []


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.02, 0.3)), min_size=1, max_size=3),
)
def test_labels_are_spread_without_overlap_in_order(ends):
    wanted, heights = zip(*ends, strict=True)
    found = charts_style.spread_out(wanted, heights)
    order = sorted(range(len(found)), key=lambda place: wanted[place])
    for below, above in itertools.pairwise(order):
        apart = (heights[below] + heights[above]) / 2
        assert found[above] - found[below] >= apart - 1e-9
    for place in order:
        assert found[place] - heights[place] / 2 >= -0.021
        assert found[place] + heights[place] / 2 <= 1.021


@given(st.floats(0.01, 1e6))
def test_an_axis_ends_on_a_round_number_above_the_data(most):
    top, step = charts.round_top(most)
    assert top >= most
    assert 3 <= round(top / step) <= 6


# Files


def test_alt_text_is_in_both_files_and_says_numbers_and_caution(tmp_path):
    chart = permanence_chart([made(end=0.84)])
    png, svg = charts.save(*chart, tmp_path / "figures" / "a.b")
    assert (png.name, svg.name) == ("a.b.png", "a.b.svg")
    root = ET.parse(svg).getroot()
    name = "{http://www.w3.org/2000/svg}"
    description, title = root.find(f"{name}desc"), root.find(f"{name}title")
    assert description.text == chart.alt_text
    assert title.text == chart.figure.headline
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert Image.open(png).text["Description"] == chart.alt_text
    for needed in ("84 %", "80 % interval", "Assumptions fitted to", "Unfilled posts", "of 5 runs"):
        assert needed in chart.alt_text
    assert chart.figure.headline in "".join(root.itertext())


def test_words_in_the_svg_stay_words(tmp_path):
    _, svg = charts.save(*permanence_chart([made(end=0.84)]), tmp_path / "chart")
    name = "{http://www.w3.org/2000/svg}"
    texts = {"".join(text.itertext()) for text in ET.parse(svg).iter(f"{name}text")}
    assert "Permanent share of posts" in texts


@pytest.mark.parametrize("kind", list(DRAWN))
def test_the_same_result_gives_the_same_bytes(kind, tmp_path):
    files = []
    for attempt in ("first", "second"):
        chart = DRAWN[kind]([made("old"), made("new", end=0.9)])
        files.append([path.read_bytes() for path in charts.save(*chart, tmp_path / attempt)])
    assert files[0] == files[1]
    assert b"<dc:date>" not in files[0][1]


def test_another_result_gives_other_bytes(tmp_path):
    one = charts.save(*permanence_chart([made(end=0.84)]), tmp_path / "one")
    other = charts.save(*permanence_chart([made(end=0.85)]), tmp_path / "other")
    assert all(a.read_bytes() != b.read_bytes() for a, b in zip(one, other, strict=True))


def test_a_chart_that_cannot_be_saved_leaves_nothing_behind(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        charts.save(*permanence_chart([made()]), tmp_path / "taken" / "chart")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_every_chart_draws_one_and_several_results():
    for draw in DRAWN.values():
        for ensembles in ([made()], [made("old"), made("new")]):
            assert draw(ensembles).alt_text


def test_drawing_leaves_the_callers_settings_alone(tmp_path):
    before = dict(mpl.rcParams)
    charts.save(*permanence_chart([made()]), tmp_path / "chart")
    assert dict(mpl.rcParams) == before
    with mpl.rc_context({"font.size": 40, "axes.facecolor": "black"}):
        spoilt = charts.save(*permanence_chart([made()]), tmp_path / "spoilt")
    assert spoilt[0].read_bytes() == (tmp_path / "chart.png").read_bytes()


@pytest.mark.slow
def test_charts_never_load_pyplot():
    code = "import sys, sim.charts.ensembles; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_command_line_starts_without_what_only_some_commands_need():
    needless = "{'matplotlib', 'scipy.stats'} & {*sys.modules}"
    code = f"import sys, sim.interfaces.cli.commands; print({needless})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_figure_shows_itself_in_a_notebook_with_its_alt_text():
    figure = permanence_chart([made(end=0.84)]).figure
    shown = figure._repr_html_()
    assert shown.startswith("<img alt=")
    assert "84 %" in shown.split('src="')[0]
    assert "data:image/png;base64," in shown
