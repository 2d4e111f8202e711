"""A byte order mark at the head of a file is read over, whatever the file is."""

from __future__ import annotations

import codecs
from importlib import resources
from pathlib import Path

import pytest

from sim.domain.census import BOROUGH_COLUMNS, parse_places, places, read_rows
from sim.domain.posterior import read_posterior, shipped_posterior
from sim.scenario import ScenarioError, load_figures, load_scenario

CAP = 'extends = "baseline"\ntitle = "A cap of £41"\n[levers.cap]\ncharge_rate_per_hour = 41.0\n'
OWN = "[Bexley]\npermanent_fte = 180\nvacancies_fte = 40\n"
ENCODINGS = {
    "UTF-8": (codecs.BOM_UTF8, "utf-8"),
    "UTF-16, as Windows writes it": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "UTF-16, the other way round": (codecs.BOM_UTF16_BE, "utf-16-be"),
}


@pytest.fixture(params=ENCODINGS)
def encoding(request: pytest.FixtureRequest) -> tuple[bytes, str]:
    return ENCODINGS[request.param]


def twins(folder: Path, text: str, encoding: tuple[bytes, str]) -> tuple[Path, Path]:
    """Return two files of one name and text, without a mark and with one."""
    mark, name = encoding
    plain, marked = folder / "plain" / "file.toml", folder / "marked" / "file.toml"
    for path, content in ((plain, text.encode()), (marked, mark + text.encode(name))):
        path.parent.mkdir()
        path.write_bytes(content)
    return plain, marked


def test_a_scenario_is_the_same_with_a_mark(tmp_path: Path, encoding: tuple[bytes, str]) -> None:
    plain, marked = twins(tmp_path, CAP, encoding)
    assert load_scenario(marked) == load_scenario(plain)


def test_a_scenario_may_extend_a_marked_file(tmp_path: Path, encoding: tuple[bytes, str]) -> None:
    plain, marked = twins(tmp_path, CAP, encoding)
    for path in (plain, marked):
        (path.parent / "more.toml").write_text('extends = "file"\n', encoding="utf-8-sig")
    assert load_scenario(plain.parent / "more.toml") == load_scenario(marked.parent / "more.toml")


def test_own_figures_are_the_same_with_a_mark(tmp_path: Path, encoding: tuple[bytes, str]) -> None:
    plain, marked = twins(tmp_path, OWN, encoding)
    assert load_figures(marked) == load_figures(plain)


def test_a_table_and_a_posterior_are_the_same_with_a_mark(
    tmp_path: Path, encoding: tuple[bytes, str]
) -> None:
    data = resources.files("sim.data")
    _, marked = twins(tmp_path, data.joinpath("boroughs.csv").read_text("utf-8"), encoding)
    assert parse_places(read_rows("boroughs.csv", BOROUGH_COLUMNS, marked)) == places()
    marked.write_bytes(
        encoding[0] + data.joinpath("posterior.csv").read_text("utf-8").encode(encoding[1])
    )
    found, shipped = read_posterior(marked), shipped_posterior()
    assert found.tables.keys() == shipped.tables.keys()
    assert all(found.middle(key) == shipped.middle(key) for key in shipped.tables)


@pytest.mark.parametrize("content", [b"\xe9t\xe9 = 1", b"\xff\xfe\x00", b"title = '\xa340'"])
def test_bytes_that_are_no_text_are_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match="is not a text file in UTF-8"):
        load_scenario(path)
