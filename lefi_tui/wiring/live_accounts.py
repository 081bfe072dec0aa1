"""An account on a real exchange: its venue, its market, its key, and how it opens.

The rule it keeps: it opens with what the exchange says it holds, so before it has answered there
is no such account; a key that can't be had is said in words by the feed, like any other silence.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from lefi_tui.core.messages import ListInstruments, OpenAccount, Sizing, Watch
from lefi_tui.core.wallet import WalletBooks
from lefi_tui.ports.secrets import SecretsError
from lefi_tui.ports.venue import VenueTimeoutError
from lefi_tui.wiring.offers import then_offers

if TYPE_CHECKING:
    from lefi_tui.adapters.ccxt_feed import ExchangeFeed
    from lefi_tui.adapters.ccxt_market import ExchangeMarket
    from lefi_tui.adapters.ccxt_venue import ExchangeVenue
    from lefi_tui.adapters.exchange_depth import ExchangeDepth
    from lefi_tui.adapters.exchange_wallet import Opening, WalletWatch
    from lefi_tui.core.desk import Desk
    from lefi_tui.core.instrument import Instrument
    from lefi_tui.ports.clock import Clock
    from lefi_tui.ports.market_feed import HearMarket
    from lefi_tui.settings import Settings
    from lefi_tui.settings_tables import AccountSettings
    from lefi_tui.wiring.accounts import Accounts, Send

Key = Callable[[], Mapping[str, str]]
LIVE: Final = "live"
SANDBOX: Final = "sandbox"
ASK_AGAIN_S: Final = 5.0


def venue_of(account: AccountSettings) -> str:
    """How its venue is named on the desk: by its end the frame says SANDBOX, and not LIVE."""
    return account.exchange if account.mode != SANDBOX else f"{account.exchange} {SANDBOX}"


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
) -> ExchangeVenue:
    from lefi_tui.adapters.ccxt_feed import ExchangeFeed, FeedTerms
    from lefi_tui.adapters.ccxt_link import ExchangeLink
    from lefi_tui.adapters.ccxt_market import ExchangeMarket
    from lefi_tui.adapters.ccxt_venue import ExchangeVenue
    from lefi_tui.adapters.market_conditions import ExchangeConditions

    link = ExchangeLink(account.exchange, account.ccxt.table, private=_private(account, key))
    market = ExchangeMarket(clock)
    terms = FeedTerms(
        name, account.exchange, account.currency, account.symbols, random.SystemRandom().random
    )
    feed = ExchangeFeed(link, market, clock, terms)
    accounts.depths[name] = feed.depth = depth_of(name, account, market, clock)
    venue = ExchangeVenue(link, clock, name, account.currency)
    feed.busy = venue.busy
    venue.on_rules = feed.doubt_rules

    def restore(desk: Desk) -> None:
        if accounts.shut_out(desk, name, account, clock):
            return
        listed = [each for (owner, _), each in desk.instruments.items() if owner == name]
        market.enlist(listed)
        _remember(venue, desk, name, clock)

    def connect(send: Send) -> None:
        opening = _Opening(name, account, venue.wallet, clock)
        opening.send = send
        feed.listed = then_offers(opening.listed, link, name, account, send)

    accounts.venues[name] = accounts.shared[name] = venue
    accounts.feeds[name] = _WithWallet(feed, venue)
    accounts.histories[name] = feed.candles
    accounts.conditions[name] = ExchangeConditions(market, clock, link)
    accounts.restores.append(restore)
    accounts.connects.append(connect)
    return venue


def depth_of(
    name: str, account: AccountSettings, market: ExchangeMarket, clock: Clock
) -> ExchangeDepth:
    """Books as they happen, by a line of its own that no key is told; nothing runs before somebody
    looks."""
    from lefi_tui.adapters.ccxt_link import ExchangeLink
    from lefi_tui.adapters.exchange_depth import WORKER, ExchangeDepth

    begin = {"is_sandbox": account.mode == SANDBOX}
    table = account.ccxt.table
    link = ExchangeLink(account.exchange, table, private=lambda: begin, worker=WORKER)
    return ExchangeDepth(link, market, clock, name, random.SystemRandom().random)


def _remember(venue: ExchangeVenue, desk: Desk, name: str, clock: Clock) -> None:
    known = (*desk.closed.values(), *desk.orders.values())
    venue.remember(each for each in known if each.account == name)
    if name in desk.accounts:
        now_ns = clock.now_ns()
        books = desk.wallets.get(name) or WalletBooks(now_ns, now_ns)
        venue.wallet.remember(books.opened_ns, books.entries_ns)


def _private(account: AccountSettings, key: Key) -> Callable[[], dict[str, Any]]:
    """What the worker is told over its pipe alone."""
    return lambda: {
        "key": key(),
        "is_sandbox": account.mode == SANDBOX,
        "trades": True,
        "currency": account.currency,
    }


class _WithWallet:
    """Prices and wallet of one account, and the looking on at its orders."""

    def __init__(self, feed: ExchangeFeed, venue: ExchangeVenue) -> None:
        self._feed, self._venue = feed, venue

    def listen(self, hear: HearMarket) -> None:
        self._feed.listen(hear)
        self._venue.wallet.listen(hear)
        self._venue.standing.listen(hear)
        self._venue.dead_man.listen(hear)

    async def watch(self, wanted: Watch) -> None:
        await self._feed.watch(wanted)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._feed.run())
            group.create_task(self._venue.run())


class _Opening:
    """Once the markets are known the wallet is asked for, and the account opens with it."""

    def __init__(
        self, name: str, account: AccountSettings, wallet: WalletWatch, clock: Clock
    ) -> None:
        self._name, self._account, self._wallet, self._clock = name, account, wallet, clock
        self.send: Send = _nobody
        self._task: asyncio.Task[None] | None = None

    def listed(self, instruments: tuple[Instrument, ...]) -> None:
        self._task = asyncio.get_running_loop().create_task(self._open(instruments))

    async def _open(self, instruments: tuple[Instrument, ...]) -> None:
        wallet = await self._read()
        first, account = instruments[0], self._account
        terms = (self._name, account.currency, wallet.cash, LIVE, venue_of(account))
        opening = OpenAccount(*terms, Sizing.AT_DECISION, first.maker, first.taker)
        known = {"read_ns": wallet.at_ns, "others": wallet.others}
        self.send(replace(opening, **known, has_entries=wallet.has_entries))
        self.send(ListInstruments(self._name, instruments))

    async def _read(self) -> Opening:
        """Asked for until it is told: without it there is nothing to size an order by."""
        while True:
            try:
                return await self._wallet.opening()
            except VenueTimeoutError:
                await self._clock.sleep(ASK_AGAIN_S)


def _nobody(_told: object) -> None:
    """Before the engine listens there is nobody to open an account for."""
