"""An exchange's own timer that cancels resting orders, through ccxt.

Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import Refusal
from lefi_tui.adapters.venue_ways import Timer

MS_PER_S: Final = 1_000


class DeadManTimer:
    def __init__(self, on: Account) -> None:
        self._on = on

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {"dead_man": self._set}

    async def _set(self, symbol: str, seconds: int) -> Plain:
        """0 takes it away."""
        await self._on.client.load_markets()
        try:
            await self._sent(symbol, seconds)
        except Refusal as refusal:
            return outcome("refused", "HELD_BACK", str(refusal))
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)
        return outcome("accepted", "", "")

    async def _sent(self, symbol: str, seconds: int) -> None:
        client = self._on.client
        if self._on.ways.timer is Timer.OF_ACCOUNT:
            await client.privatePostTradeCancelAllAfter({"timeOut": str(seconds)})
            return
        asked = {
            "symbol": client.market(symbol)["id"],
            "countdownTime": str(seconds * MS_PER_S),
        }
        await client.fapiPrivatePostCountdownCancelAll(asked)
