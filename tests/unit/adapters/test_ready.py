"""Leverage that another hand may have set, and a question for it that has no answer."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from lefi_tui.adapters.exchange_ready import Ready
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.ports.venue import VenueTimeoutError

BTC = "BTC/USDT:USDT"
S = 1_000_000_000


class There:
    """An exchange with a leverage in force, on which a stream tells or does not."""

    def __init__(self) -> None:
        self.clock = VirtualClock(0)
        self.leverage, self.asked, self.is_told, self.is_away = "5", 0, False, False
        self.ready = Ready(self._ask, self.clock, lambda: self.is_told)

    async def _ask(self, question: str, **asked: Any) -> Any:
        if self.is_away:
            raise VenueTimeoutError("no answer")
        if question == "holdings":
            return {"units": {BTC: "1"}}
        self.asked += 1
        self.leverage = asked["leverage"] or self.leverage
        return {"state": "ready", "leverage": self.leverage}

    def refusal(self, leverage: str | None = "5") -> dict[str, Any]:
        wanted = None if leverage is None else Decimal(leverage)
        size = Size(SizeKind.UNITS, Decimal(1))
        terms = OrderTerms(BTC, Side.BUY, OrderKind.MARKET, size, leverage=wanted)
        return asyncio.run(self.ready.refusal(Order("a", "main", terms, "hand")))

    def later(self, seconds: int) -> None:
        self.clock.move_to(self.clock.now_ns() + seconds * S)


def test_where_no_stream_tells_it_is_read_again_and_where_one_does_it_is_not() -> None:
    there = There()
    there.later(20)
    assert there.refusal() == {}
    assert there.refusal() == {}
    assert there.asked == 1
    there.leverage = "50"  # by a phone, and nobody told
    there.later(20)
    assert there.refusal() == {}
    assert (there.asked, there.leverage) == (2, "5")
    there.is_told = True
    there.later(20)
    assert there.refusal() == {}
    assert there.asked == 2


def test_a_question_without_an_answer_is_not_read_as_nothing_held() -> None:
    there = There()
    there.is_away = True
    assert "could not be read" in there.refusal(None)["text"]
    assert there.asked == 0
