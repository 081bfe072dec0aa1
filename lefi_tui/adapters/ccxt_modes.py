"""How an account holds a market: one position of it, its own margin, the leverage we size by.

The rules it keeps: each is set only where it is another one, and read back before an order leaves;
what can't be switched (a position or an order is in the way) is refused in words, never guessed.
Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome
from lefi_tui.adapters.ccxt_markets import decimal_of
from lefi_tui.core.record import Record

ISOLATED: Final = "ISOLATED"
# Binance's words that it is so already; its client has no name of its own for either of them.
SO_ALREADY: Final = ("-4046", "-4059")
HEDGED: Final = (
    "The account is in hedge mode, where a market may be held both ways at once, and it can't be"
    " switched to one-way: {}. Close what is open there, or use another account"
)
SHARED: Final = (
    "{} has its margin in common with the rest of the account (cross), and it can't be switched to"
    " isolated: {}. Close what is open in it first"
)


class PositionModes(Record):
    """The exchange's own questions, and what it calls a market that is held both ways at once."""

    read: str
    name: str
    hedged: tuple[Any, ...]
    switch: str
    one_way: Mapping[str, str]


POSITION_MODES: Final[Mapping[str, PositionModes]] = {
    "binanceusdm": PositionModes(
        "fapiPrivateGetPositionSideDual",
        "dualSidePosition",
        (True, "true"),
        "fapiPrivatePostPositionSideDual",
        {"dualSidePosition": "false"},
    ),
    "okx": PositionModes(
        "privateGetAccountConfig",
        "posMode",
        ("long_short_mode",),
        "privatePostAccountSetPositionMode",
        {"posMode": "net_mode"},
    ),
}


class Modes:
    def __init__(self, on: Account) -> None:
        self._on = on

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {"ready": self._ready}

    async def _ready(self, symbol: str, leverage: str | None) -> Plain:
        """`ready` with the leverage in force, or why nothing may be opened in this market. Without
        a leverage it is left as it is."""
        await self._on.client.load_markets()
        refused = await self._one_way()
        if refused:
            return refused
        if not self._on.is_usdm:
            return await self._plainly(symbol, leverage)
        market = str(self._on.client.market(symbol)["id"])
        wanted = None if leverage is None else int(Decimal(leverage))
        return await self._held_as(market, symbol, wanted)

    async def _plainly(self, symbol: str, leverage: str | None) -> Plain:
        client, margin = self._on.client, dict(self._on.ways.margin)
        if leverage is not None:
            await client.set_leverage(int(Decimal(leverage)), symbol, margin)
        if client.has["fetchLeverages"]:
            told = (await client.fetch_leverages([symbol]))[symbol]
        else:
            told = await client.fetch_leverage(symbol, margin)
        return {"state": "ready", "leverage": str(decimal_of(told["longLeverage"]))}

    async def _one_way(self) -> Plain:
        """Nothing where a market has one position; else why that can't be had."""
        modes = POSITION_MODES.get(self._on.client.id)
        if modes is None:
            return {}
        why = ""
        if await self._is_hedged(modes):
            asked = getattr(self._on.client, modes.switch)
            why = await _switched(asked(dict(modes.one_way)))
            if not why and await self._is_hedged(modes):
                why = "it said that it had switched, and has not"
        return outcome("refused", "HEDGE_MODE", HEDGED.format(why)) if why else {}

    async def _is_hedged(self, modes: PositionModes) -> bool:
        told = await getattr(self._on.client, modes.read)()
        found = told["data"][0] if "data" in told else told
        return found[modes.name] in modes.hedged

    async def _held_as(self, market: str, symbol: str, leverage: int | None) -> Plain:
        client = self._on.client
        found = await self._config(market)
        why, is_isolated = "", found["marginType"] == ISOLATED
        if is_isolated and leverage in {None, int(found["leverage"])}:
            return {"state": "ready", "leverage": str(decimal_of(found["leverage"]))}
        if not is_isolated:
            change = {"symbol": market, "marginType": ISOLATED}
            why = await _switched(client.fapiPrivatePostMarginType(change))
        if not why and leverage is not None and int(found["leverage"]) != leverage:
            await client.fapiPrivatePostLeverage({"symbol": market, "leverage": leverage})
        if not why:
            found = await self._config(market)
            if found["marginType"] != ISOLATED:
                why = "it said that it had switched, and has not"
        if why:
            return outcome("refused", "MARGIN_MODE", SHARED.format(symbol, why))
        return {"state": "ready", "leverage": str(decimal_of(found["leverage"]))}

    async def _config(self, market: str) -> Plain:
        told: list[Plain] = await self._on.client.fapiPrivateGetSymbolConfig({"symbol": market})
        return next(each for each in told if each["symbol"] == market)


async def _switched(asked: Awaitable[Any]) -> str:
    """Why not; nothing where it is so now. What nobody knows, and a refusal of the key itself, go
    on as errors."""
    try:
        await asked
    except (ccxt.OperationFailed, ccxt.AuthenticationError):
        raise
    except ccxt.BaseError as error:
        words = str(error)
        return "" if any(code in words for code in SO_ALREADY) else words
    return ""
