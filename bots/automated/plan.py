"""A script bound to its settings: its program, and which handler runs at which event.

The rule it keeps: runs of one moment go Start, Fill, PriceUpdate and bodies, Trade, Candle (shorter
first), Every, Schedule, Event, Command, Stop; equals as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from lefi_tui.core.bars import Bucket
from lefi_tui.core.bot import Bar, FillSeen, Needs, Patience, Print, Quote
from lefi_tui.core.record import Record
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.program import Handler, Program, check
from lefi_tui.lang.reach import Reach, reach_of
from lefi_tui.lang.source import Source
from lefi_tui.lang.titles import title_of
from lefi_tui.lang.wants import wants_of

# The timeframe that a person chose for all Candle handlers, in ms, beside the script's settings.
TIMEFRAME_SETTING: Final = "@timeframe"
HISTORY_BARS_MAX: Final = 10_000
PROGRAMS_KEPT: Final = 64

Value = float | str
Fields = Mapping[str, Value]
Settings = tuple[tuple[str, str], ...]

_QUOTE_READS: Final = frozenset({"spot", "bid", "ask", "spread"})


class Timer(Record):
    handler: int
    spec: str  # a crontab line, or `every MILLISECONDS`
    zone: str


class Bound(Record):
    """A program and its handlers by what makes them run; all that never changes while it runs."""

    program: Program
    candles: tuple[Handler, ...]  # shorter timeframes first, equals as written
    prices: tuple[Handler, ...]  # PriceUpdate and the body, as written
    prints: tuple[Handler, ...]
    fills: tuple[Handler, ...]
    timers: tuple[Timer, ...]  # Every, then Schedule
    starts: tuple[Handler, ...]
    stops: tuple[Handler, ...]
    events: tuple[Handler, ...]
    commands: tuple[Handler, ...]
    titles: tuple[str, ...]  # of each handler, for people
    reaches: tuple[Reach, ...]  # of each handler: what its runs are held to

    @property
    def kinds_of_candles(self) -> tuple[tuple[str, int], ...]:
        """Market and timeframe of its Candle handlers, then of its `Candles`; each once."""
        handlers = [(each.symbol, each.timeframe_ms) for each in self.candles]
        feeds = [(each.symbol, each.timeframe_ms) for each in self.program.feeds]
        return tuple(dict.fromkeys((*handlers, *feeds)))

    def buckets(self) -> tuple[Bucket, ...]:
        """One for each kind of candles it needs, nothing in them yet."""
        return tuple(Bucket(symbol, timeframe_ms) for symbol, timeframe_ms in self.kinds_of_candles)

    def needs(self) -> Needs:
        program = self.program
        reads = [key.symbol for key in program.reads if key.kind in _QUOTE_READS]
        prices = [each.symbol for each in self.prices if each.symbol]
        body = program.symbols if any(each.event == "body" for each in self.prices) else ()
        waited = [each.warmup for each in self.candles] + [each.warmup for each in program.feeds]
        warm = max(*waited, 1, program.settled)
        is_warmed = warm > 1 or bool(program.feeds)  # the last candle of a day may be long ago
        return Needs(
            symbols=program.symbols,
            bars=self.kinds_of_candles,
            quotes=tuple(dict.fromkeys((*prices, *body, *reads))),
            prints=tuple(dict.fromkeys(each.symbol for each in self.prints)),
            timers=tuple((each.handler, each.spec, each.zone) for each in self.timers),
            events=tuple(dict.fromkeys(each.hears for each in self.events)),
            history_bars=min(warm, HISTORY_BARS_MAX) if is_warmed else 0,
            can_trade=program.kind != "indicator",
            commands=tuple(dict.fromkeys((each.hears, each.key) for each in self.commands)),
            starts_only=not (waited or self.prices or self.prints or self.fills or self.timers)
            and not (self.events or self.commands),
            patience=Patience(
                int(program.policy.timeout_ms), program.policy.partial_fill, program.policy.retry
            ),
            starts=bool(self.starts),
            wants=wants_of(program),
            named=program.named,
        )


def bind(source: str, settings: Mapping[str, str]) -> Bound:
    """The bound script; the caller has asked `refused` before."""
    bound, refusal = _bound(source, tuple(sorted(settings.items())))
    assert bound is not None, refusal
    return bound


def refusal_of(source: str, settings: Mapping[str, str]) -> str:
    """Why it can't run, in words; empty when it can."""
    return _bound(source, tuple(sorted(settings.items())))[1]


