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
from typing import Final

from tests.bench.editor_figures import KEYS, SIZE, costs_ms, long_script
from tests.bench.readings import Measurement, Reading
from tests.screens.scripts_kit import folder, opened
from widgets.editor import ScriptEditor
from widgets.ink import TRUE_COLOR


async def _whole_ms(lines: int, place: Path) -> list[float]:
    async with opened(folder(place, long=long_script(lines)), SIZE) as scripts:
        await scripts.open("long")
        scripts.editor.move_cursor((lines // 2, 5), center=True)
        await scripts.pilot.pause()
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
