"""Forty ways to tamper with a result or its report, each noticed; what is untouched passes."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.answers.results import sealed
from sim.ensemble.replicate import RunRecord
from sim.ensemble.run import Ensemble, gathered, run_ensemble
from sim.ensemble.run_file import META
from sim.interfaces.report import charts, figures, manifest
from sim.studies.verify.method import again
from tests.interfaces.command import permanence
from tests.interfaces.made_results import (
    copied,
    made_report,
    made_run,
    with_manifest_changed,
    with_number_changed,
    with_report_changed,
)

pytestmark = [pytest.mark.slow, pytest.mark.long]

SEED = 20_261_128
LIE = "London reaches 99 %"
Tamper = Callable[[Path, random.Random], None]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A result and its report, both as they were made."""
    folder = made_run(tmp_path_factory.mktemp("run") / "result")
    return folder, made_report(folder, tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture(scope="module")
def elsewhere(kept: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of the same result that another matplotlib drew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "version", lambda package: "3.0.0")
        return made_report(kept[0], tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """Run and draw once: verification may look at the same fresh runs forty times."""
    records: dict[str, list[RunRecord]] = {}
    drawn: dict[str, str] = {}
    saved: dict[str, dict[str, bytes]] = {}

    def once(scenario: Any, **asked: Any) -> Ensemble:
        named = {name: asked[name] for name in ("runs", "seed", "years", "draws")}
        key = f"{scenario.fingerprint()} {named}"
        if key not in records:
            found: list[RunRecord] = []
            run_ensemble(scenario, **named, each=found.append)
            records[key] = found
        return gathered(records[key], scenario, **named, each=asked["each"])

    def inline(chart: Any, draw: Any = charts.inline) -> str:
        if chart.alt_text not in drawn:
            drawn[chart.alt_text] = draw(chart)
        return drawn[chart.alt_text]

    def save(
        ensembles: Any, folder: Path, unit: str, draw: Any = figures._drawn_anew
    ) -> list[Path]:
        key = f"{[one.scenario.title for one in ensembles]} {unit}"
        if key not in saved:
            saved[key] = {path.name: path.read_bytes() for path in draw(ensembles, folder, unit)}
        for name, content in saved[key].items():
            (folder / name).write_bytes(content)
        return [folder / name for name in saved[key]]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again, "run_ensemble", once)
        patch.setattr(charts, "inline", inline)
        patch.setattr(figures, "_drawn_anew", save)
        yield


def runs_in(folder: Path) -> list[Path]:
    return sorted((folder / "runs").rglob("*.parquet"))


def rewritten(path: Path, change: Callable[[pa.Table], pa.Table], copies: int = 1) -> None:
    """Write a run's file anew with the metadata it had."""
    table = pq.read_table(path)
    changed = change(table).replace_schema_metadata({META: table.schema.metadata[META]})
    with pq.ParquetWriter(path, changed.schema) as writer:
        for _ in range(copies):
            writer.write_table(changed, row_group_size=changed.num_rows)


def column_changed(name: str, change: Callable[[list[Any]], list[Any]]) -> Tamper:
    def tamper(folder: Path, luck: random.Random) -> None:
        def other(table: pa.Table) -> pa.Table:
            values = pa.array(change(table[name].to_pylist()), table[name].type)
            return table.set_column(table.column_names.index(name), name, values)

        rewritten(luck.choice(runs_in(folder)), other)

    return tamper


def swap_runs(folder: Path, luck: random.Random) -> None:
    one, other = runs_in(folder)
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)


def reverse_months(folder: Path, luck: random.Random) -> None:
    rewritten(luck.choice(runs_in(folder)), lambda table: table.take(list(range(len(table)))[::-1]))


def low_bit(values: list[float]) -> list[float]:
    found = np.array(values)
    place = int(np.flatnonzero(np.isfinite(found) & (found != 0))[7])
    found[place] = np.nextafter(found[place], np.inf)
    return list(found)


def low_bit_with_its_digest(folder: Path, luck: random.Random) -> None:
    at = (0, luck.randrange(12), luck.randrange(30))
    with_number_changed(folder, luck.randrange(2), at, lambda value: float(np.nextafter(value, 9)))


def run_twice_in_a_file(folder: Path, luck: random.Random) -> None:
    rewritten(luck.choice(runs_in(folder)), lambda table: table, copies=2)


def stray_run(folder: Path, luck: random.Random) -> None:
    first = runs_in(folder)[0]
    shutil.copy(first, first.with_name(first.name.replace("00000", f"{luck.randrange(2, 99):05d}")))


def stray_file(folder: Path, luck: random.Random) -> None:
    runs_in(folder)[0].with_name("00007-0123456789abcdef.parquet").write_bytes(b"PAR1")


