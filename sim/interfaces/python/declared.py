"""`sim.parameters` and `sim.levers`: every number of the model as a data frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.domain.parameters import Parameters
from sim.domain.quantities import Declaration, Declared, declarations
from sim.interfaces.cli.describe import choices_of
from sim.rules.levers import Levers

if TYPE_CHECKING:
    import pandas as pd


def parameters() -> pd.DataFrame:
    """Return every parameter of the model, a row each, in the order of `permanence describe`.

    Columns: name (as in `overrides`), label, default, low and high (what may be set), prior_low and
    prior_high (what a draw of the prior comes from), choices (words it may be), unit, grade
    (measured, looked up, assumed), source.

    Example:
        >>> import sim
        >>> every = sim.parameters().set_index("name")
        >>> every.loc["parameters.bid_speed", "grade"]
        'assumed'
        >>> bool((every.loc["parameters.hours_per_week", ["low", "high"]] == [1, 80]).all())
        True
    """
    import pandas as pd

    return pd.DataFrame(_rows(Parameters, "parameters."))


def levers() -> pd.DataFrame:
    """Return every number and choice of every lever, a row each; columns as of `sim.parameters`.

    The default changes nothing, and so does `no_op`, where a value has one. `lever` says what it
    belongs to. There is no prior: a lever is chosen.

    Example:
        >>> import sim
        >>> every = sim.levers().set_index("name")
        >>> every.loc["levers.cap.charge_rate_per_hour", "unit"]
        '£ per hour'
    """
    import pandas as pd

    rows = [
        {"lever": name, **row}
        for name, field in Levers.model_fields.items()
        if isinstance(field.annotation, type)
        for row in _rows(field.annotation, f"levers.{name}.", is_lever=True)
    ]
    return pd.DataFrame(rows)


def _rows(
    group: type[Declared], before: str, *, is_lever: bool = False
) -> Iterator[dict[str, Any]]:
    for name, one in declarations(group).items():
        choices = choices_of(group.model_fields[name].annotation)
        yield {
            "name": f"{before}{name}",
            "label": one.label,
            "default": one.default,
            **_range(one, is_lever=is_lever),
            "choices": ", ".join(choices),
            "unit": one.unit,
            "grade": one.grade.value.replace("_", " "),
            "source": one.source,
        }


def _range(one: Declaration, *, is_lever: bool) -> dict[str, Any]:
    low, high = one.allowed or (None, None)
    if is_lever:
        return {"no_op": one.no_op, "low": low, "high": high}
    prior_low, prior_high = one.prior or (None, None)
    return {"low": low, "high": high, "prior_low": prior_low, "prior_high": prior_high}
