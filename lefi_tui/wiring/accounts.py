"""The accounts of a profile: each with its market, its paper venue, its history, and how it opens.

The rule it keeps: an account that can't be opened says so in words and leaves the rest usable; ccxt
is loaded for none of them here, but in a process of its own once its feed runs.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    Command,
    FeedStated,
    ListInstruments,
    OpenAccount,
    Sizing,
    Watch,
)
from lefi_tui.settings import Settings
from lefi_tui.settings_tables import BUILT_IN, RECORDING, AccountSettings, DemoSettings
from lefi_tui.wiring.live_accounts import LIVE, SANDBOX, depth_of, key_of, open_live
from lefi_tui.wiring.offers import then_offers
from lefi_tui.wiring.strangers import stranger

if TYPE_CHECKING:
    from lefi_tui.adapters.ccxt_link import ExchangeLink
    from lefi_tui.adapters.demo_market import DemoMarket
    from lefi_tui.adapters.paper_venue import PaperTerms
    from lefi_tui.core.desk import Desk
    from lefi_tui.core.position import Position
    from lefi_tui.ports.clock import Clock
    from lefi_tui.ports.conditions import Conditions
    from lefi_tui.ports.depth_feed import DepthFeed
    from lefi_tui.ports.history import History
    from lefi_tui.ports.market_feed import HearMarket, MarketFeed
    from lefi_tui.ports.venue import SharedVenue, Venue

DEMO: Final = "demo"  # the account on the built-in market
PRACTICE: Final = "practice"  # the account of `lefi practice`, and its folder under the data
DEMO_VENUE: Final = "demo market"  # by this word the frame says DEMO
NS_PER_MS: Final = 1_000_000

Send = Callable[[Command], Any]


class Accounts(Struct):
    """All of them, by name, as the engine's world wants them."""

    venues: dict[str, Venue] = field(default_factory=dict)
    shared: dict[str, SharedVenue] = field(default_factory=dict)  # where others trade too
    feeds: dict[str, MarketFeed] = field(default_factory=dict)
    depths: dict[str, DepthFeed] = field(default_factory=dict)
    histories: dict[str, History] = field(default_factory=dict)
    conditions: dict[str, Conditions] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    restores: list[Callable[[Desk], None]] = field(default_factory=list)
    connects: list[Callable[[Send], None]] = field(default_factory=list)

    def restore(self, desk: Desk) -> None:
        """What paper venues held is what the desk remembers."""
        for each in self.restores:
            each(desk)

    def shut_out(self, desk: Desk, name: str, account: AccountSettings, clock: Clock) -> bool:
        """One whose name the journal knows as another has no venue, and says why."""
        words = stranger(desk, name, account)
        if words is not None:
            known = (self.venues, self.shared, self.depths, self.histories, self.conditions)
            for each in known:
                each.pop(name, None)
            self.feeds[name] = OnlyWords(words, clock)
        return words is not None

    def connect(self, send: Send) -> None:
        """Where markets that become known later are listed."""
        for each in self.connects:
            each(send)


def open_accounts(
    settings: Settings, clock: Clock, names: Collection[str], *, has_demo: bool = True
) -> Accounts:
    """The demo account, and these of config.toml."""
    from lefi_tui.adapters.demo_market import DemoMarket
    from lefi_tui.wiring.recorded import open_recorded

    accounts = Accounts()
    market = DemoMarket(str(settings.demo.seed))
    if has_demo:
        _open_demo(accounts, DEMO, market, clock, _demo_terms(settings.demo))
    links: dict[str, ExchangeLink] = {}
    for name in names:
        each = settings.accounts[name]
        refusal = refused(name, each, settings.live_shut)
        if refusal is not None:
            accounts.feeds[name] = OnlyWords(refusal, clock)
        elif each.exchange == BUILT_IN:
            _open_demo(accounts, name, market, clock, each)
        elif each.exchange == RECORDING:
            open_recorded(accounts, name, settings, clock)
        elif each.mode in {SANDBOX, LIVE}:
            venue = open_live(accounts, name, each, key_of(settings, name), clock)
            venue.dead_man.seconds = settings.protection.dead_man_s
            venue.dead_man.probe = next(iter(each.symbols), "")
        else:
            _open_exchange(accounts, name, each, _link(links, each), clock)
    return accounts


