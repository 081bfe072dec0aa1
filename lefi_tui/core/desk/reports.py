"""What a venue says of our orders. Merged monotonically: an older word never undoes a newer one."""

from __future__ import annotations

from decimal import localcontext
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bot import FillSeen, Occasion
from lefi_tui.core.desk import forced, giving_back, guarding, live, venue_exits, waiting, wallets
from lefi_tui.core.desk.closing import close_failed, waiting_for
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.orders import submit
from lefi_tui.core.desk.runs import run_bot, stop_if_done
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.messages import (
    CancelOrders,
    FillKept,
    FundingBooked,
    FundingCharged,
    LookUpOrder,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderUnconfirmed,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.money import EXACT, MONEY, ZERO, grained
from lefi_tui.core.order import (
    UNKNOWN,
    Order,
    OrderStatus,
    Side,
    SizeKind,
)
from lefi_tui.core.position import credited

NS_PER_MS: Final = 1_000_000
Word = VenueAccepted | VenueRejected | VenueCanceled | VenueNeverSaw | VenueFilled
_UNANSWERED: Final = frozenset({OrderStatus.SUBMITTED, OrderStatus.UNCONFIRMED})


def accepted(draft: Draft, report: VenueAccepted) -> None:
    order = draft.desk.orders.get(report.order)
    if order is not None and (order.status in _UNANSWERED or _fixes_units(order, report)):
        draft.say(OrderAccepted(report.order, report.at_ns, report.venue_order_id, report.quantity))
        if order.is_cancel_asked and order.status is OrderStatus.UNCONFIRMED:
            draft.ask(CancelOrders(order.account, (order.id,)))
        guarding.stands(draft, order, _heard_ns(draft.desk, order.account, report))


def _fixes_units(order: Order, report: VenueAccepted) -> bool:
    return order.quantity is None and report.quantity is not None


def rejected(draft: Draft, report: VenueRejected) -> None:
    order = draft.desk.orders.get(report.order)
    if order is not None and not order.filled:
        heard_ns = _heard_ns(draft.desk, order.account, report)
        draft.say(OrderRejected(report.order, report.at_ns, report.code, report.text))
        live.right_refused(draft, order.account, report)
        guarding.refused(draft, order, report, heard_ns)
        ended(draft, order, f"was rejected by the venue: {report.text}", heard_ns)


def canceled(draft: Draft, report: VenueCanceled) -> None:
    order = draft.desk.orders.get(report.order)
    if order is not None:
        heard_ns = _heard_ns(draft.desk, order.account, report)
        draft.say(OrderCanceled(report.order, report.at_ns, report.reason, report.is_expired))
        guarding.gone(draft, order, report.reason, heard_ns)
        ended(draft, order, f"was canceled: {report.reason}", heard_ns)


def _heard_ns(desk: Desk, account: str, report: Word) -> int:
    """When it was heard; on a candle file when it happened, as all else there."""
    is_ours = report.heard_ns and not waiting.is_file(desk, account)
    return report.heard_ns if is_ours else report.at_ns


def ended(draft: Draft, order: Order, why: str, at_ns: int) -> None:
    """An order has its end without having been filled whole."""
    close_failed(draft, order, f"its close {why}", at_ns)
    left = draft.desk.order(order.id)
    if left is not None:
        giving_back.failed(draft, left, f"it {why}", at_ns)
    _answer(draft, order, at_ns)
    for bot_id in waiting_for(draft.desk, order):
        stop_if_done(draft, bot_id, at_ns)


def _answer(draft: Draft, before: Order, at_ns: int) -> None:
    """What its deadline left of it is traded back where the policy says so; its run hears.

    What the gate keeps there (a sale that made a position smaller) stays, and the run hears that.

    On a candle file a cancel is final at once, all else is heard at the close of its candle.
    """
    order, bot = draft.desk.order(before.id), draft.desk.bots.get(before.owner)
    if order is None or bot is None or bot.status not in waiting.HEARING:
        return
    is_kept = True
    if order.filled and waiting.is_taken_back(bot, order):
        is_kept = not giving_back.give_back(draft, order, order.filled, at_ns)
    is_told = waiting.answer_final(draft, order.id, is_kept=is_kept)
    is_file = waiting.is_file(draft.desk, order.account)
    at_once = not is_file or before.status is OrderStatus.CANCEL_PENDING
    if is_told and at_once and waiting.to_hear(draft.bot(bot.id)):
        run_bot(draft, bot.id, Occasion(_not_before(bot, at_ns), is_file=is_file))
    elif order.deadline_ns:
        waiting.wind(draft, bot.id)


def silent(draft: Draft, report: VenueSilent) -> None:
    """No answer is not a refusal: the order may live. It is looked up, never sent again."""
    order = draft.desk.orders.get(report.order)
    if order is None:
        return
    if order.status is not OrderStatus.UNCONFIRMED:
        draft.say(OrderUnconfirmed(report.order, report.at_ns, report.text))
    draft.ask(LookUpOrder(order.account, order.id))


def never_saw(draft: Draft, report: VenueNeverSaw) -> None:
    """Proof of absence. What was filled of it stays booked; the rest is no order any more."""
    order = draft.desk.orders.get(report.order)
    if order is None:
        return
    was_known = order.status not in _UNANSWERED or bool(order.filled or order.venue_order_id)
    reason = "the venue knows it no more" if was_known else "it never reached the venue"
    draft.say(OrderCanceled(report.order, report.at_ns, f"{reason}; nothing more will come of it"))
    heard_ns = _heard_ns(draft.desk, order.account, report)
    guarding.gone(draft, order, reason, heard_ns)
    if not was_known and waiting.may_be_sent_again(draft.desk, order, heard_ns):
        words = submit(draft, waiting.sent_again(order, heard_ns), heard_ns)
        if not words:
            return
    ended(draft, order, f"is gone: {reason}", heard_ns)


def funding(draft: Draft, report: FundingCharged) -> None:
    if (report.account, report.symbol) not in draft.desk.instruments:
        wallets.funding_of_no_market(draft, report)
        return
    key = f"funding/{report.account}"
    if report.charge_id in draft.desk.booked.get(key, ()):
        return
    draft.say(
        FundingBooked(report.account, report.symbol, report.at_ns, report.amount, report.charge_id)
    )


def _is_no_news(desk: Desk, report: VenueFilled) -> bool:
    """Booked before; or of a market that is not listed, so another hand's: the wallet shows it."""
    if (report.account, report.symbol) not in desk.instruments:
        return True
    foreign = f"foreign/{report.account}"  # where it was met before it was known to be ours
    return any(report.trade_id in desk.booked.get(each, ()) for each in (report.order, foreign))


def filled(draft: Draft, report: VenueFilled) -> None:
    """Book a fill once, by the venue's trade id; then exits, the owner's run, a pending stop."""
    if _is_no_news(draft.desk, report):
        return
    order = draft.desk.order(report.order)
    heard_ns = _heard_ns(draft.desk, report.account, report)
    parts = _parts(draft.desk, order, report)
    for owner, part in parts:
        draft.say(_order_filled(part, owner))
    if guarding.is_guarded(draft.desk, report.account):
        guarding.filled(draft, order, report, heard_ns)
    else:
        venue_exits.filled(draft, order, report)
    if order is not None:
        waiting.answer_final(draft, order.id)
    for owner, part in parts:
        _tell_owner(draft, owner, part, heard_ns)
    if order is not None:
        giving_back.filled_late(draft, order, report.quantity, heard_ns)
        _tell_asker(draft, order, heard_ns)
    stopping = [] if order is None else waiting_for(draft.desk, order)
    for owner in dict.fromkeys((*(owner for owner, _ in parts), *stopping)):
        stop_if_done(draft, owner, heard_ns)
    forced.hold_owners(draft, report, [owner for owner, _ in parts], heard_ns)


def _order_filled(report: VenueFilled, owner: str) -> OrderFilled:
    return OrderFilled(
        report.order,
        report.trade_id,
        report.at_ns,
        report.account,
        report.symbol,
        report.side,
        report.price,
        report.quantity,
        report.fee,
        report.liquidity,
        report.reason,
        owner,
        report.is_last,
        report.other_fee,
        report.other_currency,
    )


def _parts(
    desk: Desk, order: Order | None, report: VenueFilled
) -> tuple[tuple[str, VenueFilled], ...]:
    """A fill by owner: a close, an exit or a liquidation gives back to each what it held."""
    owner = order.owner if order is not None else _owner_of_position(desk, report)
    position = desk.positions.get((report.account, report.symbol))
    is_sized = order is not None and order.terms.size.kind is not SizeKind.ALL
    if is_sized or position is None:
        return ((owner, report),)
    owners = credited(position, Side(report.side), report.quantity, owner)
    parts: list[tuple[str, VenueFilled]] = []
    fee_left = report.fee
    for number, (holder, units) in enumerate(owners.items(), 1):
        is_last = number == len(owners)
        with localcontext(MONEY):
            fee = fee_left if is_last else grained(report.fee * units / report.quantity)
        fee_left = EXACT.subtract(fee_left, fee)
        part = replace(
            report,
            trade_id=report.trade_id if number == 1 else f"{report.trade_id}#{number}",
            quantity=units,
            fee=fee,
            is_last=report.is_last and is_last,
            other_fee=report.other_fee if number == 1 else ZERO,  # it is nobody's of them
        )
        parts.append((holder, part))
    return tuple(parts)


def _owner_of_position(desk: Desk, report: VenueFilled) -> str:
    """A fill of no order of ours: a liquidation belongs to who holds the position."""
    position = desk.positions.get((report.account, report.symbol))
    holders = [] if position is None else [name for name, units in position.shares.items() if units]
    return holders[0] if len(holders) == 1 else UNKNOWN


def _tell_owner(draft: Draft, owner: str, report: VenueFilled, heard_ns: int) -> None:
    """A running bot hears its fill at once; one that warms, or lives on a candle file, later.

    The fill has the venue's time, its run ours: what a look-up tells may be hours old.
    """
    bot = draft.desk.bots.get(owner)
    if bot is None or bot.status not in waiting.HEARING:
        return
    fill = FillSeen(
        report.order,
        report.symbol,
        Side(report.side),
        float(report.price),
        float(report.quantity),
        float(report.fee),
        report.reason,
        report.at_ns // NS_PER_MS,
    )
    if waiting.is_file(draft.desk, report.account) or bot.status not in waiting.ACTIVE:
        draft.say(FillKept(owner, fill))
    elif bot.answers:
        fills = (fill,) if bot.status is BotStatus.RUNNING else ()
        run_bot(draft, owner, Occasion(_not_before(bot, heard_ns), fills=fills))
    elif bot.status is BotStatus.RUNNING:
        # Without a time of ours it is of a journal of an older program, and ran at the fill's.
        at_ms = _not_before(bot, heard_ns) if report.heard_ns else fill.time_ms
        run_bot(draft, owner, Occasion(at_ms, fills=(fill,)))


def _tell_asker(draft: Draft, order: Order, at_ns: int) -> None:
    """Its run hears of its order also where the units were another's."""
    bot = draft.desk.bots.get(order.owner)
    hears = bot is not None and bool(waiting.to_hear(bot))
    if bot is not None and hears and not waiting.is_file(draft.desk, bot.account):
        run_bot(draft, bot.id, Occasion(_not_before(bot, at_ns)))
    if order.deadline_ns:
        waiting.wind(draft, order.owner)


def _not_before(bot: BotRecord, at_ns: int) -> int:
    """A clock may go back: a bot is not told a time that it has seen pass."""
    return max(at_ns // NS_PER_MS, bot.at_ms)
