"""A Ctrl-C in a compiled loop comes out of it as a Ctrl-C."""

from __future__ import annotations

import pytest

from sim.domain.compiled import compiled


def returns_with_a_fault(cause: BaseException) -> None:
    """Do what Python does when foreign code gives back a result with an exception set."""
    raise SystemError("returned a result with an exception set") from cause


@pytest.mark.parametrize(
    ("cause", "comes_out"), [(KeyboardInterrupt(), KeyboardInterrupt), (OSError(), SystemError)]
)
def test_an_interrupt_as_a_loop_returns_is_not_its_fault(
    cause: BaseException, comes_out: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.domain.compiled._LOOPS", [])  # this one is not the package's
    loop = compiled(returns_with_a_fault)
    loop._loop = returns_with_a_fault
    with pytest.raises(comes_out):
        loop(cause)
