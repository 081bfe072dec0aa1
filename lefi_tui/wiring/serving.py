"""`lefi engine`: the executor without a screen, until it is told to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Final

from lefi_tui.adapters.privacy import keep_private
from lefi_tui.settings import Loaded, Settings
from lefi_tui.terminal.signals import ENDS, LOST, Signals
from lefi_tui.wiring.accounts import DEMO_VENUE
from lefi_tui.wiring.demo import started

LOOK_S: Final = 1.0  # how soon an engine that failed is noticed


def serve(settings: Loaded, say: Callable[[str], None]) -> int:
    """Until SIGTERM or SIGINT, and a lost line if the settings say so."""
    keep_private()
    ends = ENDS if settings.settings.on_hangup == "keep" else ENDS | {LOST}
    told = threading.Event()

    def heed(cause: signal.Signals) -> None:
        if cause in ends:
            told.set()

    signals = Signals()
    signals.install()
    signals.listen(heed)
    engine = started(settings.settings, settings.settings.data_dir)
    say(f"The engine runs: {_accounts(settings.settings)}. Attach with `lefi`; "
        "`lefi engine --stop` ends it.")  # fmt: skip
    while not told.wait(LOOK_S) and engine.is_running:
        continue
    engine.stop()
    if LOST not in signals.came:  # else nobody is there to read it
        say("The engine has ended; its journal is sealed.")
    return 0


def _accounts(settings: Settings) -> str:
    """The demo market, and what config.toml names, each with its mode."""
    own = (f"{name} ({each.exchange}, {each.mode})" for name, each in settings.accounts.items())
    return ", ".join((f"the {DEMO_VENUE}", *own))
