"""Waiting for a screen: by the clock, so that a busy machine makes a test later and never wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from textual.pilot import Pilot

PATIENCE_S: Final = 60.0
LOOK_S: Final = 0.03  # a look draws the whole screen, which is processor time


async def waited(pilot: Pilot[Any], is_so: Callable[[], bool], seen: Callable[[], object]) -> None:
    """Steps of the application until this holds; `seen` says what stood there if it never did."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, seen()
        await pilot.pause(LOOK_S)
