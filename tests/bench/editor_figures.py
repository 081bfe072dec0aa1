"""What a key costs in the editor of scripts, beside Textual's own TextArea in the same minute.

CPU time of the whole program for a key, headless at 120 x 40: the editor scanned, drawn and laid
out; the terminal's bytes are another figure.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from textual.app import App, ComposeResult
from textual.widgets import TextArea

from tests.bench.readings import Measurement, Reading
from widgets.editor import ScriptEditor
from widgets.ink import TRUE_COLOR

SCRIPT: Final = Path(__file__).parents[2] / "scripts" / "ema_cross.lefi"
KEYS: Final = (*"abc def gh" * 4, *["enter"] * 4, *["down", "up", "backspace"] * 5)
SIZE: Final = (120, 40)


class _Page(App[None]):
    CSS = "TextArea, TextArea:focus { border: none; padding: 0; }"

    def __init__(self, editor: TextArea) -> None:
        super().__init__()
        self._editor = editor

    def compose(self) -> ComposeResult:
        yield self._editor


def long_script(lines: int) -> str:
    """A shipped script again and again, up to that many lines."""
    written = SCRIPT.read_text().split("\n")
    return "\n".join((written * (lines // len(written) + 1))[:lines])


async def costs_ms(editor: TextArea, lines: int) -> list[float]:
    async with _Page(editor).run_test(size=SIZE) as pilot:
        editor.load_text(long_script(lines))
        editor.focus()
        editor.move_cursor((lines // 2, 5), center=True)
        await pilot.pause()
        spent = []
        for key in KEYS:
            start = time.process_time()
            await pilot.press(key)
            spent.append((time.process_time() - start) * 1_000)
        return spent


def key_cost(lines: int) -> Reading:
    stock = TextArea(soft_wrap=False, show_line_numbers=True, tab_behavior="indent")
    theirs = asyncio.run(costs_ms(stock, lines))
    ours = asyncio.run(costs_ms(ScriptEditor(TRUE_COLOR, id="text"), lines))
    median = statistics.median(ours)
    note = f"p95 {_p95(ours):.1f} ms, stock {_p95(theirs):.1f} ms"
    return Reading(
        median / statistics.median(theirs), "a stock TextArea without colors", median, "ms", note
    )


def _p95(spent: Sequence[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


MEASUREMENTS: Final[dict[str, Measurement]] = {
    f"editor_key_{lines}": Measurement(
        f"CPU of a key in a script of {lines:,} lines", partial(key_cost, lines)
    )
    for lines in (50, 300, 2_000)
}
