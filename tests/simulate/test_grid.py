"""A grid's cell has the text it would have of its own, and comes to the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from lefi_tui.requests import BacktestRequest, MarketFile, Over, SweepRequest
from lefi_tui.simulate.lanes.grid import grid_of
from lefi_tui.simulate.lanes.parts import Part, UnfitError
from lefi_tui.simulate.lanes.text import LaneText, LaneTexts
from lefi_tui.simulate.prepared import Prepared, prepare, rebound
from lefi_tui.simulate.sweep import sweep
from lefi_tui.simulate.sweep_cells import CellRunner
from lefi_tui.simulate.sweep_grid import Settings, axes_of, cells_of
from lefi_tui.views.sweep_view import LANES
from tests.simulate.candle_files import candles_of_chance
from tests.simulate.lane_scripts import Script

SCRIPTS = 8
AXES = (
    (Over("few", "2", "6", "2"), Over("many", "4", "12", "4")),
    (Over("few", "3", "5", "1"), Over("share", "1%", "99%", "49%")),
    (Over("stop", "0.5%", "2.5%", "1%"), Over("goal", "1%", "3%", "1%")),
    (Over("few", "3", "5", "2"), Over("goal", "1%", "3%", "2%"), Over("share", "1%", "9%", "8%")),
)  # fmt: skip


def request_of(seed: int, folder: Path) -> BacktestRequest:
    path = candles_of_chance(folder / "chance.csv", 400, seed=7, gaps=False)
    return BacktestRequest(Path("random.lefi"), Script(seed).text(), (MarketFile(path),))


def placeless(parts: Sequence[Part]) -> list[Part]:
    """Where its slots stand in the whole program says nothing of what it computes."""
    return [replace(each, slots=()) for each in parts]


def test_each_text_of_a_grid_is_the_one_of_its_own_settings(tmp_path: Path) -> None:
    known = missing = 0
    for seed in range(SCRIPTS):
        prepared = prepare(request_of(seed, tmp_path))
        of = partial(text_of, LaneTexts(), prepared)
        for over in AXES:
            axes = axes_of(over, prepared.bound.program.settings)
            grid = grid_of(prepared.source, axes, of)
            if grid is None:
                missing += 1
                continue
            for settings in cells_of(axes):
                text, alone = grid.text(settings), of(settings)
                known += text is not None
                if text is None:
                    continue
                assert alone is not None
                if alone.text == text.text:  # one series where two have the same numbers
                    assert repr(placeless(alone.parts)) == repr(placeless(text.parts))
                    assert repr(alone.numbers) == repr(text.numbers)
                    assert (alone.warm, alone.first) == (text.warm, text.first)
    assert known > 10 * SCRIPTS
    assert missing > 0


def text_of(texts: LaneTexts, prepared: Prepared, settings: Settings) -> LaneText | None:
    bound = rebound(prepared, dict(settings))
    if isinstance(bound, str):
        return None
    try:
        return texts.of(bound.bound.program, bound.bound.candles[0].timeframe_ms)
    except UnfitError:
        return None


def test_cells_on_threads_come_to_the_numbers_of_each_alone(tmp_path: Path) -> None:
    lanes = 0
    for seed, over in ((3, AXES[1]), (8, AXES[2]), (11, AXES[0])):
        request = request_of(seed, tmp_path)
        found = sweep(SweepRequest(request, over, workers=3))
        runner = CellRunner(prepare(request), request)
        lanes += dict(found.ways).get(LANES, 0)
        for cell in found.cells:
            assert cell == runner.run(cell.settings)[0]
    assert lanes > 10
