"""What an account has at an exchange, through ccxt: working orders, positions.

Only the worker process loads this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from lefi_tui.adapters.ccxt_answers import Account, Plain
from lefi_tui.adapters.ccxt_markets import contract_of, decimal_of


class Positions(NamedTuple):
    """By symbol: signed units, average price; and legs as symbol, long, short."""

    units: Mapping[str, str] = MappingProxyType({})
    entries: Mapping[str, str] = MappingProxyType({})
    legs: Sequence[Sequence[str]] = ()


class Holdings:
    def __init__(self, on: Account) -> None:
        self._on = on

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {
            "working": self._working,
            "holdings": self._holdings,
        }

    async def _working(self, symbols: list[str] | None = None) -> list[Plain]:
        """Of these markets, or of all: which Binance counts as forty questions. Exits that the
        exchange holds are asked for apart: a plain question hides them."""
        return [self._on.told(each) for each in await self.open_orders(symbols)]

    async def open_orders(self, symbols: list[str] | None) -> list[Any]:
        await self._on.client.load_markets()
        asked: list[str | None] = [None] if symbols is None else [*symbols]
        kinds: list[Plain] = [{}]
        if self._on.ways.asks_exits:
            kinds.append(dict(self._on.ways.asks_exits))
        found = await asyncio.gather(
            *(
                self._on.client.fetch_open_orders(symbol, None, None, kind)
                for symbol in asked
                for kind in kinds
            )
        )
        return [each for orders in found for each in orders]

    async def _holdings(self) -> Plain:
        """Signed units by symbol, and what they were entered at."""
        await self._on.client.load_markets()
        if not self._on.ways.has_positions:
            return {"units": await self._balances(), "entries": {}}
        held = await self.positions()
        return {"units": held.units, "entries": held.entries}

    async def positions(self) -> Positions:
        """Of a market that is held on both sides at once the difference, and both legs apart."""
        await self._on.client.load_markets()
        sides: dict[str, dict[str, Decimal]] = {}
        entries: Plain = {}
        for each in await self._on.client.fetch_positions():
            contract = contract_of(self._on.client.market(each["symbol"]))
            size = decimal_of(each["contracts"]) * contract
            if size:
                side = "short" if each["side"] == "short" else "long"
                held = sides.setdefault(each["symbol"], {})
                held[side] = held.get(side, Decimal(0)) + size  # OKX: cross and isolated apart
                entries[each["symbol"]] = str(decimal_of(each["entryPrice"]))
        units, legs = {}, []
        for symbol, size_of in sides.items():
            long, short = (size_of.get(side, Decimal(0)) for side in ("long", "short"))
            if long != short:
                units[symbol] = str(long - short)
            if len(size_of) > 1:
                legs.append([symbol, str(long), str(short)])
        return Positions(units, entries, legs)

    async def _balances(self) -> Plain:
        """Where there are no positions: coins. What is less than can be sold is dust: nothing."""
        markets = self._on.client.markets
        return {
            symbol: held
            for symbol, held in (await self.coins()).items()
            if Decimal(held) >= decimal_of(markets[symbol]["limits"]["amount"]["min"])
        }

    async def coins(self) -> Plain:
        """What is there of each base, by its market."""
        await self._on.client.load_markets()
        told, units = (await self._on.client.fetch_balance())["total"], {}
        for base, total in told.items():
            market = self._on.client.markets.get(f"{base}/{self._on.currency}")
            if market is not None and market["spot"] and (held := decimal_of(total)):
                units[market["symbol"]] = str(held)
        return units
