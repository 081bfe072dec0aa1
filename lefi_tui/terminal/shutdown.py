"""One way out, with a deadline: SIGTERM and a lost line end the screen, whatever is in the way.

Textual installs no handler for either: the process would die on the spot, without `finally` and
with the terminal in the alternate screen. Here the caller's own clean-up runs first, then the
application ends; should anything hang, the process ends at the deadline all the same. Only where
the engine outlives its screen in this process does a lost line set no deadline.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from textual.app import App

from lefi_tui.terminal.driver import DeskDriver
from lefi_tui.terminal.signals import LOST, Signals

DEADLINE_SECONDS: Final = 5.0

CleanUp = Callable[[signal.Signals], Awaitable[None]]


def end_within(seconds: float, cause: signal.Signals) -> None:
    """Whatever hangs from here on, this process is gone then."""
    watch = threading.Timer(seconds, os._exit, (128 + cause,))
    watch.daemon = True
    watch.start()


class Shutdown:
    """Installed once the application runs, on the loop it runs in."""

    def __init__(
        self, app: App[Any], clean_up: CleanUp, signals: Signals, *, outlives: bool = False
    ) -> None:
        self._app = app
        self._clean_up = clean_up
        self._signals = signals
        self._outlives = outlives
        self._begun: set[signal.Signals] = set()
        self._going: list[asyncio.Task[None]] = []

    def install(self) -> None:
        loop = asyncio.get_running_loop()

        def tell(cause: signal.Signals) -> None:
            with suppress(RuntimeError):  # the loop has ended; what came is looked at after it
                loop.call_soon_threadsafe(self.begin, cause)

        self._signals.listen(tell)

    def begin(self, cause: signal.Signals) -> None:
        """Each counts once, and a lost line no more when the end has begun."""
        if cause in self._begun or (cause == LOST and self._begun):
            return
        self._begun.add(cause)
        if cause != LOST or not self._outlives:
            end_within(DEADLINE_SECONDS, cause)
        driver = self._app._driver  # noqa: SLF001 -- tripwire in tests/screens
        if isinstance(driver, DeskDriver):
            driver.give_up_terminal()
        self._going.append(asyncio.get_running_loop().create_task(self._go(cause)))

    async def _go(self, cause: signal.Signals) -> None:
        try:
            await self._clean_up(cause)
        finally:
            self._app.exit(return_code=128 + cause)
