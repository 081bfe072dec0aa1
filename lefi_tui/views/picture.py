"""The picture of the desk for a screen: positions, orders and bots from the desk, prices and log
from what was folded, each number with its age.

The rule it keeps: nothing is invented. Where no price was seen there is no mark, and no profit.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Protocol

from msgspec.structs import replace

from lefi_tui.core.desk import Account, BotRecord, Desk, valuation
from lefi_tui.core.desk.covering import protection_of, rests_alone
from lefi_tui.core.desk.placing import is_lost
from lefi_tui.core.live_gates import is_real
from lefi_tui.core.messages import Sizing
from lefi_tui.core.money import from_double, nearest_to
from lefi_tui.core.order import LevelKind, Order
from lefi_tui.core.position import Position, liquidation_price, unrealized
from lefi_tui.core.protection import Cover
from lefi_tui.views.desk_view import (
    AccountRow,
    Banner,
    BotRow,
    DeskView,
    Mode,
    OrderRow,
    PositionRow,
    PriceRow,
    WhyView,
)
from lefi_tui.views.doubts_picture import doubts_count
from lefi_tui.views.equity_line import EquityLine
from lefi_tui.views.external import external_orders, external_positions
from lefi_tui.views.fold import Key, Price, ScreenState
from lefi_tui.views.limits_picture import limits_view
from lefi_tui.views.limits_view import LimitsView
from lefi_tui.views.markets_view import MarketsView, markets_view
from lefi_tui.views.numbers import NS_PER_MS, places_of
from lefi_tui.views.protection_words import in_few, in_short
from lefi_tui.views.queries import (
    DeskQuery,
    LimitsQuery,
    MarketsQuery,
    Query,
    WalletsQuery,
    WhyQuery,
)
from lefi_tui.views.wallet_picture import age_of, wallets_view
from lefi_tui.views.wallet_view import WalletsView
from lefi_tui.views.why_picture import last_word, ran_at_ms, why
from lefi_tui.views.wording_updates import short

DEMO_VENUE: Final = "demo market"
RECORDED_VENUE: Final = "recording"
LOG_ROWS_SENT: Final = 60  # what a tall screen shows, so that a slow line is not filled with text
# The most serious first: it names the whole frame.
GRAVITY: Final = (Mode.LIVE, Mode.SANDBOX, Mode.DRY, Mode.REPLAY, Mode.DEMO)


QuickView = DeskView | WhyView | LimitsView | WalletsView | MarketsView


def answer(query: Query, state: ScreenState, desk: Desk, now_ns: int) -> QuickView:
    """The one door for questions of a screen."""
    match query:
        case DeskQuery():
            return picture(state, desk, now_ns)
        case WhyQuery():
            return why(state, desk, query.bot, now_ns)
        case LimitsQuery():
            return limits_view(desk, state, now_ns, query.place)
        case MarketsQuery():
            return markets_view(desk)
        case WalletsQuery():
            return wallets_view(state, desk, now_ns)
        case _:
            raise AssertionError(f"no question of a screen: {query!r}")


def picture(state: ScreenState, desk: Desk, now_ns: int) -> DeskView:
    seen = marked(desk, state.prices)
    accounts = tuple(_account(seen, each, state, now_ns) for each in desk.accounts.values())
    open_positions = [each for each in desk.positions.values() if each.units]
    return DeskView(
        at_ns=now_ns,
        banner=_banner(desk, accounts),
        accounts=accounts,
        prices=tuple(_price(desk, key, each, now_ns) for key, each in _ordered(desk, state)),
        positions=(
            *(_position(desk, state, each, now_ns) for each in open_positions),
            *external_positions(desk, state, now_ns),
        ),
        orders=(
            *(_order(desk, state, each, now_ns) for each in desk.orders.values()),
            *external_orders(desk, now_ns),
        ),
        bots=tuple(_bot(desk, state, each, now_ns) for each in desk.bots.values()),
        log=state.log[:LOG_ROWS_SENT],
        doubts=doubts_count(desk),
    )


class Venued(Protocol):
    """What says whose money moves: an account of the desk, or its record."""

    @property
    def mode(self) -> str: ...

    @property
    def venue(self) -> str: ...

    @property
    def sizing(self) -> Sizing: ...


def mode_of(account: Venued) -> Mode:
    if account.mode == "live":
        return Mode.LIVE if is_real(account.mode, account.venue) else Mode.SANDBOX
    if account.venue == DEMO_VENUE:
        return Mode.DEMO
    is_recorded = account.venue == RECORDED_VENUE or account.sizing is Sizing.AT_FILL
    return Mode.REPLAY if is_recorded else Mode.DRY


def _banner(desk: Desk, accounts: tuple[AccountRow, ...]) -> Banner:
    modes = {each.mode for each in accounts}
    mode = next((each for each in GRAVITY if each in modes), Mode.DEMO)
    venues = dict.fromkeys(each.venue for each in accounts if each.mode is mode)
    return Banner(mode, ", ".join(venues), desk.trading_state, desk.trading_cause)


def marked(desk: Desk, prices: Mapping[Key, Price]) -> Desk:
    """The desk with the newest prices, also of symbols that no running bot reads."""
    return replace(desk, quotes={key: each.quote for key, each in prices.items()})


def _account(marked: Desk, account: Account, state: ScreenState, now_ns: int) -> AccountRow:
    free, equity = valuation.worth(marked, account)
    name, currency, waits = account.name, account.currency, state.waits.get(account.name, "")
    line = state.equity.get(name, EquityLine())
    mode, own = mode_of(account), marked.state_of(name).state
    row = AccountRow(name, currency, mode, account.venue, free, equity, waits, line, own)
    reading = state.wallets.get(name)
    if reading is None:
        return row
    use, ratio = reading.wallet.margin_use, reading.wallet.margin_ratio
    age_ms = age_of(reading, now_ns)
    return replace(row, margin_use=use, margin_ratio=ratio, read_age_ms=age_ms)


def _ordered(desk: Desk, state: ScreenState) -> list[tuple[Key, Price]]:
    """The frame's own kind first, then in the order in which each market lists its symbols."""
    places = {key: number for number, key in enumerate(desk.instruments)}
    gravity = {name: GRAVITY.index(mode_of(each)) for name, each in desk.accounts.items()}

    def place(pair: tuple[Key, Price]) -> tuple[int, int]:
        key = pair[0]
        return gravity.get(key[0], len(GRAVITY)), places.get(key, len(places))

    return sorted(state.prices.items(), key=place)


