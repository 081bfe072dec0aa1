"""Books beside venue: what a venue shows of an account, and what follows from each difference.

The rules it keeps: what is not ours is shown and never touched; units that others took from a bot
are adopted by their trades where these explain them to the last digit, else they are unknown units;
whoever held them is paused until a person has seen it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.checked import Checked
from lefi_tui.core.desk import reports
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.forced import TAKEN
from lefi_tui.core.desk.in_doubt import books_of, is_position
from lefi_tui.core.desk.lifecycle import hold
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import (
    AccountChecked,
    BotPaused,
    CancelOrders,
    DifferenceFound,
    ForeignSeen,
    LookUpOrder,
    UnknownSeen,
    VenueFilled,
    VenueViewed,
)
from lefi_tui.core.money import EXACT, ZERO, exact_sum, words
from lefi_tui.core.order import OrderStatus, Side
from lefi_tui.core.protection import is_kept_here
from lefi_tui.core.reconcile import (
    Action,
    LookUp,
    OurOrder,
    OurView,
    SetUnknown,
    ShowForeign,
    TheirView,
    reconcile,
)

ENGINE: Final = "engine"
ON_ITS_WAY: Final = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTED, OrderStatus.UNCONFIRMED})
ELSEWHERE: Final = "changed from elsewhere"


def venue_viewed(draft: Draft, report: VenueViewed) -> None:
    account = report.account
    if account not in draft.desk.accounts:
        return
    if report.error:
        known = draft.desk.checked.get(account, Checked())
        draft.say(AccountChecked(account, report.at_ns, report.error, known.legs))
        return
    for each in differences(draft.desk, report):
        match each:
            case LookUp():
                _look_up(draft, report, each)
            case ShowForeign():
                draft.say(ForeignSeen(account, each.orders, report.at_ns))
            case SetUnknown():
                _set_units(draft, report, each)
    if not report.pending:
        draft.say(AccountChecked(account, report.at_ns, legs=report.legs))


def is_news(desk: Desk, report: VenueViewed) -> bool:
    """Whether it says more than the desk knows. A start asks to be told in any case."""
    known = desk.checked.get(report.account, Checked())
    if report.error:
        return known.error != report.error
    is_other = not known.at_ns or bool(known.error) or known.legs != report.legs
    is_other = is_other and not report.pending  # then it is not said yet
    return is_other or bool(differences(desk, report))


def differences(desk: Desk, report: VenueViewed) -> tuple[Action, ...]:
    """What is to be done; of units only where books and venue were at rest."""
    theirs = TheirView(report.orders, dict(report.units), dict(report.entries), report.legs)
    ours, asked_of = our_view(desk, report.account, theirs), dict(report.books)
    moved = {
        symbol
        for symbol in {*ours.units, *asked_of}
        if ours.units.get(symbol, ZERO) != asked_of.get(symbol, ZERO)
    }
    return tuple(
        each
        for each in reconcile(ours, theirs)
        if not (isinstance(each, SetUnknown) and each.symbol in {*moved, *report.pending})
    )


def our_view(desk: Desk, account: str, theirs: TheirView) -> OurView:
    known = desk.checked.get(account, Checked())
    working = (
        each for each in desk.orders.values() if each.account == account and not is_kept_here(each)
    )
    orders = tuple(
        OurOrder(each.id, each.terms.symbol, each.filled, each.status in ON_ITS_WAY)
        for each in working
    )
    ended = frozenset(name for name, each in desk.closed.items() if each.account == account)
    units = {
        symbol: held
        for symbol, held in books_of(desk, account).items()
        if symbol in theirs.units or is_position(desk, account, symbol)
    }
    return OurView(orders, ended, units, known.unknown_units(), known.foreign)


def _look_up(draft: Draft, report: VenueViewed, found: LookUp) -> None:
    """One that has its end here and works there all the same: it is ours, so it is taken away. At
    a start nothing is told of it: each order is looked up then, whatever is found."""
    account, order = report.account, found.order
    if draft.desk.checked.get(account, Checked()).at_ns:
        draft.say(DifferenceFound(order, report.at_ns, found.why))
    draft.ask(LookUpOrder(account, order))
    if order not in draft.desk.orders:
        draft.ask(CancelOrders(account, (order,), is_risen=True))


# ---- units


def _set_units(draft: Draft, report: VenueViewed, found: SetUnknown) -> None:
    """What was taken from us and is explained by trades is booked; the rest is unknown."""
    key = report.account, found.symbol
    known = draft.desk.checked.get(report.account, Checked()).unknown_units()
    before = _shares(draft.desk, key)
    change = EXACT.subtract(found.units, known.get(found.symbol, ZERO))
    fills = tuple(_explaining(draft.desk, report, found.symbol, change))
    for each in fills:
        reports.filled(draft, replace(each, heard_ns=report.at_ns))
    booked = exact_sum(_signed(each) for each in fills)
    unknown = EXACT.subtract(found.units, booked)
    if unknown != known.get(found.symbol, ZERO):
        entry = dict(report.entries).get(found.symbol)
        text = _told(draft.desk, key, unknown)
        draft.say(UnknownSeen(*key, unknown, entry, report.at_ns, text))
    rest = EXACT.subtract(change, booked)
    after = _shares(draft.desk, key)
    for bot, share in before.items():
        if share != after[bot] or share * rest < 0:
            why = f"its position of {found.symbol} was {_words(fills)}"
            _pause(draft, bot, why, report.at_ns)


def _shares(desk: Desk, key: tuple[str, str]) -> dict[str, Decimal]:
    """Of the bots that run in this market."""
    position = desk.positions.get(key)
    held = {} if position is None else position.shares
    return {name: held.get(name, ZERO) for name in desk.bots}


def _explaining(
    desk: Desk, report: VenueViewed, symbol: str, change: Decimal
) -> Iterable[VenueFilled]:
    """Trades that nobody told us of, where they are the whole change and go one way; of them what
    closes ours. What they open beyond it is nobody's of ours."""
    booked = {name for ids in desk.booked.values() for name in ids}
    found = [each for each in report.fills if each.symbol == symbol]
    found = [each for each in found if each.trade_id not in booked]
    is_one_way = len({each.side for each in found}) == 1
    if not is_one_way or exact_sum(map(_signed, found)) != change:
        return
    left = abs(books_of(desk, report.account).get(symbol, ZERO))
    for each in found:
        part = min(left, each.quantity)
        if part:
            yield replace(each, quantity=part)
        left = EXACT.subtract(left, part)


def _signed(fill: VenueFilled) -> Decimal:
    return fill.quantity * Side(fill.side).sign


def _words(fills: Iterable[VenueFilled]) -> str:
    found = (TAKEN[each.reason] for each in fills if each.reason in TAKEN)
    return next(found, ELSEWHERE)


def _told(desk: Desk, key: tuple[str, str], unknown: Decimal) -> str:
    position = desk.positions.get(key)
    ours = ZERO if position is None else position.units
    there = words(EXACT.add(ours, unknown))
    return f"its venue shows {there}, our books {words(ours)}"


def _pause(draft: Draft, bot_id: str, why: str, at_ns: int) -> None:
    if draft.bot(bot_id).is_alive:
        hold(draft, BotPaused(bot_id, at_ns, ENGINE, why, asks=True))
