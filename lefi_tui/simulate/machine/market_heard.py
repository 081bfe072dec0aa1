"""What a run came to from what the market told: trades, fees, funding and refusals, as a trial of
the event way keeps them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Final

from lefi_tui.core.bot import FillSeen
from lefi_tui.core.matching import MarketRules
from lefi_tui.core.matching.records import Filled, Gone, Refused
from lefi_tui.core.metrics import OpenPosition
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_holding import gain
from lefi_tui.simulate.machine.market_lists import book_at
from lefi_tui.simulate.machine.market_told import Telling, told_at
from lefi_tui.simulate.machine.told_trades import ToldTrades
from lefi_tui.simulate.machine.words import Ints
from lefi_tui.simulate.result import Refusal
from lefi_tui.simulate.trial import fill_seen


class Heard:
    """Fed with what is told, as often as the caller takes it; as `TradeBook` where it is asked.

    What is taken is made into records when somebody wants them.
    """

    def __init__(
        self,
        telling: Telling,
        action: Callable[[int], str],
        denied: Callable[[Ints, int], Refusal] | None = None,
    ) -> None:
        """`action`: of an effect site, buy, sell or close; `denied`: by the bot's own rules."""
        self.telling, self._action, self._denied = telling, action, denied
        self._taken: list[tuple[array[float], array[int]]] = []
        self._trades = ToldTrades(telling.rules)
        self._refusals: list[Refusal] = []

    @property
    def trades(self) -> ToldTrades:
        self._make()
        return self._trades

    @property
    def both(self) -> list[int]:
        """As TradeBook has it."""
        return self.trades.both

    @property
    def refusals(self) -> list[Refusal]:
        """Whoever adds to it has seen all that was taken before."""
        self._make()
        return self._refusals

    @property
    def fees(self) -> float:
        return self.telling.m[at.FEES]

    @property
    def funding(self) -> float:
        return self.telling.m[at.PAID]

    def take(self) -> None:
        """Hears all of it, and makes room."""
        m, n = self.telling.m, self.telling.n
        end = at.TOLD_AT + at.TELLING * n[at.TOLD]
        if end > at.TOLD_AT:
            self._taken.append((m[at.TOLD_AT : end], n[at.TOLD_AT : end]))
            n[at.TOLD] = 0

    def _make(self) -> None:
        for m, n in self._taken:
            self._trades.add(m, n)
            kinds = n[at.T_KIND :: at.TELLING]
            if not _REFUSALS.isdisjoint(kinds):
                places = (number for number, kind in enumerate(kinds) if kind in _REFUSALS)
                self._refusals += [self._refusal(m, n, at.TELLING * each) for each in places]
        self._taken.clear()

    def fills(self, time_ms: int) -> Iterator[FillSeen]:
        """Of the candle that opened then, as long as they are not taken."""
        n = self.telling.n
        for number in range(n[at.TOLD]):
            t = at.TOLD_AT + at.TELLING * number
            if n[t + at.T_KIND] == at.FILLED and n[t + at.T_TIME] == time_ms:
                fill = told_at(self.telling, t)
                assert isinstance(fill, Filled)
                yield fill_seen(fill)

    def _refusal(self, m: array[float], n: array[int], t: int) -> Refusal:
        if n[t + at.T_KIND] == at.DENIED:
            assert self._denied is not None
            return self._denied(n, t)
        what = told_at(Telling(m, n, self.telling.rules, self.telling.order_id), t)
        action = self._action(n[t + at.T_SITE])
        if isinstance(what, Refused):
            return Refusal(what.time_ms, what.symbol, action, what.code, what.text)
        assert isinstance(what, Gone)
        return Refusal(what.time_ms, what.symbol, action, "LAPSED", what.reason)

    def open_positions(self) -> tuple[OpenPosition, ...]:
        books = ((rules, book_at(number)) for number, rules in enumerate(self.telling.rules))
        return tuple(self._position(rules, b) for rules, b in books if self._units(b))

    def _units(self, b: int) -> float:
        return self.telling.m[b + at.B_UNITS]

    def _position(self, rules: MarketRules, b: int) -> OpenPosition:
        m, n = self.telling.m, self.telling.n
        units, close, fees = m[b + at.B_UNITS], m[b + at.B_MARK], m[b + at.B_ENTRY_FEES]
        return OpenPosition(
            *(rules.symbol, "long" if units > 0 else "short", abs(units), n[b + at.B_SINCE]),
            *(m[b + at.B_ENTRY], close, fees, gain(m, b, close) - fees),
        )


_REFUSALS: Final = frozenset({at.REFUSED, at.GONE, at.DENIED})
