"""What Mesa's data collector keeps of a market, and when it keeps the first month."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import mesa

from sim.domain.headline import AGENCY_COST, AGENCY_SHARE, CHARGE_RATE, SHARES

if TYPE_CHECKING:
    from sim.market.model import LondonMarket

COLLECTED = (
    *SHARES,
    AGENCY_SHARE,
    CHARGE_RATE,
    AGENCY_COST,
    "permanent_fte",
    "agency_fte",
    "unfilled_fte",
    "pledge_members",
)
"""London's outcomes that are kept month by month, beside the root seed."""
ROOT_SEED = "root_seed"


class PanelCollector(mesa.DataCollector):
    """Mesa's data collector, which reads London's outcomes off the panel when somebody looks.

    With reporters of anybody's own beside them it collects everything on the spot, as ever.
    """

    def __init__(self, market: LondonMarket) -> None:
        self._market, self._unread = market, list[int]()
        self._kept: dict[str, list[Any]] = {}
        # A function and its parameters in a list is the one way of giving an outcome's name that
        # pickles and that every release takes: Mesa 3.4 calls a `partial` without the model.
        reporters: dict[str, Any] = {name: [market.outcome, [name]] for name in COLLECTED}
        super().__init__(model_reporters=reporters | {ROOT_SEED: ROOT_SEED})
        self._own = set(self.model_reporters)

    @property
    def model_vars(self) -> dict[str, list[Any]]:
        """What has been collected, by reporter: one value a time."""
        months, self._unread = self._unread, []
        for month in months:
            for name in COLLECTED:
                self._kept[name].append(self._market.outcome_in(month, name))
            self._kept[ROOT_SEED].append(self._market.root_seed)
        return self._kept

    @model_vars.setter
    def model_vars(self, values: dict[str, list[Any]]) -> None:
        self._kept = values

    def collect(self, model: LondonMarket) -> None:
        """Collect the month, or note that it is to be read off the panel."""
        others = self.agent_reporters or self.agenttype_reporters
        if others or set(self.model_reporters) != self._own:
            super().collect(model)
        else:
            self._unread.append(model.month)
            times = getattr(self, "_collection_steps", None)  # Mesa from 3.5 finds rows by them
            if times is not None:
                times.append(model.time)


def data_collector(market: LondonMarket) -> mesa.DataCollector:
    """Return a collector of London's outcomes, with nothing collected yet.

    The root seed stands in every row, so that each row of Mesa's `batch_run` can be made again.
    """
    return PanelCollector(market)


class CollectsMonth0(type(mesa.Model)):  # type: ignore[misc]
    """Makes a model, and collects month 0 when all of it stands.

    So a subclass that puts reporters of its own in place, after `super().__init__`, has month 0
    in its table too. What it has collected already is not collected twice.
    """

    def __call__(cls, *given: Any, **named: Any) -> Any:
        """Return a new model with its first row."""
        market = super().__call__(*given, **named)
        if not _has_rows(market.datacollector):
            market.datacollector.collect(market)
        return market

    @property
    def __signature__(cls) -> inspect.Signature:
        """How the model is made: Mesa's `batch_run` reads it, and would find `__call__`'s."""
        made = inspect.signature(cls.__init__)  # type: ignore[misc]
        return made.replace(parameters=list(made.parameters.values())[1:])


def _has_rows(collector: mesa.DataCollector) -> bool:
    records = (getattr(collector, name, {}) for name in ("_agent_records", "_agenttype_records"))
    return any(collector.model_vars.values()) or any(records)
