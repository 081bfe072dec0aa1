"""One way out, with a deadline: SIGTERM and a lost line end the screen, whatever is in the way.

Textual installs no handler for either: the process would die on the spot, without `finally` and
with the terminal in the alternate screen. Here the caller's own clean-up runs first, then the
application ends; should anything hang, the process ends at the deadline all the same.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual.app import App

from lefi_tui.terminal.driver import DeskDriver

DEADLINE_SECONDS: Final = 5.0
SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP)

CleanUp = Callable[[signal.Signals], Awaitable[None]]


class Shutdown:
    """Installed once the application runs, on the loop it runs in."""

    def __init__(
        self, app: App[Any], clean_up: CleanUp, deadline: float = DEADLINE_SECONDS
    ) -> None:
        self._app = app
        self._clean_up = clean_up
        self._deadline = deadline
        self._going: asyncio.Task[None] | None = None

    def install(self) -> None:
        loop = asyncio.get_running_loop()
        for each in SIGNALS:
            loop.add_signal_handler(each, self.begin, each)

    def begin(self, cause: signal.Signals) -> None:
        """The first signal counts; the deadline is running from here on."""
        if self._going is not None:
            return
        watch = threading.Timer(self._deadline, os._exit, (128 + cause,))
        watch.daemon = True
        watch.start()
        driver = self._app._driver  # noqa: SLF001 -- tripwire in tests/screens
        if isinstance(driver, DeskDriver):
            driver.give_up_terminal()
        self._going = asyncio.get_running_loop().create_task(self._go(cause))

    async def _go(self, cause: signal.Signals) -> None:
        try:
            await self._clean_up(cause)
        finally:
            self._app.exit(return_code=128 + cause)
