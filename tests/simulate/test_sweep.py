"""A sweep: each cell is the backtest with its settings; what is doubtful about the best is said."""

from __future__ import annotations

import os
from collections.abc import Sequence
from multiprocessing import active_children
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.errors import SweepError, WorkerEndedError
from lefi_tui.requests import BacktestRequest, MarketFile, Over, SweepRequest
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.sweep import sweep
from lefi_tui.simulate.sweep_cells import cell_of
from lefi_tui.simulate.sweep_grid import CELLS_MAX, cells_of
from lefi_tui.simulate.sweep_warnings import warnings_of
from lefi_tui.simulate.sweep_workers import Workers
from lefi_tui.views.sweep_view import SweepAxis, SweepCell, SweepView
from tests.simulate.candle_files import candles_of_chance

SCRIPT = Path(__file__).parents[2] / "scripts" / "ema_cross.lefi"
FAST = Over("fast", "3", "9", "6")
STOP = Over("stop", "0.5%", "1.5%", "0.5%")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> BacktestRequest:
    path = candles_of_chance(tmp_path_factory.mktemp("sweep") / "chance.csv", 1_500, seed=3)
    return BacktestRequest(SCRIPT, SCRIPT.read_text(), (MarketFile(path),))


@pytest.fixture(scope="module")
def found(run: BacktestRequest) -> SweepView:
    return sweep(SweepRequest(run, (FAST, STOP), rank="max_drawdown", workers=2))


def test_every_cell_is_the_backtest_with_its_settings(
    run: BacktestRequest, found: SweepView
) -> None:
    assert [each.values for each in found.axes] == [("3", "9"), ("0.5%", "1%", "1.5%")]
    assert found.done == len(found.cells) == 6
    assert sum(each.trades for each in found.cells) > 100
    for cell in found.cells:
        alone = backtest(replace(run, settings=cell.settings))
        assert cell == cell_of(cell.settings, alone)


def test_the_best_come_first_and_a_fall_is_the_better_the_smaller(found: SweepView) -> None:
    falls = [found.cells[each].max_drawdown for each in found.ranked]
    assert falls == sorted(each.max_drawdown or 0.0 for each in found.cells)
    assert [each["max_drawdown"] for each in found.report()["best"]] == falls


def test_what_takes_the_event_way_says_which_line_makes_it_so(run: BacktestRequest) -> None:
    waits = 'on Candle("BTC/USDT", 5m) {\n  bought = Buy("BTC/USDT", 10%)\n'
    source = "setting low = 5\n" + waits + '  if bought.status == "filled" { Print("in") }\n}\n'
    found = sweep(SweepRequest(replace(run, source=source), (Over("low", "1", "2", "1"),)))
    assert found.ways == (("event", 2),)
    assert [line for line, _ in found.why] == [2]


WRONG = (
    ((), "nothing is varied"),
    ((Over("quick", "1", "2", "1"),), "has no setting `quick`"),
    ((Over("symbol", "1", "2", "1"),), "only numbers have steps"),
    ((Over("fast", "9", "3", "1"),), "hold no value"),
    ((Over("fast", "3", "9", "0"),), "step is not above 0"),
    ((Over("fast", "a", "9", "1"),), "not made of three numbers"),
    ((Over("stop", "1", "2", "1"),), "its units don't fit"),
    ((Over("fast", "3%", "9%", "1%"),), "its units don't fit"),
    ((FAST, FAST), "varied twice"),
    ((Over("fast", "1", "9", "1"),), "outside its bounds 2 to 200"),
    ((Over("fast", "2", "3", "0.5"),), "fast=2.5"),
    ((Over("fast", "2", "200", "0.001"),), "values"),
    ((Over("fast", "2", "200", "0.1"), Over("slow", "3", "400", "1")), f"{CELLS_MAX:,} are"),
)


@pytest.mark.parametrize(("over", "words"), WRONG, ids=[words for _, words in WRONG])
def test_what_can_not_be_varied_is_refused_in_four_parts(
    run: BacktestRequest, over: Sequence[Over], words: str
) -> None:
    with pytest.raises(SweepError) as raised:
        sweep(SweepRequest(run, tuple(over)))
    told = raised.value
    assert words in told.why
    assert told.where.startswith("--over")
    assert told.next_step


def test_one_that_is_stopped_answers_with_what_is_done_and_leaves_no_worker(
    run: BacktestRequest,
) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    found = sweep(SweepRequest(run, (FAST, STOP), workers=2), stop)
    assert found.is_stopped
    assert found.done == 2
    assert len(found.ranked) == 2
    assert active_children() == []


def test_a_worker_that_ends_is_told_and_the_others_end_too() -> None:
    def task(number: int) -> int:
        if number == 5:
            os._exit(9)
        return number

    with (
        pytest.raises(WorkerEndedError, match="ended with status 9"),
        Workers(task, 2) as workers,
    ):
        list(workers.answers(range(100)))
    assert active_children() == []


AXES = (SweepAxis("fast", ("1", "2", "3")), SweepAxis("slow", ("4", "5", "6")))


def told(sharpe: Sequence[float], trades: int = 40) -> str:
    cells = [
        SweepCell(settings, is_done=True, sharpe=value, trades=trades)
        for settings, value in zip(cells_of(AXES), sharpe, strict=True)
    ]
    best = max(range(9), key=lambda each: sharpe[each])
    ranked = [best, *(each for each in range(9) if each != best)]
    return " ".join(warnings_of(AXES, cells, "sharpe", ranked))


def test_a_best_cell_is_doubted_at_an_edge_alone_or_with_few_trades() -> None:
    hill = (1.0, 1.2, 1.1, 1.3, 1.5, 1.2, 1.0, 1.1, 0.9)
    assert told(hill) == ""
    assert "29 trades say little" in told(hill, 29)
    assert "stands alone" in told((1.0, 1.2, 1.1, 1.3, 4.0, 1.2, 1.0, 1.1, 0.9))
    assert "edge (fast=1):" in told((1.0, 1.7, 1.1, 1.3, 1.6, 1.2, 1.0, 1.1, 0.9))