def start_refusal_of(source: str, settings: Mapping[str, str]) -> str:
    """Why it can't be started as a bot, in words; its tests and backtests may run all the same."""
    bound, refusal = _bound(source, tuple(sorted(settings.items())))
    return refusal if bound is None else ""


@lru_cache(maxsize=PROGRAMS_KEPT)
def _bound(source: str, settings: Settings) -> tuple[Bound | None, str]:
    chosen = dict(settings)
    timeframe = chosen.pop(TIMEFRAME_SETTING, "")
    if timeframe and not timeframe.isdigit():
        return None, f"The timeframe {timeframe!r} is no number of milliseconds."
    checked = check(source, settings=chosen, timeframe_ms=int(timeframe) if timeframe else None)
    program = checked.program
    if program is None:
        errors = [each for each in checked.diagnostics if each.is_error]
        return None, _words(Source(source), errors[0], len(errors) - 1)
    return _planned(program), ""


def _words(source: Source, error: Diagnostic, more: int) -> str:
    place = source.place(error.span.start)
    others = f" ({more} more)" if more else ""
    hint = f" {error.hint}" if error.hint else ""
    return f"{error.code} in line {place.line}: {error.message}{hint}{others}"


def _planned(program: Program) -> Bound:
    def of(*events: str) -> tuple[Handler, ...]:
        return tuple(each for each in program.handlers if each.event in events)

    candles = sorted(of("Candle"), key=lambda each: (each.timeframe_ms, each.index))
    every = tuple(Timer(each.index, f"every {each.every_ms}", "UTC") for each in of("Every"))
    cron = tuple(Timer(each.index, each.cron, each.zone) for each in of("Schedule"))
    return Bound(
        program,
        tuple(candles),
        of("PriceUpdate", "body"),
        of("Trade"),
        of("Fill"),
        every + cron,
        of("Start"),
        of("Stop"),
        of("Event"),
        of("Command"),
        tuple(title_of(each) for each in program.handlers),
        tuple(reach_of(form) for form in program.forms),
    )


# ---- what an event gives to its handler, by the names of its fields


def candle_fields(bar: Bar) -> Fields:
    return {
        "symbol": bar.symbol,
        "time": float(bar.time_ms + bar.timeframe_ms),  # the event's time: when it closed
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
    }


def quote_fields(quote: Quote) -> Fields:
    return {
        "symbol": quote.symbol,
        "price": quote.last,
        "bid": quote.bid,
        "ask": quote.ask,
        "time": float(quote.time_ms),
    }


def print_fields(trade: Print) -> Fields:
    return {
        "symbol": trade.symbol,
        "price": trade.price,
        "amount": trade.units,
        "side": trade.side.value,
        "time": float(trade.time_ms),
    }


def fill_fields(fill: FillSeen) -> Fields:
    return {
        "order": fill.order,
        "symbol": fill.symbol,
        "side": fill.side.value,
        "price": fill.price,
        "amount": fill.units,
        "fee": fill.fee,
        "reason": fill.reason,
        "time": float(fill.time_ms),
    }


def time_fields(time_ms: float) -> Fields:
    return {"time": float(time_ms)}


def event_of(handler: Handler, fields: Fields) -> tuple[Value, ...]:
    """The values in the order that the program's step takes them."""
    return tuple([fields[name] for name in handler.fields])
