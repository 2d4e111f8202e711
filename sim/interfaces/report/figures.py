"""Charts in a folder: are they what the same runs draw, byte for byte?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.ensemble.run import Ensemble
from sim.studies.pictures import pictures_of

FIGURES = "figures"


def charts_in(folder: Path, ensembles: Sequence[Ensemble]) -> list[tuple[Path, list[Ensemble]]]:
    """Return the folders of charts of a result that are there, and what is drawn in each."""
    base, *policies = ensembles
    places = [(folder / FIGURES, [base])]
    if policies:
        places = [
            (folder / f"{base.scenario.name}-and-{one.scenario.name}", [base, one])
            for one in policies
        ]
    return [(place, drawn) for place, drawn in places if place.is_dir()]


def figures_apart(
    place: Path, drawn: Sequence[Ensemble], unit: str
) -> tuple[Path | None, set[str]]:
    """Return the first chart of a folder that is not as it is drawn now, and all that are drawn."""
    with TemporaryDirectory(prefix="permanence-") as folder:
        fresh = {path.name: path.read_bytes() for path in _drawn_anew(drawn, Path(folder), unit)}
    for name, content in fresh.items():
        path = place / name
        if not path.is_file() or path.read_bytes() != content:
            return path, set(fresh)
    return None, set(fresh)


def _drawn_anew(ensembles: Sequence[Ensemble], folder: Path, unit: str) -> list[Path]:
    from sim.charts import style  # plotting is loaded only when something is drawn

    saved = []
    for chart in pictures_of(ensembles, ".", unit):
        figure, words = chart.draw()
        saved += style.save(figure, words, folder / chart.stem)
    return saved
