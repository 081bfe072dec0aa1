"""A desk with two markets and a bot that wants what it is told, for the tests of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from lefi_tui.core.bot import Bar, Decision, Intent, Needs, Note, Occasion, Quote, Snapshot
from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    ListInstruments,
    OpenAccount,
    OrderSubmitted,
    QuoteChanged,
    Sizing,
    StartBot,
    VenueFilled,
)
from lefi_tui.core.order import (
    ExitPlan,
    Level,
    LevelKind,
    Order,
    Size,
    SizeKind,
)

D = Decimal
MINUTE_MS = 60_000
SPOT = Instrument("BTC/USDT", "BTC", "USDT", tick=D("0.1"), step=D("0.001"), minimum_notional=D(5))
PERPETUAL = Instrument(
    "BTC/USDT:USDT",
    "BTC",
    "USDT",
    "USDT",
    tick=D("0.1"),
    step=D("0.001"),
    leverage_max=D(100),
)


@dataclass(frozen=True)
class Told:
    """A kind of bot that wants what its source says: a list of intents for each quote."""

    name: str = "told"

    def refused(self, source: str, _settings: Mapping[str, str]) -> str:
        return "" if source in PLANS else f"no plan {source!r}"

    def needs(self, source: str, _settings: Mapping[str, str]) -> Needs:
        symbols = (SPOT.symbol, PERPETUAL.symbol)
        if source == "with candles":
            return Needs(symbols, ((SPOT.symbol, MINUTE_MS),), symbols, history_bars=3)
        return Needs(symbols, quotes=symbols)

    def begin(self, source: str, _settings: Mapping[str, str]) -> Any:
        return (source, 0)

    def rebind(self, state: Any, source: str, _settings: Mapping[str, str]) -> Any:
        return (source, state[1])

    def decide(self, state: Any, occasion: Occasion, _snapshot: Snapshot) -> Decision:
        source, turn = state
        if not occasion.quotes:
            return Decision(state)
        plan = PLANS[source]
        intents = plan[turn] if turn < len(plan) else ()
        return Decision((source, turn + 1), intents, notes=(Note("print", f"turn {turn}"),))

    def why(self, state: Any) -> str:
        return f"turn {state[1]}"

    def encode(self, state: Any) -> Any:
        return list(state)

    def decode(self, _source: str, _settings: Mapping[str, str], data: Any) -> Any:
        return tuple(data)


def units(value: str) -> Size:
    return Size(SizeKind.UNITS, D(value))


STOP = ExitPlan(stop_loss=Level(LevelKind.PERCENT, D("0.02")))
BUY = Intent("buy", SPOT.symbol, 0, size=units("0.01"))
PLANS: dict[str, tuple[tuple[Intent, ...], ...]] = {
    "with candles": (),
    "buy": ((BUY,),),
    "stopped buy": ((replace(BUY, exits=STOP),),),
    "buy and close": ((BUY,), (Intent("close", SPOT.symbol, 1),)),
    "limit": ((replace(BUY, limit=D("50000")),), (Intent("cancel", SPOT.symbol, 1),)),
    "too much": ((replace(BUY, size=units("10")),),),
    "too small": ((replace(BUY, size=units("0.0001")),),),
    "two of all": (
        (
            replace(BUY, size=Size(SizeKind.SHARE, D("0.7")), limit=D("60000")),
            replace(BUY, site=1, size=Size(SizeKind.SHARE, D("0.7")), limit=D("60000")),
        ),
    ),
    "sell nothing": ((Intent("sell", SPOT.symbol, 0, size=units("0.01")),),),
    "short": (
        (Intent("sell", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(10)),),
        (Intent("buy", PERPETUAL.symbol, 1, size=units("0.3"), is_reduce_only=True),),
    ),
    "too levered": ((Intent("buy", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(500)),),),
    "no leverage": ((Intent("buy", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(0)),),),
    "less than none": ((Intent("buy", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(-2)),),),
    "share at nothing": ((replace(BUY, size=Size(SizeKind.SHARE, D("0.5")), limit=D(0)),),),
    "worth at nothing": ((replace(BUY, size=Size(SizeKind.WORTH, D(100)), limit=D(0)),),),
    "worth below nothing": ((replace(BUY, size=Size(SizeKind.WORTH, D(100)), limit=D(-1)),),),
}


def bar(minute: int) -> Bar:
    return Bar(SPOT.symbol, MINUTE_MS, minute * MINUTE_MS, 1.0, 1.0, 1.0, 1.0, 1.0)


def open_desk() -> Desk:
    desk = Desk(kinds={"told": Told()})
    account = OpenAccount(
        "main", "USDT", D(10_000), "dry_run", "test", Sizing.AT_DECISION, D("0.0002"), D("0.0005")
    )
    desk, _ = advance(desk, account)
    desk, _ = advance(desk, ListInstruments("main", (SPOT, PERPETUAL)))
    return desk


def quote(price: float = 60_000.0, symbol: str = SPOT.symbol, at_ms: int = 1_000) -> QuoteChanged:
    return QuoteChanged("main", Quote(symbol, at_ms, price - 0.05, price + 0.05, price))


def started(plan: str, bot: str = "b") -> Desk:
    desk, _ = advance(open_desk(), StartBot(bot, "told", "main", plan, at_ns=1))
    return desk


def asked(plan: str, price: float = 60_000.0) -> tuple[Desk, Step]:
    perpetual = {"short", "too levered", "no leverage", "less than none"}
    symbol = PERPETUAL.symbol if plan in perpetual else SPOT.symbol
    return advance(started(plan), quote(price, symbol))


def of(kind: type, of_step: Step) -> list[Any]:
    return [each for each in (*of_step.events, *of_step.effects) if isinstance(each, kind)]


def submitted(answer: Step) -> Order:
    order: Order = of(OrderSubmitted, answer)[0].order
    return order


def fill(order: Order, quantity: str, price: str = "60000", **more: Any) -> VenueFilled:
    values: dict[str, Any] = {
        "order": order.id,
        "trade_id": f"{order.id}-{quantity}",
        "at_ns": 5,
        "account": "main",
        "symbol": order.terms.symbol,
        "side": order.terms.side.value,
        "price": D(price),
        "quantity": D(quantity),
        "fee": D(quantity) * D(price) * D("0.0005"),
        "liquidity": "taker",
        "reason": "order",
        "is_last": True,
    }
    return VenueFilled(**{**values, **more})


def bought(plan: str = "buy") -> tuple[Desk, Order]:
    desk, answer = asked(plan)
    order = submitted(answer)
    desk, _ = advance(desk, fill(order, "0.01"))
    return desk, order
