"""A Ctrl-C that falls where Python drops exceptions is heard all the same."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from sim.interfaces.interrupts import interrupts_kept

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")


class Thing:
    """Something that can be let go of."""


def wait_with_a_dropped_interrupt() -> None:
    """Press Ctrl-C in a callback of a weak reference: what is raised there has nobody to go to."""
    thing = Thing()
    gone = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert gone() is None
    threading.Event().wait(20.0)


@pytest.fixture(autouse=True)
def heard_as_in_a_terminal() -> Iterator[None]:
    assert threading.current_thread() is threading.main_thread()
    # pytest run in the background may have been told to leave Ctrl-C alone
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_dropped_interrupt_is_pressed_again(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), interrupts_kept():
        wait_with_a_dropped_interrupt()
    assert time.monotonic() - began < 10.0
    assert "Exception ignored" not in capsys.readouterr().err


def test_what_an_interrupt_was_turned_into_is_an_interrupt() -> None:
    def broken() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            raise OSError("half way")

    with pytest.raises(KeyboardInterrupt), interrupts_kept():
        broken()
    with pytest.raises(OSError, match="nothing to do with it"), interrupts_kept():
        raise OSError("nothing to do with it")


def test_what_else_is_dropped_is_told_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: told.append(dropped.exc_type))
    with interrupts_kept():
        thing = Thing()
        gone = weakref.ref(thing, lambda _: 1 / 0)
        del thing
    assert gone() is None
    assert told == [ZeroDivisionError]
