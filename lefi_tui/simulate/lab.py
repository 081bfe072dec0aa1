"""Runs for the Lab: the command line's own backtest, told in as few points as a screen shows.

What one run needed of the data stays for the next: a text that is edited again and again runs over
columns that are there already, and one that comes back, by an undo, is answered at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from lefi_tui.adapters.history_files import CandleFile
from lefi_tui.requests import BacktestRequest, MarketFile, Progress, SweepRequest
from lefi_tui.simulate.kept import Kept
from lefi_tui.simulate.lab_curves import points
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.prepared import reading
from lefi_tui.simulate.result import Result
from lefi_tui.simulate.sweep import sweep
from lefi_tui.simulate.trust import honestly, swept
from lefi_tui.views.candle_parts import candles as joined
from lefi_tui.views.chart_view import Candle
from lefi_tui.views.honest_view import HonestView
from lefi_tui.views.lab_view import TRADES_MAX, AskCandles, AskRun, AskSweep, Ground, Run, key_of
from lefi_tui.views.sweep_view import SweepView

RUNS_MAX: Final = 64


class LabRuns:
    """`columns`: where columns of files are kept on disk; `variants`: where is counted what was
    tried on them."""

    def __init__(
        self, columns: Path | None = None, variants: Path | None = None, workers: int = 1
    ) -> None:
        self._columns, self._variants, self._workers = columns, variants, workers
        self._kept = Kept(reading(columns))
        self._last: tuple[str, Result] | None = None
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._files: tuple[CandleFile, ...] = ()  # of the last run

    def run(self, asked: AskRun, progress: Progress) -> Run:
        request = self._request(asked)
        key = self._key(asked, request)
        found = self._runs.get(key)
        if found is None:
            result = backtest(request, progress, self._kept)
            self._last = key, result
            self._files = self._read(request, result.symbols)
            found = self._runs[key] = run_of(result, key, asked, self._files[0])
            while len(self._runs) > RUNS_MAX:
                self._runs.popitem(last=False)
        else:
            self._files = self._read(request, found.symbols)
        self._runs.move_to_end(key)
        return found

    def _request(self, asked: AskRun) -> BacktestRequest:
        request = request_of(asked.script, asked.text, asked.ground)
        return replace(request, columns=self._columns, variants=self._variants)

    def _key(self, asked: AskRun, request: BacktestRequest) -> str:
        digests = tuple(self._kept.digest(each.path) for each in request.files)
        return key_of(asked.text, asked.ground, digests)

    def trust(self, asked: AskRun, progress: Progress) -> tuple[str, HonestView]:
        request = self._request(asked)
        key = self._key(asked, request)
        if self._last is None or self._last[0] != key:
            self._last = key, backtest(request, progress, self._kept)
        return key, honestly(self._last[1], request)

    def sweep(self, asked: AskSweep, progress: Progress) -> SweepView:
        run = self._request(asked.run)
        request = SweepRequest(run, asked.over, asked.rank, self._workers)
        return swept(sweep(request, progress), run)

    def _read(self, request: BacktestRequest, symbols: tuple[str, ...]) -> tuple[CandleFile, ...]:
        named = {each.symbol: each.path for each in request.files}
        first = request.files[0].path
        return tuple(self._kept.read(named.get(each, first), each) for each in symbols)

    def candles(self, asked: AskCandles) -> tuple[Candle, ...]:
        """Up to the one that holds this time; longer ones are made of the data's own."""
        file = next((each for each in self._files if each.symbol == asked.symbol), None)
        if file is None:
            return ()
        bars, length = file.bars, max(asked.timeframe_ms, file.timeframe_ms)
        until_ms = asked.until_ms - asked.until_ms % length + length
        begin = bisect_right(bars.times, until_ms - asked.count * length - 1)
        end = bisect_right(bars.times, until_ms - 1)
        shown = list(bars[begin:end])
        whole, parts = (shown, []) if length == file.timeframe_ms else ([], shown)
        return joined(whole, parts, (), length)


def request_of(script: str, text: str, ground: Ground) -> BacktestRequest:
    return BacktestRequest(
        Path(script),
        text,
        tuple(MarketFile(Path(each.path), each.symbol) for each in ground.files),
        timeframe_ms=ground.timeframe_ms,
        window=ground.window,
        settings=ground.values,
        costs=ground.costs,
    )


def run_of(result: Result, key: str, asked: AskRun, first: CandleFile) -> Run:
    return Run(
        key=key,
        script=asked.script,
        text=asked.text,
        ground=asked.ground,
        symbols=result.symbols,
        timeframe_ms=result.timeframe_ms,
        data_ms=result.data_ms,
        candles=result.candles,
        from_ms=result.from_ms,
        to_ms=result.to_ms,
        way=result.way,
        seconds=result.seconds,
        start=result.equity[0],
        final=result.equity[-1],
        numbers=result.numbers,
        fees=result.fees,
        funding=result.funding,
        buy_and_hold=result.buy_and_hold,
        points=tuple(points(result, asked.ground.costs, first)),
        trades=tuple(result.trades[-TRADES_MAX:]),
        traded=len(result.trades),
        open=result.open,
        refused=len(result.refusals),
        notices=tuple(result.notices),
    )
