"""Two proofs of a script on its data, by either way.

No look-ahead. The run is halted at several candles. Beside each of them a second run is given the
same candles up to there, and behind them candles that never were, at three times the price: two
more than the longest candle holds that the script hears. All that can be known after the halt must
be the same double: equity at each close, trades, refusals, the script's slots, the longer candles
in the making, cash, positions, working orders. What knew a candle of the future would have met
another one there.

Warm-up. A script that averages candles is started in the middle of the data after its own history
(as many candles as the language says make its values the same wherever history began; such candles
step series and carry out nothing), and again after twice as many. From there on both must trade
alike: times and reasons of trades equal, units within a lot, prices to 1e-9, equity to 1e-6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.adapters.candle_blocks import iso
from lefi_tui.adapters.history_files import CandleFile
from lefi_tui.core.bars import bucket_start, moments
from lefi_tui.core.bot import Bar, Occasion
from lefi_tui.core.candles import Candles, cells_of
from lefi_tui.core.metrics import Trade
from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import span
from lefi_tui.errors import MachineWayError
from lefi_tui.requests import BacktestRequest, Progress
from lefi_tui.simulate.event_way import Loop
from lefi_tui.simulate.machine.columns import columns_of
from lefi_tui.simulate.machine.compiled import Compiled, compile_script
from lefi_tui.simulate.machine.market_door import CrowdedError
from lefi_tui.simulate.machine.runner import MachineLoop
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.simulate.trial import BOT
from lefi_tui.views.proof_view import LOOK_AHEAD, WARM_UP, ProofView

HALTS: Final = 8
RUNS: Final = 1 + HALTS + 2  # the whole one, one a halt, and two that are warmed
OTHER_PRICES: Final = 3.0  # times those of the last candle
PRICE_APART: Final = 1e-9
EQUITY_APART: Final = 1e-6
LOT: Final = 1.5e-8

Begin = Callable[[Prepared], Loop]


def proofs(request: BacktestRequest, progress: Progress | None = None) -> tuple[ProofView, ...]:
    """Both, by the way that the request takes."""
    prepared = prepare(request)
    try:
        return _both(prepared, *way_of(prepared, request), progress)
    except CrowdedError as error:
        if request.way == "machine":
            raise MachineWayError(f"{error}", where=str(request.script)) from None
        event = replace(request, way="event")
        return _both(prepared, *way_of(prepared, event), progress)


def _both(
    prepared: Prepared, way: str, begin: Begin, progress: Progress | None
) -> tuple[ProofView, ...]:
    begun = 0

    def told(data: Prepared) -> Loop:
        nonlocal begun
        if progress is not None:
            progress(begun, RUNS)
        begun += 1
        return begin(data)

    return look_ahead(prepared, way, told), warm_up(prepared, way, told)


def way_of(prepared: Prepared, request: BacktestRequest) -> tuple[str, Begin]:
    compiled = None if request.way == "event" else compile_script(prepared, request)
    if not isinstance(compiled, Compiled):
        if compiled is not None and request.way == "machine":
            raise MachineWayError(compiled[1], where=f"{request.script}:{compiled[0]}")
        return "event", lambda data: Loop(data, request)

    def by_machine(data: Prepared) -> Loop:
        return MachineLoop(data, request, compiled, columns_of(data.files, data.bound))

    return "machine", by_machine


# ---- no look-ahead


class Known(Record):
    """All there is to know of a run after some of its moments."""

    equity: tuple[float, ...]
    trades: tuple[Trade, ...]
    rest: str  # told so that none is none and -0.0 is not 0.0


def look_ahead(prepared: Prepared, way: str, begin: Begin) -> ProofView:
    rows = list(moments([each.bars for each in prepared.files]))
    halts = sorted({len(rows) * number // (HALTS + 1) for number in range(1, HALTS + 1)} - {0})
    whole = begin(prepared)
    for count in halts:
        whole.run_until(count)
        other = begin(_with_another_future(prepared, rows[count - 1][0].time_ms))
        other.run_until(count)
        if (one := _known(whole, count)) != (two := _known(other, count)):
            at_ms = rows[_first_apart(one.equity, two.equity, count) - 1][0].time_ms
            text = (
                f"the candle of {iso(at_ms)} is the first that comes out otherwise when the "
                f"candles after {iso(rows[count - 1][0].time_ms)} are others"
            )
            return ProofView(LOOK_AHEAD, way, is_proven=False, text=text, at_ms=at_ms)
    text = (
        f"halted at {len(halts)} of {len(rows):,} moments, each time the same with another future"
    )
    return ProofView(LOOK_AHEAD, way, is_proven=True, text=text)


def _known(loop: Loop, count: int) -> Known:
    trial = loop.trial
    state, market = trial.state, trial.market
    rest = (
        *(_plain(state.slots), state.buckets, state.due_ns, state.sent_ms, market.reading()),
        *(len(market.working()), trial.refusals, trial.funding, sorted(loop.notes().items())),
    )
    return Known(tuple(loop.equity[: count + 1]), tuple(trial.book.trades), repr(rest))


def _plain(slots: Sequence[Any]) -> list[Any]:
    """A whole number of Python is the same as a double of machine code."""
    return [float(each) if type(each) is int else each for each in slots]


def _first_apart(one: Sequence[float], other: Sequence[float], count: int) -> int:
    """The number of the first equity that differs; where none does, the last moment's orders do."""
    pairs = enumerate(zip(one, other, strict=True))
    return next((number for number, (a, b) in pairs if number and a != b), count)


