"""Which step runs at a moment, when, and with what of the event: in the order of the language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from lefi_tui.core.record import Record
from lefi_tui.simulate.machine import columns as c
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_lists import book_at
from lefi_tui.simulate.machine.wanted_layout import STEP

if TYPE_CHECKING:
    from bots.automated.plan import Bound
    from lefi_tui.simulate.machine.loop import Plan

TIMERS_MAX: Final = 52  # whole bits of a double
_OF_CANDLE: Final = {
    "open": c.OPEN, "high": c.HIGH, "low": c.LOW, "close": c.CLOSE, "volume": c.VOLUME,
}  # fmt: skip
REASONS: Final = ("order", "stop_loss", "take_profit", "trail", "liquidation")  # by leg


class Call(Record):
    """One step of a moment. `number` counts the timers."""

    step: int
    event: str  # of the handler, or "feed"
    fields: tuple[str, ...]
    symbol: str = ""
    timeframe_ms: int = 0
    number: int = 0

    def conditions(self, plan: Plan) -> Iterator[str]:
        match self.event:
            case "Start":
                yield "m == first"
            case "Stop":
                yield "m == end"
            case "timer":
                yield f"(whole(DUE[m]) & {1 << self.number}) != 0"
            case "body":
                return
            case _:
                kind = self._kind(plan)
                if not (plan.is_alone and kind[1] == plan.data_ms):
                    yield f"{plan.column(kind, c.THERE)} != 0.0"

    def given(self, plan: Plan) -> Sequence[str]:
        if self.event == "feed":
            return [plan.column(self._kind(plan), each) for each in _OF_CANDLE.values()]
        of = {"Candle": _of_candle, "PriceUpdate": _of_price, "Fill": _of_fill}
        field_of = of.get(self.event, _of_time)
        return [field_of(self, plan, each) for each in self.fields]

    def _kind(self, plan: Plan) -> c.Kind:
        return self.symbol, self.timeframe_ms or plan.data_ms


def calls_of(bound: Bound) -> tuple[Call, ...]:
    """What closes is known to every run; then the runs, as in bots.automated.moment."""
    program = bound.program
    count = len(program.handlers)
    out = [
        Call(count + number, "feed", tuple(_OF_CANDLE), feed.symbol, feed.timeframe_ms)
        for number, feed in enumerate(program.feeds)
    ]
    handlers = (*bound.starts, *bound.fills, *bound.prices, *bound.candles)
    out += [
        Call(each.index, each.event, each.fields, each.symbol, each.timeframe_ms)
        for each in handlers
    ]
    for number, timer in enumerate(bound.timers):
        handler = program.handlers[timer.handler]
        out.append(Call(handler.index, "timer", handler.fields, number=number))
    out += [Call(each.index, each.event, each.fields) for each in bound.stops]
    return tuple(out)


def _text(plan: Plan, text: str) -> str:
    return plan.shared.numbers.place(plan.shared.texts.number(text))


def _of_time(call: Call, _plan: Plan, name: str) -> str:
    assert name == "time", (call.event, name)
    return f"(T[m] + A[{STEP}])"


def _of_price(call: Call, plan: Plan, name: str) -> str:
    if name == "symbol":
        return _text(plan, call.symbol)
    is_price = name in {"price", "bid", "ask"}
    return plan.of_book(call.symbol, c.CLOSE) if is_price else _of_time(call, plan, name)


def _of_candle(call: Call, plan: Plan, name: str) -> str:
    kind = call.symbol, call.timeframe_ms
    if name in _OF_CANDLE:
        return plan.column(kind, _OF_CANDLE[name])
    if name == "symbol":
        return _text(plan, call.symbol)
    if call.timeframe_ms != plan.data_ms:
        return f"({plan.column(kind, c.FUNDING)} + {float(call.timeframe_ms)!r})"
    return _of_time(call, plan, name)


_NUMBERS: Final = {"price": at.T_PRICE, "amount": at.T_UNITS, "fee": at.T_FEE}


def _of_fill(_call: Call, plan: Plan, name: str) -> str:
    if name in _NUMBERS:
        return f"M[t + {_NUMBERS[name]}]"
    if name == "time":
        return f"float(N[t + {at.T_TIME}])"
    if name == "side":
        return f"({_text(plan, 'buy')} if N[t + {at.T_SIGN}] > 0 else {_text(plan, 'sell')})"
    if name == "symbol":
        return _one_of(plan, f"N[t + {at.T_BOOK}]", {book_at(n): s for s, n in plan.books.items()})
    assert name == "reason", name
    reason = _one_of(plan, f"N[t + {at.T_CODE}]", dict(enumerate(REASONS)))
    is_close = f"N[t + {at.T_CODE}] == {at.ENTRY} and N[t + {at.T_IS_CLOSE}] != 0"
    return f"({_text(plan, 'close')} if {is_close} else {reason})"


def _one_of(plan: Plan, value: str, texts: dict[int, str]) -> str:
    (_, last), *others = reversed(texts.items())
    out = _text(plan, last)
    for number, text in others:
        out = f"({_text(plan, text)} if {value} == {number} else {out})"
    return out