def edited(name: str) -> Tamper:
    def tamper(folder: Path, luck: random.Random) -> None:
        path = folder / name
        content = bytearray(path.read_bytes())
        places = [place for place, sign in enumerate(content) if chr(sign) in "123456789abcdef"]
        content[luck.choice(places[len(places) // 2 :])] = ord("0")
        path.write_bytes(bytes(content))

    return tamper


def gone(name: str) -> Tamper:
    return lambda folder, luck: (folder / name).unlink()


def resealed(change: Callable[[dict[str, Any]], None]) -> Tamper:
    def tamper(what: Path, luck: random.Random) -> None:
        if what.is_dir():
            with_manifest_changed(what, change)
        else:
            with_report_changed(what, what, lambda manifest: change(manifest["results"][0]))

    return tamper


def setting(*path: str | int, to: Any) -> Tamper:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return resealed(change)


def command(*words: str) -> Tamper:
    return setting("command", to=["permanence", *words])


def of_page(change: Callable[[dict[str, Any]], None]) -> Tamper:
    def tamper(page: Path, luck: random.Random) -> None:
        with_report_changed(page, page, change)

    return tamper


def put_in(before: str, after: str) -> Tamper:
    def tamper(page: Path, luck: random.Random) -> None:
        text = page.read_text("utf-8")
        places = [place for place in range(len(text)) if text.startswith(before, place)]
        at = luck.choice(places)
        page.write_text(text[:at] + after + text[at + len(before) :], "utf-8")

    return tamper


ASKED = ("run", "baseline", "--runs", "2", "--years", "1")
IN_A_FOLDER: dict[str, Tamper] = {
    "two runs swapped": swap_runs,
    "months reversed": reverse_months,
    "boroughs exchanged": column_changed("unit", lambda units: units[1:] + units[:1]),
    "days moved": column_changed("date", lambda days: days[33:] + days[:33]),
    "a drawn parameter": column_changed("parameter_bid_speed", lambda one: [0.5] * len(one)),
    "the replicate": column_changed("replicate", lambda one: [5] * len(one)),
    "a low bit": column_changed("permanent_share_of_workforce", low_bit),
    "a low bit with its digest": low_bit_with_its_digest,
    "a run twice in its file": run_twice_in_a_file,
    "a stray run": stray_run,
    "a stray file": stray_file,
    "columns.csv": edited("columns.csv"),
    "summary.csv": edited("summary.csv"),
    "panel.csv": edited("panel.csv"),
    "a drawing": edited("figures/permanence.svg"),
    "a picture": edited("figures/map.png"),
    "a chart gone": gone("figures/charge-rate.svg"),
    "a table gone": gone("columns.csv"),
    "parameters by run": setting("parameters_by_run", 1, "bid_speed", to=0.5),
    "structures by run": setting("structures_by_run", to=["responsive with unfilled"] * 2),
    "facts by run": setting("facts_by_run", 0, "defections", to=3.0),
    "how far it is calibrated": setting("calibration", to=LIE),
    "a table's digest": setting("data_tables", "census.csv", to="0" * 16),
    "one more thing said": setting("note", to=LIE),
    "fewer runs": setting("runs", to=1),
    "more runs": setting("runs", to=3),
    "a title": setting("scenario", "title", to=LIE),
    "a reason": setting("scenario", "why", to=LIE),
    "a command with another seed": command(*ASKED, "--seed", "2"),
    "a command with another scenario": command("run", "no-cap", *ASKED[2:]),
    "a command with something set": command(*ASKED, "--set", "parameters.bid_speed=0.1"),
    "a command of another program": setting("command", to=["rm", "-rf", "/"]),
}
CHART = "</g>\n</svg>"
ON_A_PAGE: dict[str, Tamper] = {
    "a word": put_in("London", "Bexley"),
    "a style that hides": put_in("</style>", ".finding { display: none }</style>"),
    "a script": put_in("</main>", "<script>alert(1)</script></main>"),
    "a remark": put_in("</main>", f"<!-- {LIE} --></main>"),
    "a picture from afar": put_in("</main>", '<img src="https://example.org/a.png"></main>'),
    "no policy on loading": put_in("default-src 'none'; ", ""),
    "a chart's line": put_in(' d="M ', ' d="M 1'),
    "a chart gone": put_in("<svg ", "<svg hidden "),
    "a command": command(*ASKED, "--seed", "2"),
    "a title": setting("scenario", "title", to=LIE),
    "one number more": of_page(lambda page: page["key_numbers"].append({"outcome": LIE})),
    "a split that nobody made": of_page(lambda page: page.update(split=[["a"], ["b"]])),
}
DRAWN_ELSEWHERE: dict[str, Tamper] = {
    "style in another's chart": put_in("</svg>", "<style>p{}</style></svg>"),
    "words in another's chart": put_in("</svg>", f"<text>{LIE}</text></svg>"),
    "an event in another's chart": put_in("<path ", '<path onload="x()" '),
    "another's chart over all": put_in('style="', 'style="position:fixed;'),
    "a link in another's chart": put_in("</svg>", '<a href="x:y"/></svg>'),
    "a chart more": put_in("</main>", "<svg ></svg></main>"),
}


def verified(what: Path) -> tuple[int, str]:
    answer = permanence("verify", str(what), "--jobs", "1", "--quiet")
    return answer.code, " ".join((answer.out + answer.err).split())


def test_what_is_untouched_passes_and_all_of_it_is_compared(kept: tuple[Path, Path]) -> None:
    for what in kept:
        code, said = verified(what)
        assert (code, said.partition(":")[0]) == (0, "identical"), said
        left = re.findall(r"Not compared: ([^.]*(?:\.\w+[^.]*)*)\.", said)
        assert left == (["answer.json and run.xlsx"] if what.is_dir() else []), said


def test_there_are_more_than_forty() -> None:
    assert len({*IN_A_FOLDER, *ON_A_PAGE, *DRAWN_ELSEWHERE}) >= 40


@pytest.mark.parametrize("name", IN_A_FOLDER)
def test_tampering_with_a_folder_is_noticed(
    name: str, kept: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = copied(kept[0], tmp_path / "result")
    IN_A_FOLDER[name](folder, random.Random(f"{SEED} {name}"))
    code, said = verified(folder)
    assert code in (1, 2), said
    assert not said.startswith(("identical", "equal")), said


@pytest.mark.parametrize("name", ON_A_PAGE)
def test_tampering_with_a_report_is_noticed(
    name: str, kept: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(kept[1].read_bytes())
    ON_A_PAGE[name](page, random.Random(f"{SEED} {name}"))
    assert page.read_bytes() != kept[1].read_bytes()
    code, said = verified(page)
    assert code in (1, 2), said
    assert not said.startswith(("identical", "equal", "numbers")), said


@pytest.mark.parametrize("name", DRAWN_ELSEWHERE)
def test_what_could_hide_or_act_is_noticed_in_charts_drawn_elsewhere(
    name: str, elsewhere: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(elsewhere.read_bytes())
    DRAWN_ELSEWHERE[name](page, random.Random(f"{SEED} {name}"))
    code, said = verified(page)
    assert code == 1
    assert said.startswith("different: the page"), said


def test_another_matplotlib_alone_leaves_charts_uncompared(elsewhere: Path) -> None:
    code, said = verified(elsewhere)
    assert code == 1
    assert said.startswith("numbers identical, charts not compared: 2 runs")
    assert "matplotlib 3.0.0" in said


def test_what_was_not_compared_is_said(kept: tuple[Path, Path], tmp_path: Path) -> None:
    folder = copied(kept[0], tmp_path / "result")
    (folder / "notes.txt").write_text("mine")
    code, said = verified(folder)
    assert code == 0
    assert "Not compared: answer.json, notes.txt and run.xlsx." in said


HOSTILE: dict[str, Callable[[dict[str, Any]], None]] = {
    "a billion runs": lambda one: one.update(runs=10**9),
    "a million years": lambda one: one.update(years=10**6),
    "yes for runs": lambda one: one.update(runs=True),
    "half a seed": lambda one: one.update(seed=0.5),
    "a scenario that is a list": lambda one: one.update(scenario=[1]),
    "a command that is a word": lambda one: one.update(command="permanence"),
    "a stamp of numbers": lambda one: one.update(package=1, code=2, data=3),
    "draws that are a list": lambda one: one.update(parameter_draws=[]),
    "nothing at all": lambda one: one.clear(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_manifest_is_a_sentence(
    name: str, kept: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = with_manifest_changed(copied(kept[0], tmp_path / "result"), HOSTILE[name])
    code, said = verified(folder)
    assert code in (1, 2), said
    assert "Traceback" not in said
    assert len(said) < 600
    page = tmp_path / "page.html"
    with_report_changed(kept[1], page, lambda content: HOSTILE[name](content["results"][0]))
    code, said = verified(page)
    assert code in (1, 2), said
    assert len(said) < 600


def test_a_report_of_five_hundred_results_or_of_depth_is_refused(
    kept: tuple[Path, Path], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    with_report_changed(kept[1], page, lambda content: content.update(results=[{}] * 500))
    assert verified(page)[0] == 2
    with_report_changed(
        kept[1], page, lambda content: content.update(split=json.loads("[" * 900 + "]" * 900))
    )
    assert verified(page)[0] == 2
    folder = copied(kept[0], tmp_path / "result")
    for text in ("[" * 100_000, '{"a":' * 60 + "1" + "}" * 60, "nul", "[]", "\ud800"):
        (folder / "manifest.json").write_text(text, "utf-8", errors="surrogatepass")
        assert verified(folder)[0] == 2
    assert sealed({})