def _age_ms(now_ns: int, then_ms: int) -> int:
    return max(0, now_ns // NS_PER_MS - then_ms)


def _price(desk: Desk, key: Key, price: Price, now_ns: int) -> PriceRow:
    quote = price.quote
    has_moved = price.direction != 0 and price.first
    return PriceRow(
        account=key[0],
        symbol=key[1],
        bid=quote.bid,
        ask=quote.ask,
        last=quote.last,
        change=quote.last / price.first - 1 if has_moved else None,
        direction=price.direction,
        places=places_of(desk.instruments.get(key), quote.last),
        age_ms=_age_ms(now_ns, quote.time_ms),
        limit_ms=price.limit_ms,
    )


def _position(desk: Desk, state: ScreenState, position: Position, now_ns: int) -> PositionRow:
    key = (position.account, position.symbol)
    price = state.prices.get(key)
    mark = None if price is None else from_double(price.quote.last)
    pnl = None if mark is None else unrealized(position, mark)
    value = abs(position.units) * position.entry
    cover = protection_of(desk, position, now_ns)
    places = places_of(desk.instruments.get(key), float(position.entry))
    row = PositionRow(
        account=position.account,
        symbol=position.symbol,
        units=position.units,
        entry=position.entry,
        mark=mark,
        pnl=pnl,
        pnl_share=None if pnl is None or not value else float(pnl / value),
        liquidation=_liquidation(desk, position),
        owners=tuple(position.shares),
        currency=desk.accounts[position.account].currency,
        places=places,
        age_ms=0 if price is None else _age_ms(now_ns, price.quote.time_ms),
        limit_ms=0 if price is None else price.limit_ms,
        stop=in_short(cover, places),
        stop_few=in_few(cover, places),
        is_bare=cover.cover is Cover.BARE,
        lost_ms=cover.lost_ns // NS_PER_MS,
        stop_why=cover.why,
        unconfirmed_ms=_unconfirmed_ms(state, position.account, now_ns),
    )
    return _as_read(row, desk, state, now_ns)


def _as_read(row: PositionRow, desk: Desk, state: ScreenState, now_ns: int) -> PositionRow:
    """On an exchange the exchange alone knows where it liquidates; until it said so, nobody."""
    if row.account not in desk.wallets:
        return row
    reading = state.wallets.get(row.account)
    there = None if reading is None else reading.wallet.position(row.symbol)
    if reading is None or there is None:
        return replace(row, liquidation=None)
    return replace(
        row,
        liquidation=there.liquidation,
        leverage=there.leverage,
        is_isolated=there.is_isolated,
        read_age_ms=age_of(reading, now_ns),
    )


def _unconfirmed_ms(state: ScreenState, account: str, now_ns: int) -> int:
    """0 where its venue confirmed lately what works there, or is in this very process."""
    confirmed_ns, limit_ms = state.confirmed.get(account, (0, 0))
    age_ms = _age_ms(now_ns, confirmed_ns // NS_PER_MS)
    return age_ms if confirmed_ns and age_ms > limit_ms else 0


def _liquidation(desk: Desk, position: Position) -> Decimal | None:
    instrument = desk.instruments.get((position.account, position.symbol))
    if instrument is None or not instrument.is_perpetual:
        return None
    level = liquidation_price(position, instrument.maintenance)
    return None if level is None else max(level, Decimal(0))


def _exit_price(desk: Desk, order: Order) -> Decimal | None:
    """Where a stop or target of an open position stands; a trail's place on paper only the venue
    knows."""
    if order.trigger is not None:
        return order.trigger
    key = (order.account, order.terms.symbol)
    position, instrument = desk.positions.get(key), desk.instruments.get(key)
    if position is None or instrument is None or not position.units:
        return None
    exits = order.terms.exits
    away = -1 if exits.stop_loss is not None else 1
    level = exits.stop_loss or exits.take_profit
    if level is None or level.kind is LevelKind.PRICE:
        return None if level is None else level.value
    sign = 1 if position.units > 0 else -1
    return nearest_to(instrument.tick, position.entry * (1 + sign * away * level.value))


def _order(desk: Desk, state: ScreenState, order: Order, now_ns: int) -> OrderRow:
    unconfirmed_ms = _unconfirmed_ms(state, order.account, now_ns)
    return replace(order_row(desk, order, now_ns), unconfirmed_ms=unconfirmed_ms)


def order_row(desk: Desk, order: Order, now_ns: int) -> OrderRow:
    terms = order.terms
    price = terms.limit if terms.limit is not None else _exit_price(desk, order)
    near = 0.0 if price is None else float(price)
    return OrderRow(
        id=order.id,
        account=order.account,
        symbol=terms.symbol,
        side=terms.side.value,
        kind=terms.kind.value.replace("_", " "),
        quantity=order.quantity,
        filled=order.filled,
        price=price,
        leg=order.leg.replace("_", " "),
        owner=order.owner,
        status=order.status.value,
        places=places_of(desk.instruments.get((order.account, terms.symbol)), near),
        age_ms=_age_ms(now_ns, order.placed_at_ns // NS_PER_MS),
        rests_alone=rests_alone(desk, order),
        is_lost=is_lost(order),
    )


def _bot(desk: Desk, state: ScreenState, bot: BotRecord, now_ns: int) -> BotRow:
    did = state.did.get(bot.id)
    last = bot.runs[-1] if bot.runs else None
    return BotRow(
        id=bot.id,
        title=bot.title,
        kind=bot.kind,
        mode=mode_of(desk.accounts[bot.account]),
        account=bot.account,
        symbols=bot.needs.symbols,
        status=bot.status.value,
        is_alive=bot.is_alive,
        warming=bot.warming if bot.is_alive else "",
        did=did[0].what if did else "",
        did_age_ms=_age_ms(now_ns, did[0].at_ns // NS_PER_MS) if did else None,
        why=last_word(bot) if last is None else f"{last.event}: {last.why}",
        why_age_ms=_age_ms(now_ns, ran_at_ms(bot)) if bot.runs else None,
        version=short(bot.version),
    )
