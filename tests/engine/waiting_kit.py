"""A desk on which real scripts wait: told what the venue says, message by message."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bots.automated import Automated
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    ListInstruments,
    Message,
    NoteWritten,
    OpenAccount,
    OrderSubmitted,
    QuoteChanged,
    Sizing,
    StartBot,
    TimersDue,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
)
from lefi_tui.core.order import Order
from lefi_tui.engine import snapshot
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import stamped

D = Decimal
Begin = Callable[..., "Story"]
NS = 1_000_000_000
MARKETS = (
    Instrument("BTC/USDT", "BTC", "USDT", tick=D("0.1"), step=D("0.001")),
    Instrument("ETH/USDT", "ETH", "USDT", tick=D("0.1"), step=D("0.001")),
    Instrument(
        "BTC/USDT:USDT", "BTC", "USDT", "USDT", tick=D("0.1"), step=D("0.001"), leverage_max=D(50)
    ),
)


class Story:
    """One bot `b` on account `main`; `said` is all that was said since it was looked at last."""

    def __init__(
        self, source: str, *, cash: str = "10000", restarts: bool = False, **options: Any
    ) -> None:
        self.desk = Desk(kinds={"automated": Automated()})
        self.restarts = restarts  # before each message the desk comes from its snapshot
        self.second = 0
        self.trades = 0
        self.said: list[Any] = []
        account = OpenAccount(
            "main", "USDT", D(cash), "dry_run", "test", Sizing.AT_DECISION, D("0.0002"), D("0.0005")
        )
        self.tell(account, ListInstruments("main", MARKETS))
        self.prices(100.0)
        self.tell(StartBot("b", "automated", "main", source, at_ns=self.now, by="anna", **options))

    @property
    def now(self) -> int:
        return self.second * NS

    def tell(self, *messages: Any) -> list[Any]:
        """Everything that these messages led to."""
        out: list[Any] = []
        for message in messages:
            if self.restarts:
                saved = snapshot.save(Standing(self.desk))
                self.desk = snapshot.load(saved, self.desk.kinds).desk
            self.desk, step = advance(self.desk, stamped(message, self.now))
            out += [*step.events, *step.effects]
        self.said += out
        return out

    def prices(self, price: float, *symbols: str) -> list[Any]:
        """A quote of each market, a second later; the spread is 0.1 %."""
        self.second += 1
        wanted = symbols or tuple(each.symbol for each in MARKETS)
        quotes = [
            Quote(symbol, self.second * 1_000, price * 0.9995, price * 1.0005, price)
            for symbol in wanted
        ]
        return self.tell(*(QuoteChanged("main", each) for each in quotes))

    # ---- what the venue says

    @property
    def working(self) -> list[Order]:
        return list(self.desk.orders.values())

    def fill(self, order: Order, units: str = "", price: float = 100.0) -> list[Any]:
        quantity = D(units) if units else order.remaining
        assert quantity is not None
        self.trades += 1
        return self.tell(
            VenueAccepted(order.id, self.now),
            VenueFilled(
                order=order.id,
                trade_id=f"t{self.trades}",
                at_ns=self.now,
                account="main",
                symbol=order.terms.symbol,
                side=order.terms.side.value,
                price=D(repr(price)),
                quantity=quantity,
                fee=D("0.01"),
                liquidity="taker",
                reason="order",
                is_last=quantity == order.remaining,
            ),
        )

    def cancel(self, order: Order) -> list[Any]:
        return self.tell(VenueCanceled(order.id, self.now, "asked"))

    # ---- what was said

    def of(self, kind: type[Message]) -> list[Any]:
        return [each for each in self.said if isinstance(each, kind)]

    def notes(self) -> list[str]:
        return [each.text for each in self.of(NoteWritten)]

    def sent(self) -> list[str]:
        """Orders that left, in words."""
        return [
            f"{each.order.terms.side.value} {each.order.quantity} {each.order.terms.symbol}"
            for each in self.of(OrderSubmitted)
        ]


def due(story: Story, seconds: int) -> None:
    """So much later its alarm rings."""
    story.second += seconds
    story.tell(TimersDue("b", (), story.now))
