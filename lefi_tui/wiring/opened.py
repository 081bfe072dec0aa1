"""Opens the desk on this terminal, with its colors, until a person leaves."""

from __future__ import annotations

import os

from msgspec.structs import replace

from lefi_tui.app import LefiApp
from lefi_tui.terminal.fitness import palette_name, wants_mouse
from lefi_tui.terminal.signals import Signals
from screens.setup import DeskSetup
from widgets.ink import PALETTES


def open_desk(setup: DeskSetup, signals: Signals) -> int:
    """The exit status."""
    app = LefiApp(replace(setup, palette=PALETTES[palette_name(os.environ)]), signals)
    try:
        app.run(mouse=wants_mouse(os.environ))
    finally:
        setup.hand.let_go()
    signals.leave()
    return app.return_code or 0
