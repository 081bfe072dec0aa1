"""A lane gives what the event way gives, number for number, or says why it is none."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from lefi_tui.core import metrics
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate import event_way
from lefi_tui.simulate.lanes.adding import OF_SUMS, add_returns, add_squares
from lefi_tui.simulate.lanes.sums import sums_of
from lefi_tui.simulate.lanes.text import STRETCH
from lefi_tui.simulate.machine.eights import WIDTH
from lefi_tui.simulate.prepared import prepare
from lefi_tui.simulate.sweep_cells import CellRunner, cell_of
from lefi_tui.views.sweep_view import LANES, MACHINE
from tests.simulate.candle_files import candles_of_chance
from tests.simulate.lane_scripts import Script

SCRIPTS = 6
CANDLES = 500


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return candles_of_chance(
        tmp_path_factory.mktemp("lanes") / "chance.csv", CANDLES, seed=11, gaps=False
    )


def request_of(source: str, data: Path) -> BacktestRequest:
    costs = Costs(slippage=Decimal("0.0004"))
    return BacktestRequest(Path("random.lefi"), source, (MarketFile(data),), costs=costs)


def test_random_scripts_come_to_the_same_numbers_in_lanes(data: Path) -> None:
    trades = 0
    for seed in range(SCRIPTS):
        request = request_of(Script(seed).text(), data)
        runner = CellRunner(prepare(request), request)
        for settings in ((), (("few", "3"), ("many", "7"), ("share", "100%"), ("stop", "0.2%"))):
            cell, way, why = runner.run(settings)
            assert way == LANES, why
            alone = event_way.backtest(replace(request, settings=settings))
            assert cell == cell_of(settings, alone), (seed, settings, why)
            trades += cell.trades
    assert trades > 10 * SCRIPTS


def test_a_position_is_held_from_one_stretch_to_the_next(tmp_path: Path) -> None:
    path = candles_of_chance(tmp_path / "long.csv", 2 * STRETCH + 900, seed=5, gaps=False)
    trades = 0
    for seed in (1, 4):
        source = Script(seed).text().replace(", 15m)", ", 5m)").replace(", 1h)", ", 5m)")
        request = request_of(source, path)
        prepared = prepare(request)
        cell, way, why = CellRunner(prepared, request).run(())
        assert way == LANES, why
        assert cell == CellRunner(prepared, replace(request, way="machine")).run(())[0]
        trades += cell.trades
    assert trades > 100


HEAD = 'setting few = 3 in 2..9\non Candle("BTC/USDT", 5m) {\n'
NO_LANES = (
    ('  Buy("BTC/USDT", 10%, at = close * 0.99)\n}\n', "names at"),
    ('  Buy("BTC/USDT", 10%, trail = 1%)\n}\n', "names trail"),
    ('  Buy("BTC/USDT", 10%)\n}\non Fill() { Print("in") }\n', "several handlers"),
    ('  if close > Candles("BTC/USDT", 1h).close { Buy("BTC/USDT", 10%) }\n}\n', "other candles"),
    ('  if EMA(Equity(), few) > 9 { Buy("BTC/USDT", 10%) }\n}\n', "series read the account"),
    ('  Buy("BTC/USDT", 10%)\n}\npolicy { rate = 1 per 1h }\n', "policy's rate"),
)


@pytest.mark.parametrize(("rest", "words"), NO_LANES, ids=[words for _, words in NO_LANES])
def test_what_is_no_lane_says_why_and_takes_the_way_of_a_backtest(
    rest: str, words: str, data: Path
) -> None:
    request = request_of(HEAD + rest, data)
    cell, way, why = CellRunner(prepare(request), request).run((("few", "4"),))
    assert way == MACHINE
    assert why is not None
    assert words in why[1]
    assert cell.is_done


def test_a_rate_that_is_a_setting_is_looked_at_in_each_cell(data: Path) -> None:
    rate = "setting most = 900 in 1..900\npolicy { rate = most per 1h }\n"
    request = request_of(rate + HEAD + '  if close > open { Buy("BTC/USDT", few * 1%) }\n}\n', data)
    runner = CellRunner(prepare(request), request)
    for settings, expected in (((), LANES), ((("most", "1"),), MACHINE)):
        cell, way, _ = runner.run(settings)
        assert way == expected
        alone = event_way.backtest(replace(request, settings=settings))
        assert cell == cell_of(settings, alone)


def test_a_sum_of_returns_is_rounded_once_as_fsum_has_it() -> None:
    for seed in range(300):
        chance = Random(seed)
        scale = chance.choice((1.0, 1e-3, 1e9))
        n, count = chance.randint(1, 400), 0
        returns = [0.0] * n
        for each in range(chance.randint(0, n)):
            returns[each] = chance.choice((chance.gauss(0, scale), 0.5, -0.25, 2.0**-60))
            count = each + 1
        y, r = [0.0] * OF_SUMS, [*returns, *[0.0] * WIDTH]
        add_returns(count, r, y)
        told = sums_of(n, count, y, partial(_squares, count, r, y), r)
        assert told == metrics.sums_of(returns)


def _squares(count: int, r: list[float], y: list[float], mean: float) -> None:
    add_squares(count, mean, r, y)
