"""The sheet of an account's venue, for the desk that checks by it and for a person who reads it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.exchange_offers import live_sheet, paper_sheet
from lefi_tui.core.messages import Command, ListOffers
from lefi_tui.errors import ExchangeError, UsageError

if TYPE_CHECKING:
    from lefi_tui.core.instrument import Instrument
    from lefi_tui.core.offers import Offers
    from lefi_tui.settings import Settings
    from lefi_tui.settings_tables import AccountSettings

_log: Final = logging.getLogger(__name__)


async def offers_of(link: ExchangeLink, account: AccountSettings) -> Offers:
    """No request leaves for it."""
    told = await link.ask("offers")
    make = paper_sheet if account.mode == "paper" else live_sheet
    return make(account.exchange, told)


def then_offers(
    listed: Callable[[tuple[Instrument, ...]], None],
    link: ExchangeLink,
    name: str,
    account: AccountSettings,
    send: Callable[[Command], Any],
) -> Callable[[tuple[Instrument, ...]], None]:
    """What hears of the markets, and after it of the sheet."""
    asking: set[asyncio.Task[None]] = set()

    async def tell() -> None:
        try:
            send(ListOffers(name, await offers_of(link, account)))
        except ExchangeError as error:
            _log.warning("what %s offers is not known: %s", account.exchange, error)

    def both(instruments: tuple[Instrument, ...]) -> None:
        listed(instruments)
        task = asyncio.get_running_loop().create_task(tell())
        asking.add(task)
        task.add_done_callback(asking.discard)

    return both


def venue_sheet(settings: Settings, name: str) -> Offers:
    """Of an account of config.toml; needs no engine, no key and no network."""
    account = settings.accounts.get(name)
    if account is None or not account.is_exchange:
        known = [key for key, each in settings.accounts.items() if each.is_exchange]
        close = get_close_matches(name, known, n=1) or known
        step = f"There is: {', '.join(close)}" if close else f"Write [accounts.{name}] into it"
        why = "config.toml has no account of this name on an exchange"
        raise UsageError(why, where=str(settings.file), next_step=step)
    return asyncio.run(_asked(account))


async def _asked(account: AccountSettings) -> Offers:
    async with ExchangeLink(account.exchange, account.ccxt.table) as link:
        return await offers_of(link, account)