def _demo_terms(demo: DemoSettings) -> AccountSettings:
    return AccountSettings(cash=demo.cash, latency_ms=demo.latency_ms, jitter_ms=demo.jitter_ms)


def refused(name: str, account: AccountSettings, live_shut: str) -> FeedStated | None:
    """Why an account of config.toml is not opened, in words."""
    where = f"[accounts.{name}] of config.toml"
    if name == DEMO:
        why = f"{where} has the name of the built-in account"
        return _words(name, "not opened", why, "Give it another name")
    if account.mode == LIVE and live_shut:
        why = f"{where} asks for real money, and live trading is shut: {live_shut}"
        return _words(name, "not opened", why, 'Put that right, or set mode = "sandbox"')
    return None


def _words(name: str, what: str, why: str, following: str) -> FeedStated:
    return FeedStated(name, 0, is_waiting=True, what=what, why=why, next=following)


# ---- the demo market


def _open_demo(
    accounts: Accounts, name: str, market: DemoMarket, clock: Clock, terms: AccountSettings
) -> None:
    from lefi_tui.adapters.demo_market_feed import DemoFeed, DemoHistory
    from lefi_tui.adapters.market_conditions import DemoConditions
    from lefi_tui.adapters.paper_venue import PaperVenue

    cash = terms.cash
    venue = PaperVenue(market, clock, paper_terms(name, terms, market.seed))
    feed, listed = DemoFeed(market, clock, name), market.instruments()
    feed.depth.ping_ms = terms.latency_ms
    accounts.venues[name] = venue
    accounts.feeds[name] = VenueAndFeed(feed, venue)
    accounts.depths[name] = feed.depth
    accounts.histories[name] = DemoHistory(market)
    accounts.conditions[name] = DemoConditions(market, clock)
    accounts.restores.append(lambda desk: restore_paper(venue, desk, name))
    accounts.commands += [
        opening(name, "USDT", cash, DEMO_VENUE, listed[0]),
        ListInstruments(name, listed),
    ]


def paper_terms(name: str, terms: AccountSettings, seed: str) -> PaperTerms:
    from lefi_tui.adapters.paper_venue import PaperTerms

    return PaperTerms(name, terms.cash, terms.latency_ms, terms.jitter_ms, f"{seed}/{name}")


def opening(name: str, currency: str, cash: Decimal, venue: str, first: Instrument) -> OpenAccount:
    """Each market has its own fees; the account shows the first's."""
    return OpenAccount(
        name, currency, cash, "dry_run", venue, Sizing.AT_DECISION, first.maker, first.taker
    )


# ---- an exchange's prices, our money


def _link(links: dict[str, ExchangeLink], account: AccountSettings) -> ExchangeLink:
    """Accounts on one exchange share its process, and so its budget of questions."""
    from lefi_tui.adapters.ccxt_link import ExchangeLink

    table = account.ccxt.table
    key = json.dumps([account.exchange, table], sort_keys=True, default=str)
    return links.setdefault(key, ExchangeLink(account.exchange, table))


