"""`python -m tests.oracle`: the scripts that ship on three real files, by both ways and, where a
plain loop knows them, by a third program: trades, final equity, and whether all agree."""

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
from tests.oracle import strategies
from tests.oracle.plain_loop import Loop, Market, carry_out, rows_of
from tests.oracle.test_agreement import DATA, GAPPY, MINUTES_1, MINUTES_5, Player, agree, is_same

FILES: Final = (MINUTES_1, GAPPY, MINUTES_5)
PLAIN: Final[dict[str, Callable[[], Player]]] = {
    "ema_cross": strategies.EmaCross,
    "rsi_reversion": strategies.RsiReversion,
    "bollinger": strategies.Bollinger,
    "breakout_atr": strategies.Breakout,
    "composite": strategies.Composite,
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
        markets = tuple(MarketFile(path, each) for each in ("BTC/USDT", "ETH/USDT", "LTC/USDT"))
        return replace(request, files=markets)
    return request


def third(name: str, file: str, result: Result) -> tuple[str, bool]:
    if name not in PLAIN:
        return "-", True
    step_ms = prepare(asked(strategies.SCRIPTS / f"{name}.lefi", file)).handler_ms
    loop = carry_out(rows_of(DATA / f"{file}.csv.gz"), step_ms, Market(), PLAIN[name]())
    is_one = agreed(result, loop)
    return ("same" if is_one else "DIFFERS"), is_one


def agreed(result: Result, loop: Loop) -> bool:
    try:
        for ours, theirs in zip(result.trades, loop.trades, strict=True):
            agree(ours, theirs)
    except (AssertionError, ValueError):
        return False
    pairs: Sequence[tuple[float, float]] = list(zip(result.equity[1:], loop.equity, strict=True))
    return max(abs(a - b) for a, b in pairs) <= EQUITY_APART


if __name__ == "__main__":
    sys.exit(main())
