"""Before a market's first order: leverage, isolated margin and one position are set and read back.

The rules it keeps: an order is sized by the leverage that is in force, so where it can't be had the
order does not leave; what another hand may have changed since is read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.exchange_exits import Ask
from lefi_tui.core.order import Order
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import KEY_REFUSED, VenueKeyError, VenueTimeoutError

UNTOLD_NS: Final = 10_000_000_000  # without a stream it is believed for so long
OF_MARGIN: Final = "MARGIN_TYPE_CHANGE"  # why an account's stream says that a position changed


class Ready:
    """`ask` as in exchange_exits."""

    def __init__(self, ask: Ask, clock: Clock, is_told: Callable[[], bool]) -> None:
        """`is_told`: whether a change by another hand would be heard of at once."""
        self._ask, self._clock, self._is_told = ask, clock, is_told
        self._read_ns: dict[str, int] = {}
        self._leverage: dict[str, Decimal] = {}  # in force, by market
        self._sets = asyncio.Lock()

    def forget(self, symbol: str) -> None:
        """No name is every market."""
        if symbol:
            self._leverage.pop(symbol, None)
        else:
            self._leverage.clear()

    def heard(self, symbol: str, leverage: Decimal) -> None:
        """Set by whomever: the next order is made ready from what is in force."""
        if symbol in self._leverage:
            self._leverage[symbol] = leverage

    def is_ready(self, order: Order) -> bool:
        """Whether it may leave without a question before it."""
        symbol, wanted = order.terms.symbol, order.terms.leverage
        if ":" not in symbol or order.terms.is_reduce_only:
            return True
        self._doubt(symbol)
        is_set = wanted is not None and self._leverage.get(symbol) == wanted
        return is_set and not self._sets.locked()

    async def refusals(self, orders: Iterable[Order]) -> dict[str, dict[str, Any]]:
        """The outcomes of those that may not leave, by their ids: no exit without its entry."""
        found: dict[str, dict[str, Any]] = {}
        for order in orders:
            why = NO_ENTRY if order.beside in found else await self.refusal(order)
            if why:
                found[order.id] = why
        return found

    async def refusal(self, order: Order) -> dict[str, Any]:
        """Nothing where it may leave, else the outcome that says why not."""
        terms = order.terms
        symbol, wanted = terms.symbol, terms.leverage
        if ":" not in symbol or terms.is_reduce_only:
            return {}
        self._doubt(symbol)
        if wanted is None:  # as the open position has it, or 1
            wanted = self._leverage.get(symbol)
            try:
                if wanted != 1 and not await self._holds(symbol):
                    wanted = Decimal(1)
            except VenueTimeoutError as error:  # unheard is not flat
                return refused("LEVERAGE", f"What is held there could not be read: {error}")
        async with self._sets:
            return await self._made_ready(symbol, wanted)

    def _doubt(self, symbol: str) -> None:
        """Where nobody tells, another hand may have set it since: it is read again."""
        age_ns = self._clock.monotonic_ns() - self._read_ns.get(symbol, 0)
        if age_ns > UNTOLD_NS and not self._is_told():
            self._leverage.pop(symbol, None)

    async def _holds(self, symbol: str) -> bool:
        units: Mapping[str, str] = (await self._ask("holdings"))["units"]
        return bool(Decimal(units.get(symbol, "0")))

    async def _made_ready(self, symbol: str, wanted: Decimal | None) -> dict[str, Any]:
        """None is whatever the open position has: it is only read then."""
        if wanted is None or self._leverage.get(symbol) != wanted:
            asked = None if wanted is None else str(wanted)
            try:
                told = await self._ask("ready", symbol=symbol, leverage=asked)
            except VenueTimeoutError as error:
                code = KEY_REFUSED if isinstance(error, VenueKeyError) else "LEVERAGE"
                return refused(code, f"Leverage {wanted} could not be set: {error}")
            if told["state"] == "refused":
                return refused(told["code"], told["text"])
            self._leverage[symbol] = Decimal(told["leverage"])
            self._read_ns[symbol] = self._clock.monotonic_ns()
        in_force = self._leverage[symbol]
        return {} if wanted in {None, in_force} else refused("LEVERAGE", f"{in_force} is in force")


def refused(code: str, why: str) -> dict[str, Any]:
    return {"state": "refused", "code": code, "text": f"{why}. The order was not sent."}


NO_ENTRY: Final = refused("ENTRY_NOT_SENT", "Its entry was refused before it left")