def _open_exchange(
    accounts: Accounts, name: str, account: AccountSettings, link: ExchangeLink, clock: Clock
) -> None:
    from lefi_tui.adapters.ccxt_feed import ExchangeFeed, FeedTerms
    from lefi_tui.adapters.ccxt_market import ExchangeMarket
    from lefi_tui.adapters.ccxt_paper import ExchangePaperVenue
    from lefi_tui.adapters.market_conditions import ExchangeConditions

    market = ExchangeMarket(clock)
    board = (account.currency, account.symbols, random.SystemRandom().random)
    feed = ExchangeFeed(link, market, clock, FeedTerms(name, account.exchange, *board))
    accounts.depths[name] = feed.depth = depth_of(name, account, market, clock)
    venue = ExchangePaperVenue(market, clock, paper_terms(name, account, name), feed.look)
    feed.busy = venue.busy

    def restore(desk: Desk) -> None:
        if accounts.shut_out(desk, name, account, clock):
            return
        known = (each for (owner, _), each in desk.instruments.items() if owner == name)
        market.enlist(known)
        restore_paper(venue, desk, name)

    def connect(send: Send) -> None:
        def listed(instruments: tuple[Instrument, ...]) -> None:
            venue.exchange.enlist(instruments)
            send(ListInstruments(name, instruments))

        feed.listed = then_offers(listed, link, name, account, send)

    accounts.venues[name] = venue
    accounts.feeds[name] = VenueAndFeed(feed, venue)
    accounts.histories[name] = feed.candles
    accounts.conditions[name] = ExchangeConditions(market, clock, link)
    accounts.restores.append(restore)
    accounts.connects.append(connect)
    # Its markets, and so its fees, are not known before it answers: usual ones stand in for them.
    usual = Instrument("", "", "")
    told = (account.currency, account.cash, account.exchange, usual)
    accounts.commands.append(opening(name, *told))


# ---- what they share


def restore_paper(venue: Any, desk: Desk, name: str) -> None:
    """The paper venue lives in this process: what it held is what the desk remembers."""
    from lefi_tui.adapters.paper_venue_restore import HeldPosition, PaperState

    account = desk.accounts.get(name)
    if account is None:
        return
    books = (desk.ledger.of(name, book, account.currency) for book in ("cash", "margin"))
    held = (each for each in desk.positions.values() if each.account == name and each.units)
    venue.restore(
        PaperState(
            cash=sum(books, Decimal(0)),
            positions=tuple(
                HeldPosition(
                    each.symbol, each.units, each.entry, each.leverage, _entry_of(desk, each)
                )
                for each in held
            ),
            orders=tuple(each for each in desk.orders.values() if each.account == name),
            seen=tuple(each.id for each in desk.closed.values() if each.account == name),
            at_ns=_newest_ms(desk.quotes, name) * NS_PER_MS,
        )
    )


def _newest_ms(quotes: Mapping[tuple[str, str], Any], name: str) -> int:
    return max((each.time_ms for (owner, _), each in quotes.items() if owner == name), default=0)


def _entry_of(desk: Desk, position: Position) -> str:
    """The newest order that opened or enlarged it; a liquidation is named after it."""
    sign = 1 if position.units > 0 else -1
    entries = [
        order.id
        for order in (*desk.closed.values(), *desk.orders.values())
        if (order.account, order.terms.symbol) == (position.account, position.symbol)
        and order.leg == "entry"
        and order.filled
        and order.terms.side.sign == sign
    ]
    return entries[-1] if entries else ""


class VenueAndFeed:
    """One market moves feed and venue alike; they run and end together."""

    def __init__(self, feed: MarketFeed, venue: Any) -> None:
        self._feed, self._venue = feed, venue

    def listen(self, hear: HearMarket) -> None:
        self._feed.listen(hear)

    async def watch(self, wanted: Watch) -> None:
        await self._feed.watch(wanted)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._feed.run())
            group.create_task(self._venue.run())


class OnlyWords:
    """The feed of an account that is not opened: it says why, once."""

    def __init__(self, words: FeedStated, clock: Clock) -> None:
        self._words, self._clock = words, clock
        self._hear: HearMarket | None = None

    def listen(self, hear: HearMarket) -> None:
        self._hear = hear

    async def watch(self, wanted: Watch) -> None:
        """Nobody is told anything, whatever is wanted."""

    async def run(self) -> None:
        assert self._hear is not None, "listen first"
        self._hear(replace(self._words, at_ns=self._clock.now_ns()))
