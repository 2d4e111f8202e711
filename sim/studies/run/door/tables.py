"""Results as data frames, and as small HTML tables that a screen reader can walk."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.answers.comparison import HIGH, LOW, Difference, headline, mean
from sim.domain.headline import SHARES
from sim.ensemble.run import Ensemble
from sim.words.captions import caution, labels, size
from sim.words.tables import labelled, old_new_gap, shown, spread

if TYPE_CHECKING:
    import pandas as pd

RUNS = "share of runs"
"""The unit of a chance: it has no interval of its own."""


def data_frame(
    rows: Iterable[tuple[str, ...]], columns: Sequence[str], numbers: Sequence[str]
) -> pd.DataFrame:
    """Return rows as they are written to a file as a data frame with dates and numbers."""
    import pandas as pd

    frame = pd.DataFrame.from_records(list(rows), columns=list(columns))
    frame["date"] = pd.to_datetime(frame["date"])
    for column in numbers:
        frame[column] = [float(text) if text else np.nan for text in frame[column]]
    return frame


def result_html(ensemble: Ensemble) -> str:
    """Return both permanent shares and unfilled posts, at the start and the end."""
    first, last = ensemble.day(0), ensemble.day(ensemble.months[-1])
    rows = []
    for name, label, unit, values in headline(ensemble):
        if name in SHARES:
            low, high = np.nanquantile(values, [LOW, HIGH])
            start = shown(mean(ensemble.of(name)[:, 0]), unit)
            rows.append((label, start, shown(mean(values), unit), spread(low, high, unit)))
    head = ("London", f"{first:%b %Y}", f"{last:%b %Y}", "80 % interval")
    title = ensemble.scenario.title or ensemble.scenario.name
    return _table(f"{title} ({size(ensemble)}; means). {caution([ensemble])}", head, rows)


def comparison_html(base: Ensemble, found: Sequence[tuple[str, Sequence[Difference]]]) -> str:
    """Return old, new and difference of each policy, by its label."""
    (old,), last = labels([base]), base.day(base.months[-1])
    tables = []
    for new, differences in found:
        rows = [
            (
                labelled(row.label, row.unit),
                *old_new_gap(row.old, row.new, row.unit),
                "" if row.unit == RUNS else spread(row.q10, row.q90, row.unit, signed=True),
            )
            for row in differences
        ]
        head = ("London", f"old: {old}", f"new: {new}", "difference", "80 % interval")
        caption = (
            f"From {old} to {new}, {last:%b %Y} ({size(base)}, paired; means; differences of "
            f"shares in points). {caution([base])}"
        )
        tables.append(_table(caption, head, rows))
    return "".join(tables)


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    columns = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
    )
