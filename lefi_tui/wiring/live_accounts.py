"""An account on a real exchange: its venue, its market, its key, and how it opens.

The rule it keeps: it opens with what the exchange says it holds, so before it has answered there
is no such account; a key that can't be had is said in words by the feed, like any other silence.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.core.messages import ListInstruments, OpenAccount, Sizing
from lefi_tui.errors import ExchangeError
from lefi_tui.ports.secrets import SecretsError

if TYPE_CHECKING:
    from lefi_tui.adapters.ccxt_link import ExchangeLink
    from lefi_tui.core.desk import Desk
    from lefi_tui.core.instrument import Instrument
    from lefi_tui.ports.clock import Clock
    from lefi_tui.settings import Settings
    from lefi_tui.settings_tables import AccountSettings
    from lefi_tui.wiring.accounts import Accounts, Send

Key = Callable[[], Mapping[str, str]]
LIVE: Final = "live"
SANDBOX: Final = "sandbox"
ASK_AGAIN_S: Final = 5.0


def key_of(settings: Settings, name: str) -> Key:
    """Reads the account's key where it is kept; it may wait for a person."""

    def read() -> Mapping[str, str]:
        from lefi_tui.adapters.exchange_key_probe import revealed
        from lefi_tui.wiring.keys import KeyKeeper

        key = KeyKeeper(settings).key(name)
        if key is None:
            step = f"`lefi keys set {name}` asks for it"
            raise SecretsError("the account has no key", where=name, next_step=step)
        return revealed(key)

    return read


def open_live(
    accounts: Accounts, name: str, account: AccountSettings, key: Key, clock: Clock
) -> None:
    from lefi_tui.adapters.ccxt_feed import ExchangeFeed, FeedTerms
    from lefi_tui.adapters.ccxt_link import ExchangeLink
    from lefi_tui.adapters.ccxt_market import ExchangeMarket
    from lefi_tui.adapters.ccxt_venue import ExchangeVenue
    from lefi_tui.adapters.market_conditions import ExchangeConditions
    from lefi_tui.wiring.accounts import VenueAndFeed

    link = ExchangeLink(account.exchange, account.ccxt.table, private=_private(account, key))
    market = ExchangeMarket(clock)
    terms = FeedTerms(
        name, account.exchange, account.currency, account.symbols, random.SystemRandom().random
    )
    feed = ExchangeFeed(link, market, clock, terms)
    venue = ExchangeVenue(link, clock, name, account.currency)
    feed.busy = venue.busy
    venue.on_rules = feed.doubt_rules

    def restore(desk: Desk) -> None:
        listed = [each for (owner, _), each in desk.instruments.items() if owner == name]
        market.enlist(listed)
        venue.enlist(listed)
        known = (*desk.closed.values(), *desk.orders.values())
        venue.remember(each for each in known if each.account == name)

    def connect(send: Send) -> None:
        opening = _Opening(name, account, link, clock)
        opening.send = send
        opening.enlist = venue.enlist
        feed.listed = opening.listed

    accounts.venues[name] = venue
    accounts.feeds[name] = VenueAndFeed(feed, venue)
    accounts.histories[name] = feed.candles
    accounts.conditions[name] = ExchangeConditions(market, clock, link)
    accounts.restores.append(restore)
    accounts.connects.append(connect)


def _private(account: AccountSettings, key: Key) -> Callable[[], dict[str, Any]]:
    """What the worker is told over its pipe alone."""
    return lambda: {
        "key": key(),
        "is_sandbox": account.mode == SANDBOX,
        "trades": True,
        "currency": account.currency,
    }


class _Opening:
    """Once the markets are known the balance is asked for, and the account opens with it."""

    def __init__(
        self, name: str, account: AccountSettings, link: ExchangeLink, clock: Clock
    ) -> None:
        self._name, self._account, self._link, self._clock = name, account, link, clock
        self.send: Send = _nobody
        self.enlist: Callable[[tuple[Instrument, ...]], None] = _nobody
        self._task: asyncio.Task[None] | None = None

    def listed(self, instruments: tuple[Instrument, ...]) -> None:
        self.enlist(instruments)
        self._task = asyncio.get_running_loop().create_task(self._open(instruments))

    async def _open(self, instruments: tuple[Instrument, ...]) -> None:
        cash = await self._balance()
        first, account = instruments[0], self._account
        venue = account.exchange if account.mode == LIVE else f"{account.exchange} {SANDBOX}"
        terms = (self._name, account.currency, cash, LIVE, venue, Sizing.AT_DECISION)
        self.send(OpenAccount(*terms, first.maker, first.taker))
        self.send(ListInstruments(self._name, instruments))

    async def _balance(self) -> Decimal:
        """Asked for until it is told: without it there is nothing to size an order by."""
        while True:
            try:
                told = await self._link.ask("balance", currency=self._account.currency)
                return Decimal(told["total"])
            except ExchangeError as error:
                await self._clock.sleep(max(error.wait_s, ASK_AGAIN_S))


def _nobody(_told: object) -> None:
    """Before the engine listens there is nobody to open an account for."""
