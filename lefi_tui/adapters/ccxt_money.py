"""Money between the wallets of one login through ccxt: sent once, looked for in its history.

The rule it keeps: what the exchange may have taken although it did not say so is "unknown"; nothing
is ever sent again from here. Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import Refusal
from lefi_tui.adapters.ccxt_markets import decimal_of

ROWS_MOST: Final = 100


class Money:
    def __init__(self, on: Account) -> None:
        self._on = on

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {"move": self._move, "find_move": self._find}

    async def _move(self, asked: Plain) -> Plain:
        await self._on.client.load_markets()
        ends = self._ends(asked)
        if ends is None:
            way = f"from wallet {asked['source']!r} to {asked['to']!r}"
            return outcome("refused", "NO_WAY", f"no way {way} is known")
        params = self._on.ways.order_params()
        try:
            told = await self._on.client.transfer(asked["unit"], asked["amount"], *ends, params)
        except Refusal as refusal:  # it never left
            return outcome("refused", "HELD_BACK", str(refusal))
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)
        if not told.get("id"):
            return outcome("unknown", "", "its answer can't be read")
        return outcome("done", "", "", transfer=str(told["id"]))

    async def _find(self, asked: Plain, since_ms: int, known: list[str]) -> Plain:
        """Exchanges know such a transfer by no name of ours: by its ends, amount and time; and it
        is none of those that are known already."""
        await self._on.client.load_markets()
        ends = self._ends(asked)
        if ends is None:
            return {"is_found": False, "server_ms": since_ms}
        named = {"fromAccount": ends[0], "toAccount": ends[1]}
        rows = await self._on.client.fetch_transfers(asked["unit"], since_ms, ROWS_MOST, named)
        fresh = (each for each in rows if str(each["id"]) not in known)
        same = [each for each in fresh if _is_it(each, asked, since_ms)]
        server_ms = int(self._on.client.nonce())
        if not same:
            return {"is_found": False, "server_ms": server_ms}
        return {"is_found": True, "transfer": str(same[0]["id"]), "status": same[0]["status"],
                "server_ms": server_ms}  # fmt: skip

    def _ends(self, asked: Plain) -> tuple[str, str] | None:
        ways = self._on.ways
        ends = tuple(asked[each] or ways.own_wallet for each in ("source", "to"))
        known = {ways.own_wallet, *ways.wallets} - {""}
        return (ends[0], ends[1]) if set(ends) <= known and ends[0] != ends[1] else None


def _is_it(row: Mapping[str, Any], asked: Plain, since_ms: int) -> bool:
    is_same = row["currency"] == asked["unit"]
    is_same &= decimal_of(row["amount"]) == decimal_of(asked["amount"])
    return is_same and int(row["timestamp"] or 0) >= since_ms
