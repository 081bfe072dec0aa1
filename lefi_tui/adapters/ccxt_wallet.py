"""What an account has at an exchange, through ccxt: balances, positions, its ledger of entries.

The rule it keeps: an entry of any kind is told, also of one that nobody knows; what the exchange
does not say is told as nothing, never as zero. Only the worker process loads this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.ccxt_answers import Account, Plain
from lefi_tui.adapters.ccxt_client import Unanswered
from lefi_tui.adapters.ccxt_markets import contract_of, decimal_of

PAGE: Final = 1_000  # entries of one answer of Binance
PAGES_MOST: Final = 50
OPENING_TRIES: Final = 5
# The exchange's own orders are named by it: a liquidation, an automatic deleveraging.
FORCED: Final = ("autoclose-", "adl_autoclose", "settlement_autoclose-")

Row = tuple[str, Any, Any]  # currency, total, free


class Wallets:
    def __init__(self, on: Account) -> None:
        self._on = on

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {
            "opening": self._opening,
            "wallet": self._wallet,
            "entries": self._entries,
            "forced": self._forced,
        }

    def _now_ms(self) -> int:
        """By the exchange's clock, as far as its offset was measured."""
        return int(self._on.client.nonce())

    # ---- what there is

    async def _opening(self) -> Plain:
        """All balances, and a moment up to which they hold every entry: none came while they were
        read, so none is counted twice or left out."""
        await self._on.client.load_markets()
        for _ in range(OPENING_TRIES):
            at_ms = self._now_ms()
            balances = _balances(await self._on.client.fetch_balance())
            if not await self._entries(at_ms):
                return {
                    "at_ms": at_ms,
                    "balances": balances,
                    "has_entries": self._on.ways.has_income,
                }
        raise Unanswered("answer", "its balances move too fast to be read whole")

    async def _wallet(self) -> Plain:
        await self._on.client.load_markets()
        at_ms = self._now_ms()
        asked = [self._on.client.fetch_balance()]
        if self._on.ways.has_positions:
            asked.append(self._on.client.fetch_positions())
        told, *rest = await asyncio.gather(*asked)
        open_ones = [each for each in (rest[0] if rest else ()) if decimal_of(each["contracts"])]
        leverages = await self._leverages([each["symbol"] for each in open_ones])
        return {
            "at_ms": at_ms,
            "balances": _balances(told),
            "positions": [self._position(each, leverages) for each in open_ones],
            **self._margins(told),
        }

    async def _leverages(self, symbols: list[str]) -> Mapping[str, Any]:
        """Beside the positions: Binance's newer answer leaves them out (faults.md, 13)."""
        if not symbols or not self._on.client.has.get("fetchLeverages"):
            return {}
        told: Mapping[str, Any] = await self._on.client.fetch_leverages(symbols)
        return told

    def _margins(self, told: Mapping[str, Any]) -> Plain:
        info = told.get("info")
        if not self._on.ways.has_income or not isinstance(info, Mapping):
            return {"worth": None, "initial": None, "maintenance": None}
        return {
            "worth": _text(info.get("totalMarginBalance")),
            "initial": _text(info.get("totalInitialMargin")),
            "maintenance": _text(info.get("totalMaintMargin")),
        }

    def _position(self, told: Mapping[str, Any], leverages: Mapping[str, Any]) -> Plain:
        symbol = told["symbol"]
        units = decimal_of(told["contracts"]) * contract_of(self._on.client.market(symbol))
        own = leverages.get(symbol) or {}
        mode = own.get("marginMode") or told.get("marginMode")
        return {
            "symbol": symbol,
            "units": str(-units if told["side"] == "short" else units),
            "entry": str(decimal_of(told["entryPrice"])),
            "mark": _text(told.get("markPrice")),
            "liquidation": _text(told.get("liquidationPrice") or None),
            "margin": _text(told.get("initialMargin")),
            "maintenance": _text(told.get("maintenanceMargin")),
            "leverage": _text(own.get("longLeverage") or told.get("leverage")),
            "is_isolated": mode == "isolated",
        }

    # ---- what moved

    async def _entries(self, since_ms: int) -> list[Plain]:
        """Oldest first, each once. An exchange whose ledger we do not read has none."""
        if not self._on.ways.has_income:
            return []
        await self._on.client.load_markets()
        found: dict[str, Plain] = {}
        for _ in range(PAGES_MOST):
            asked = {"startTime": since_ms, "limit": PAGE}
            page = await self._on.client.fapiPrivateGetIncome(asked)
            found.update((each["entry"], each) for each in map(self._entry, page))
            newest_ms = max((int(each["time"]) for each in page), default=since_ms)
            if len(page) < PAGE or newest_ms == since_ms:
                break
            since_ms = newest_ms
        return sorted(found.values(), key=lambda each: (each["at_ms"], each["entry"]))

    def _entry(self, row: Mapping[str, Any]) -> Plain:
        """Binance's ids are unique within a kind."""
        client, symbol = self._on.client, row.get("symbol") or ""
        if symbol in client.markets_by_id:
            symbol = client.safe_market(symbol, None, None, "contract")["symbol"]
        return {
            "entry": f"{row['incomeType']} {row['tranId']} {symbol}".rstrip(),
            "kind": row["incomeType"],
            "currency": client.safe_currency_code(row["asset"]),
            "amount": str(Decimal(row["income"])),
            "symbol": symbol,
            "at_ms": int(row["time"]),
            "trade": row.get("tradeId") or "",
        }

    async def _forced(self, symbol: str, since_ms: int) -> list[Plain]:
        """Trades of orders that the exchange itself sent for this account, with their names."""
        await self._on.client.load_markets()
        orders = await self._on.client.fetch_orders(symbol, since_ms, self._on.ways.rows_most)
        named = {
            str(each["id"]): each
            for each in orders
            if (each.get("clientOrderId") or "").startswith(FORCED)
        }
        told: list[Plain] = []
        for number, order in named.items():
            trades = await self._on.trades_of(symbol, number, since_ms)
            is_over = order["status"] == "closed"
            told += [
                {**each, "name": order["clientOrderId"], "is_last": is_over and each is trades[-1]}
                for each in trades
            ]
        return told


def _balances(told: Mapping[str, Any]) -> dict[str, Plain]:
    """By currency, the profit of open positions left out, which ccxt counts in; zeros are not
    told."""
    info = told.get("info")
    rows = _binance(info) or _okx(info) or _unified(told)
    plain = {name: (decimal_of(total), decimal_of(free)) for name, total, free in rows}
    return {
        name: {"total": str(total), "free": str(free)}
        for name, (total, free) in sorted(plain.items())
        if total
    }


def _binance(info: Any) -> list[Row]:
    """Of its futures."""
    rows = info.get("assets") if isinstance(info, Mapping) else None
    return [(each["asset"], each["walletBalance"], each["availableBalance"]) for each in rows or ()]


def _okx(info: Any) -> list[Row]:
    rows = info.get("data") if isinstance(info, Mapping) else None
    details = rows[0].get("details") if isinstance(rows, list) and rows else None
    return [(each["ccy"], each["cashBal"], each.get("availBal")) for each in details or ()]


def _unified(told: Mapping[str, Any]) -> list[Row]:
    names = told.get("total") or {}
    return [(each, told[each].get("total"), told[each].get("free")) for each in names]


def _text(value: Any) -> str | None:
    return None if value is None else str(decimal_of(value))
