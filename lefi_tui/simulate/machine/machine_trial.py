"""The trial of a run whose loop is machine code: the moments that the loop leaves to Python, on the
very market the loop trades on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

from lefi_tui.core.bot import Bar
from lefi_tui.core.matching import CandleMarket, Fees, MarketRules
from lefi_tui.core.metrics import OpenPosition, TradeBook
from lefi_tui.core.order import OrderTerms
from lefi_tui.core.read_key import ReadKey
from lefi_tui.lang.form import Trade
from lefi_tui.simulate.machine.loop_reads import OF_MARKET
from lefi_tui.simulate.machine.market_denied import denied
from lefi_tui.simulate.machine.market_door import MachineMarket
from lefi_tui.simulate.machine.market_heard import Heard
from lefi_tui.simulate.machine.market_layout import TIME
from lefi_tui.simulate.result import Refusal
from lefi_tui.simulate.trial import Ask, Readings, Trial


class LoopMarket(MachineMarket):
    """Its orders are called by their number in the sequence sent, whoever sent them."""

    def name_of(self, number: int) -> str:
        return f"{number}" if number else ""

    def numbers_of(self, order_id: str) -> Sequence[int]:
        return (int(order_id),)


class LoopReadings(Readings):
    """From the one market that knows, whoever carried the last candle out."""

    def is_working(self, site: int) -> bool:
        return _loops(self.market).is_working(site)

    def read(self, key: ReadKey) -> float:
        if key.kind in OF_MARKET or key.kind == "spread":
            market = _loops(self.market)
            mark = market.mark(key.symbol) if key.symbol in market.books else math.nan
            return mark if key.kind in OF_MARKET or math.isnan(mark) else 0.0
        return super().read(key)


def _loops(market: CandleMarket) -> LoopMarket:
    """It has the methods of the other and stands in its place."""
    return cast("LoopMarket", market)


class MachineTrial(Trial):
    """What the market tells is heard from its own log."""

    heard: Heard

    def _open_venue(self, markets: Mapping[str, MarketRules], fees: Fees, cash: float) -> None:
        self.loops = LoopMarket(markets, fees, cash)
        self.market = cast("CandleMarket", self.loops)
        self.readings = LoopReadings(self.market, fees, self.others)

    def listen(self, trades: list[Trade]) -> None:
        """`trades`: the places that trade, by the number of their template."""
        program = self.state.bound.program
        actions = {each.number: each.action for each in program.sites}
        self.heard = Heard(
            self.loops.telling,
            actions.__getitem__,
            lambda n, t: denied(trades, program.policy, n, t),
        )
        self.book = cast("TradeBook", self.heard)

    def candles(self, bars: Sequence[Bar]) -> None:
        self.loops.play(bars)
        self.hear(bars[0].time_ms)

    @property
    def refusals(self) -> list[Refusal]:
        return self.heard.refusals

    def hear(self, time_ms: int | None = None) -> None:
        """All that was told; the fills of the candle that opened then are the script's to hear."""
        if time_ms is not None:
            self._fills += self.heard.fills(time_ms)
        self.heard.take()
        self.funding = self.heard.funding

    def end(self) -> None:
        self.loops.finish()
        self.hear()

    def at(self, time_ms: int) -> None:
        """The market knows of no candle that met nothing: the last one opened then."""
        self.loops.telling.n[TIME] = time_ms

    def open_positions(self) -> tuple[OpenPosition, ...]:
        return self.heard.open_positions()

    def _send(self, ask: Ask, terms: OrderTerms) -> str:
        self._sent += 1
        self.loops.send("", terms, ask.intent.site)
        return ""
