"""An answer that was saved, opened again: its tables, sentences, charts and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sim.answers import cells
from sim.answers.answer import Answer, Chart, Printed, Table
from sim.answers.reading import read_ensemble, read_manifest
from sim.answers.results import MANIFEST
from sim.domain.files import FileFaultError, json_in
from sim.ensemble.files import StoreError
from sim.studies.study import ANSWER

HELD = ("study", "about", "heading", "findings", "notes", "printed", "tables", "charts")


def is_saved(folder: Path) -> bool:
    """Return whether a folder holds a saved answer."""
    return (folder / ANSWER).is_file()


def opened(folder: str | Path) -> Answer:
    """Return the answer that a folder holds, its runs read from disk and none made.

    Args:
        folder: what `out` named, or `--out`.

    Returns:
        The answer: sentences, tables, charts as they were drawn, `values`, and the runs behind it
        (`results`, and `panel()` as a data frame).

    Raises:
        StoreError: no answer lies there, or it has changed since it was written.

    Example:
        >>> import sim
        >>> result = sim.run("no-cap", runs=2, years=1, out="no-cap-kept")
        >>> answer = sim.open("no-cap-kept")
        >>> answer
        <run: no-cap, 2 runs of 1 year>
        >>> answer.panel().equals(result.panel())
        True
    """
    place = Path(folder)
    content = content_of(place)
    tables = [_table(place, name, columns) for name, columns in content["tables"].items()]
    kept = {name: place / name for name in content.get("results", ())}
    return Answer(
        about=content["about"],
        values=content.get("values", {}),
        printed=[Printed(**one) for one in content["printed"]],
        findings=content["findings"],
        notes=content["notes"],
        tables=tables,
        charts=[_picture(place, name, words) for name, words in content["charts"].items()],
        results={
            name: read_ensemble(read_manifest(at)).ensemble
            for name, at in kept.items()
            if (at / MANIFEST).is_file()
        },
        heading=content["heading"],
        study=content["study"],
    )


def content_of(folder: Path) -> Mapping[str, Any]:
    """Return what a saved answer says of itself, as it lies in its folder.

    Raises:
        StoreError: no answer lies there, or it has changed since it was written.
    """
    path = folder / ANSWER
    try:
        content = json_in(path)
    except FileFaultError as fault:
        if not path.exists():
            raise StoreError(
                f"{folder}: holds no answer ({ANSWER}); allowed: a folder that --out named"
            ) from None
        raise StoreError(f"{path}: {fault}; repeat the command") from None
    if not isinstance(content, dict) or any(key not in content for key in HELD):
        raise StoreError(f"{path}: has changed since it was written; repeat the command")
    return content


def _table(folder: Path, name: str, columns: Sequence[str]) -> Table:
    if not columns:
        return Table(name, (), ())
    path = folder / f"{name}.csv"
    try:
        with path.open(encoding=cells.ENCODING, newline="") as stream:
            header, *rows = cells.rows_of(stream)
    except (OSError, ValueError):
        raise StoreError(f"{path}: cannot be read; repeat the command") from None
    if header != list(columns):
        raise StoreError(f"{path}: has changed since it was written; repeat the command")
    return Table.of(name, columns, rows)


def _picture(folder: Path, name: str, words: str) -> Chart:
    return Chart(str(Path(name).with_suffix("")), partial(_drawn, folder.resolve() / name, words))


def _drawn(path: Path, words: str) -> tuple[Any, str]:
    import matplotlib.image as images

    from sim.charts import style  # plotting is loaded only when something is drawn

    picture = images.imread(path)
    high, wide = picture.shape[:2]
    inches = (wide / style.DOTS_PER_INCH, high / style.DOTS_PER_INCH)
    figure = style.AccessibleFigure(figsize=inches)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.imshow(picture)
    style.no_axis(axes)
    figure.alt_text = words
    return figure, words
