"""The borough twin: the market's month in numbers of people, for many draws at once.

It shares the equations of `sim.rules` and the rulebook with the agent model. Where the model has
people, the twin has amounts: permanent staff by stage of experience, agency staff placed and
waiting, and how tastes and companies are spread over each. With a seed every flow has the luck
of small numbers; without one the twin is the deterministic limit of the same equations.
"""

from sim.twin.london import Twin
from sim.twin.record import FLOWS, TwinRecord

__all__ = ["FLOWS", "Twin", "TwinRecord"]
