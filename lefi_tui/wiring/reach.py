"""Whether the exchanges of config.toml can be reached from here, how fast, and by whose clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lefi_tui.adapters.ccxt_candles import ExchangeCandles
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.record import Record
from lefi_tui.errors import ExchangeError
from lefi_tui.settings import Settings
from lefi_tui.settings_tables import AccountSettings

NS_PER_MS = 1_000_000


class Reached(Record):
    """One exchange. `ahead_ms` is its clock before ours; None where it tells no time."""

    exchange: str
    took_ms: int = 0
    ahead_ms: int | None = None
    error: ExchangeError | None = None


def reached(settings: Settings) -> list[Reached]:
    """Each exchange once, all at the same time."""
    asked = {each.exchange: each for each in settings.accounts.values() if each.is_exchange}
    return asyncio.run(_all(asked.values())) if asked else []


async def _all(accounts: Iterable[AccountSettings]) -> list[Reached]:
    return list(await asyncio.gather(*map(_one, accounts)))


async def _one(account: AccountSettings) -> Reached:
    clock, name = SystemClock(), account.exchange
    async with ExchangeLink(name, account.ccxt.table) as link:
        candles = ExchangeCandles(link, clock)
        try:
            tells_time = await candles.has("time")
            began_ns = clock.monotonic_ns()
            await candles.now_ms()
        except ExchangeError as error:
            return Reached(name, error=error)
        took_ms = (clock.monotonic_ns() - began_ns) // NS_PER_MS
        return Reached(name, took_ms, candles.ahead_ms if tells_time else None)