def _with_another_future(prepared: Prepared, last_ms: int) -> Prepared:
    longest = max(each for _, each in (*prepared.bound.kinds_of_candles, ("", 1)))
    count = 2 + longest // prepared.timeframe_ms
    files = tuple(_other(each, last_ms, count) for each in prepared.files)
    return replace(prepared, files=files)


def _other(file: CandleFile, last_ms: int, count: int) -> CandleFile:
    """The market's candles up to there, then those that never were."""
    known = [bar for bar in file.bars if bar.time_ms <= last_ms]
    price = (known or list(file.bars[:1]))[-1].close * OTHER_PRICES
    step_ms = file.timeframe_ms
    invented = [
        Bar(file.symbol, step_ms, last_ms + number * step_ms, price, price, price, price, 1.0)
        for number in range(1, count + 1)
    ]
    return replace(file, bars=_candles(file, known + invented))


def _candles(file: CandleFile, bars: Sequence[Bar]) -> Candles:
    rows = [(bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars]
    numbers = list(zip(*rows, strict=True))
    if file.has_funding:
        numbers.append(tuple(bar.funding or 0.0 for bar in bars))
    cells = cells_of([float(bar.time_ms) for bar in bars], numbers)
    return Candles((file.symbol, file.timeframe_ms), cells, has_funding=file.has_funding)


# ---- warm-up


def warm_up(prepared: Prepared, way: str, begin: Begin) -> ProofView:
    count = prepared.bound.needs().history_bars
    if not count:
        return ProofView(WARM_UP, way, None, "it averages no candles: there is nothing to warm")
    longest_ms = max(each for _, each in prepared.bound.kinds_of_candles)
    begin_ms = _beginning(prepared, 2 * count * longest_ms, longest_ms)
    if begin_ms is None:
        text = f"it needs {2 * count:,} candles of {span(longest_ms)} before it begins; give more"
        return ProofView(WARM_UP, way, None, text)
    one, two = (
        _begun(prepared, begin, begin_ms, begin_ms - times * count * longest_ms) for times in (1, 2)
    )
    what = f"{count:,} and {2 * count:,} candles of {span(longest_ms)} before {iso(begin_ms)}"
    at_ms = _differs_at(one, two, prepared.timeframe_ms)
    if at_ms is None:
        text = f"the same {len(one.trial.book.trades):,} trades after {what}"
        return ProofView(WARM_UP, way, is_proven=True, text=text)
    text = f"the candle of {iso(at_ms)} is the first that differs after {what}"
    return ProofView(WARM_UP, way, is_proven=False, text=text, at_ms=at_ms)


def _beginning(prepared: Prepared, history_ms: int, longest_ms: int) -> int | None:
    """The first candle with so much before it at which every longer candle begins."""
    frames = {each for _, each in prepared.bound.kinds_of_candles}
    earliest_ms = prepared.from_ms + history_ms
    for time_ms in prepared.files[0].bars.times:
        if time_ms >= earliest_ms and all(
            bucket_start(int(time_ms), each) == time_ms for each in (longest_ms, *frames)
        ):
            return int(time_ms)
    return None


def _begun(prepared: Prepared, begin: Begin, begin_ms: int, history_ms: int) -> Loop:
    """A run from there, its series warmed by the candles from `history_ms` on."""
    files = tuple(each.between(begin_ms, None) for each in prepared.files)
    loop = begin(replace(prepared, files=files))
    trial, step_ms = loop.trial, prepared.timeframe_ms
    past = [each.between(history_ms, begin_ms).bars for each in prepared.files]
    for bars in moments(past):
        occasion = Occasion(bars[0].time_ms + step_ms, bars, is_history=True, is_file=True)
        trial.state = BOT.decide(trial.state, occasion, trial.readings).state
    loop.run(None)
    return loop


def _differs_at(one: Loop, two: Loop, step_ms: int) -> int | None:
    """Opening of the first candle that comes out otherwise."""
    found = [
        time_ms - step_ms
        for time_ms, a, b in zip(one.times, one.equity[1:], two.equity[1:], strict=False)
        if abs(a - b) > EQUITY_APART
    ][:1]
    pairs = zip_longest(one.trial.book.trades, two.trial.book.trades)
    found += [_earlier(a, b) for a, b in pairs if not _are_alike(a, b)][:1]
    return min(found, default=None)


def _earlier(one: Trade | None, other: Trade | None) -> int:
    return min(each.entry_time for each in (one, other) if each is not None)


def _are_alike(one: Trade | None, other: Trade | None) -> bool:
    if one is None or other is None:
        return False
    exact = ("symbol", "side", "entry_time", "exit_time", "reason")
    prices = ((one.entry_price, other.entry_price), (one.exit_price, other.exit_price))
    return (
        all(getattr(one, each) == getattr(other, each) for each in exact)
        and abs(one.units - other.units) <= LOT
        and all(abs(a - b) <= PRICE_APART * abs(a) for a, b in prices)
    )
