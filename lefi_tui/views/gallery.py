"""What the gallery may know: the scripts that came with the program, and a run of each.

The screen reaches files and the process that simulates by `Gallery` alone.
"""

from __future__ import annotations

from typing import Protocol

from lefi_tui.core.record import Record
from lefi_tui.views.lab_view import Hear, Run
from lefi_tui.views.scripts import ScriptRow


class Shipped(Record):
    """One script, as it tells itself: its opening comment, and its contract in words."""

    row: ScriptRow
    title: str
    text: str
    says: tuple[str, ...]  # paragraphs
    bounds: tuple[str, ...]  # lines
    symbols: tuple[str, ...]  # of its run
    timeframe_ms: int  # of the candles it runs over


class Picture(Record):
    """Of a run over the demo market; `words` say why there is none yet, or none at all."""

    run: Run | None = None
    words: str = ""


class Gallery(Protocol):
    def open(self, hear: Hear) -> None:
        """Whoever hears what comes of runs from now on, in threads."""
        ...

    def close(self) -> None:
        """Nobody looks; the process that simulates ends."""
        ...

    def scripts(self) -> tuple[Shipped, ...]: ...

    def kept(self, shipped: Shipped) -> Run | None:
        """The run of this very text over these very candles, where it was made before."""
        ...

    def ask(self, number: int, shipped: Shipped) -> None:
        """Makes the candles where they are missing, and has the script run over them. What is
        heard of it bears the number."""
        ...

    def keep(self, run: Run) -> None: ...

    def copy(self, row: ScriptRow) -> str:
        """An own copy, under a free name: how scripts open it."""
        ...
