"""What a run came to from what the market told: trades, fees, funding and refusals, as a trial of
the event way keeps them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from itertools import compress
from typing import Final, TypeVar

from lefi_tui.core.bot import FillSeen
from lefi_tui.core.matching import MarketRules
from lefi_tui.core.matching.account import REASONS
from lefi_tui.core.matching.records import Filled, Gone, Refused
from lefi_tui.core.metrics import OpenPosition, Trade
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_holding import gain
from lefi_tui.simulate.machine.market_lists import book_at
from lefi_tui.simulate.machine.market_told import LEGS, Telling, told_at
from lefi_tui.simulate.machine.words import Ints
from lefi_tui.simulate.result import Refusal
from lefi_tui.simulate.trial import fill_seen

T = TypeVar("T", int, float)
SIDES: Final = {1: "long", -1: "short"}
CLOSE: Final = "close"
_BY_LEG: Final = ("order", *(REASONS.get(each, each) for each in LEGS[1:]))


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
        self._trades: list[Trade] = []
        self._both: list[int] = []
        self._refusals: list[Refusal] = []

    @property
    def trades(self) -> list[Trade]:
        self._make()
        return self._trades

    @property
    def both(self) -> list[int]:
        """As TradeBook has it."""
        self._make()
        return self._both

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
            self._taken.append((array("d", m[at.TOLD_AT : end]), array("q", n[at.TOLD_AT : end])))
            n[at.TOLD] = 0

    def _make(self) -> None:
        for m, n in self._taken:
            kinds = n[at.T_KIND :: at.TELLING]
            self._add_trades(m, n, kinds)
            for number, kind in enumerate(kinds):
                if kind in _REFUSALS:
                    self._refusals.append(self._refusal(m, n, at.TELLING * number))
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

    def _add_trades(self, m: array[float], n: array[int], kinds: array[int]) -> None:
        sides = n[at.T_CLOSED :: at.TELLING]
        is_one = [kind == at.FILLED and side != 0 for kind, side in zip(kinds, sides, strict=True)]

        def of(column: array[T]) -> Iterator[T]:
            return compress(column, is_one)

        symbols = [each.symbol for each in self.telling.rules]
        legs = list(of(n[at.T_CODE :: at.TELLING]))
        marks = list(of(n[at.T_IS_CLOSE :: at.TELLING]))  # or T_HAD_BOTH
        pairs, first = list(zip(legs, marks, strict=True)), len(self._trades)
        self._both += [
            first + number for number, (leg, mark) in enumerate(pairs) if mark and leg != at.ENTRY
        ]
        units, entries, fees, gains = (
            of(m[at.T_TRADE + number :: at.TELLING]) for number in range(4)
        )
        self._trades += map(
            Trade,
            [symbols[(each - at.BOOKS_AT) // at.BOOK] for each in of(n[at.T_BOOK :: at.TELLING])],
            map(SIDES.__getitem__, of(sides)),
            units,
            of(n[at.T_SINCE :: at.TELLING]),
            entries,
            of(n[at.T_TIME :: at.TELLING]),
            of(m[at.T_PRICE :: at.TELLING]),
            fees,
            gains,
            [CLOSE if mark and leg == at.ENTRY else _BY_LEG[leg] for leg, mark in pairs],
        )

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
