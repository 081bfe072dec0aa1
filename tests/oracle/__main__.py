"""`python -m tests.oracle`: the scripts that ship on three real files, by both ways and by a third
program, a plain loop from the rules alone: trades, final equity, and whether all agree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from lefi_tui.errors import MachineWayError
from lefi_tui.requests import BacktestRequest, MarketFile
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.prepared import prepare
from lefi_tui.simulate.result import Result
from tests.oracle import plain_portfolios, plain_trends, strategies
from tests.oracle.plain_candles import rows_of
from tests.oracle.plain_loop import Loop, Player, carry_out
from tests.oracle.plain_orders import Costs
from tests.oracle.test_agreement import DATA, GAPPY, MINUTES_1, MINUTES_5, agree, is_same

FILES: Final = (MINUTES_1, GAPPY, MINUTES_5)
PLAIN: Final[dict[str, Callable[[], Player]]] = {
    "ema_cross": strategies.EmaCross,
    "rsi_reversion": strategies.RsiReversion,
    "bollinger": strategies.Bollinger,
    "breakout_atr": strategies.Breakout,
    "composite": strategies.Composite,
    "grid": plain_trends.Grid,
    "many_views": plain_trends.ManyViews,
    "timeframes": plain_trends.Timeframes,
    "dca_schedule": plain_portfolios.BySchedule,
    "smart_dca": plain_portfolios.SmartDca,
    "rebalance": plain_portfolios.Rebalance,
}
# These buy and sell nothing: that much any other program would come to.
NEVER_TRADE: Final = {
    "price_alert": "it only tells",
    "regime": "an indicator",
    "ttadak": "played by keys",
}
EQUITY_APART: Final = 1e-6


def main() -> int:
    say = sys.stdout.write
    say(f"{'script':<15}{'file':<31}{'trades':>7}{'final equity':>16}  event = machine = third\n")
    has_differed = False
    for script in sorted(strategies.SCRIPTS.glob("*.lefi")):
        for file in FILES:
            row, is_one = told(script, file)
            has_differed |= not is_one
            say(f"{script.stem:<15}{file:<31}{row}\n")
            sys.stdout.flush()
    return int(has_differed)


def told(script: Path, file: str) -> tuple[str, bool]:
    """The rest of its row, and whether nothing differs."""
    request = asked(script, file)
    result = backtest(replace(request, way="event"))
    try:
        machine = backtest(replace(request, way="machine"))
    except MachineWayError as error:
        by_machine, is_one = f"event way only ({error.why})", True
    else:
        is_one = is_same(result, machine)
        by_machine = "same" if is_one else "DIFFERS"
    by_third, agrees = third(script.stem, file, result)
    numbers = f"{len(result.trades):>7,}{result.equity[-1]:>16,.6f}"
    return f"{numbers}  {by_machine}, {by_third}", is_one and agrees


def asked(script: Path, file: str) -> BacktestRequest:
    """Each of its markets has the same candles."""
    path, source = DATA / f"{file}.csv.gz", script.read_text()
    request = BacktestRequest(script, source, (MarketFile(path),))
    if script.stem == "rebalance":
        markets = tuple(MarketFile(path, each) for each in ("BTC/USDT", "ETH/USDT", "SOL/USDT"))
        return replace(request, files=markets)
    return request


def third(name: str, file: str, result: Result) -> tuple[str, bool]:
    if name in NEVER_TRADE:
        is_flat = not result.trades and set(result.equity) == {result.equity[0]}
        return (f"no trade: {NEVER_TRADE[name]}" if is_flat else "DIFFERS"), is_flat
    player = PLAIN[name]()
    asked_of = asked(strategies.SCRIPTS / f"{name}.lefi", file)
    player.step = 0 if player.cron else prepare(asked_of).handler_ms
    symbols = [each.symbol or player.symbol for each in asked_of.files]
    rows = rows_of(DATA / f"{file}.csv.gz")
    is_one = agreed(result, carry_out(dict.fromkeys(symbols, rows), player, Costs()))
    return ("same" if is_one else "DIFFERS"), is_one


def agreed(result: Result, loop: Loop) -> bool:
    try:
        for ours, theirs in zip(result.trades, loop.trades, strict=True):
            agree(ours, theirs)
    except (AssertionError, ValueError):
        return False
    pairs: Sequence[tuple[float, float]] = list(zip(result.equity[1:], loop.equities, strict=True))
    return max(abs(a - b) for a, b in pairs) <= EQUITY_APART


if __name__ == "__main__":
    sys.exit(main())
