"""What a key costs in the whole screen of scripts, with all that looks over a person's shoulder.

Completion, problems, tests' signs, the contract and live values are on; the yardstick is the bare
editor in the same minute. CPU time of the whole program, threads too, headless at 120 x 40.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.queries import DistancesQuery, Query, WorthQuery
from lefi_tui.views.statement_view import WorthView
from tests.bench.editor_figures import KEYS, SCRIPT, SIZE, costs_ms
from tests.bench.readings import Measurement, Reading
from tests.screens.hand_fed import MS, START_NS, HandFed
from tests.screens.scripts_kit import folder, opened
from widgets.editor import ScriptEditor
from widgets.ink import TRUE_COLOR


class _Told(HandFed):
    """An engine that answers at once what a value is worth: its own work is another figure."""

    async def ask(self, query: Query) -> Any:
        if isinstance(query, WorthQuery):
            return WorthView(("1",), "", START_NS // MS)
        if isinstance(query, DistancesQuery):
            return DistancesView((), "", query.account)
        return await super().ask(query)


def right_script(lines: int) -> str:
    """A shipped script, its handler again and again, up to about that many lines: no mistakes."""
    written = SCRIPT.read_text().split("\n")
    begin = next(row for row, line in enumerate(written) if line.startswith("on "))
    end = written.index("}", begin)
    block = [*written[begin : end + 1], ""]
    return "\n".join([*written[:begin], *block * ((lines - begin) // len(block))])


async def _whole_ms(lines: int, place: Path) -> list[float]:
    own = folder(place, long=right_script(lines))
    async with opened(own, SIZE, fed=_Told()) as scripts:
        await scripts.open("long")
        scripts.editor.move_cursor((lines // 2, 5), center=True)
        await scripts.press("alt+v")
        await scripts.shows("How close each condition is")
        spent = []
        for key in KEYS:
            start = time.process_time()
            await scripts.press(key)
            spent.append((time.process_time() - start) * 1_000)
        return spent


def key_cost(lines: int) -> Reading:
    bare = asyncio.run(costs_ms(ScriptEditor(TRUE_COLOR, id="text"), lines))
    with TemporaryDirectory() as place:
        whole = asyncio.run(_whole_ms(lines, Path(place)))
    median = statistics.median(whole)
    p95 = statistics.quantiles(whole, n=20)[-1]
    return Reading(
        median / statistics.median(bare), "the editor alone", median, "ms", f"p95 {p95:.1f} ms"
    )


MEASUREMENTS: Final[dict[str, Measurement]] = {
    f"editor_screen_key_{lines}": Measurement(
        f"CPU of a key in the whole screen of scripts, {lines:,} lines", partial(key_cost, lines)
    )
    for lines in (300, 2_000)
}
