"""What a venue says of our orders. Merged monotonically: an older word never undoes a newer one."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.bot import FillSeen, Occasion
from lefi_tui.core.desk import (
    forced,
    games,
    giving_back,
    guarding,
    live,
    moving,
    venue_exits,
    waiting,
    wallets,
)
from lefi_tui.core.desk.closing import close_failed, waiting_for
from lefi_tui.core.desk.crediting import parts_of
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
    OrderTimed,
    OrderUnconfirmed,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import (
    Order,
    OrderStatus,
    Side,
)

NS_PER_MS: Final = 1_000_000
Word = VenueAccepted | VenueRejected | VenueCanceled | VenueNeverSaw | VenueFilled


def accepted(draft: Draft, report: VenueAccepted) -> None:
    order = draft.desk.orders.get(report.order)
    if order is not None and (_is_unanswered(order) or _fixes_units(order, report)):
        draft.say(_order_accepted(draft.desk, order, report))
        if order.is_cancel_asked and order.is_doubted:
            draft.ask(CancelOrders(order.account, (order.id,), is_again=True))
        heard_ns = _heard_ns(draft.desk, order.account, report)
        guarding.stands(draft, order, heard_ns)
        if order.is_doubted:
            games.doubt_changed(draft, order, heard_ns)
        return
    known = draft.desk.order(report.order)
    if known is not None and report.sent_ns and not known.sent_ns:  # its fill came first
        heard_ns = _heard_ns(draft.desk, known.account, report)
        draft.say(OrderTimed(known.id, report.at_ns, report.sent_ns, heard_ns))
        games.timed(draft, known.id, heard_ns)


def _is_unanswered(order: Order) -> bool:
    return order.status is OrderStatus.SUBMITTED or order.is_doubted


def _order_accepted(desk: Desk, order: Order, report: VenueAccepted) -> OrderAccepted:
    heard_ns = _heard_ns(desk, order.account, report) if report.sent_ns else 0
    told = (report.order, report.at_ns, report.venue_order_id, report.quantity)
    return OrderAccepted(*told, report.sent_ns, heard_ns)


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
        moving.go_on(draft, order.id, heard_ns)


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
    draft.ask(LookUpOrder(order.account, order.id))
    if order.status is not OrderStatus.UNCONFIRMED:
        draft.say(OrderUnconfirmed(report.order, report.at_ns, report.text))
        games.doubt_changed(draft, order, report.at_ns)


def never_saw(draft: Draft, report: VenueNeverSaw) -> None:
    """Proof of absence. What was filled of it stays booked; the rest is no order any more."""
    order = draft.desk.orders.get(report.order)
    if order is None:
        return
    was_known = not _is_unanswered(order) or bool(order.filled or order.venue_order_id)
    reason = "the venue knows it no more" if was_known else "it never reached the venue"
    draft.say(OrderCanceled(report.order, report.at_ns, f"{reason}; nothing more will come of it"))
    heard_ns = _heard_ns(draft.desk, order.account, report)
    guarding.gone(draft, order, reason, heard_ns)
    if not was_known and waiting.may_be_sent_again(draft.desk, order, heard_ns):
        words = submit(draft, waiting.sent_again(order, heard_ns), heard_ns)
        if not words:
            return
    ended(draft, order, f"is gone: {reason}", heard_ns)
    moving.go_on(draft, order.id, heard_ns)


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
    parts = parts_of(draft.desk, order, report)
    is_timed = bool(report.sent_ns) or (order is not None and games.is_of_game(draft.desk, order))
    for owner, part in parts:
        draft.say(_order_filled(part, owner, heard_ns if is_timed else 0))
    if guarding.is_guarded(draft.desk, report.account):
        guarding.filled(draft, order, report, heard_ns)
    else:
        venue_exits.filled(draft, order, report)
    if order is not None:
        waiting.answer_final(draft, order.id)
    for owner, part in parts:
        tell_owner(draft, owner, part, heard_ns)
    if order is not None:
        giving_back.filled_late(draft, order, report.quantity, heard_ns)
        moving.filled_late(draft, order, report.quantity, heard_ns)
        _tell_asker(draft, order, heard_ns)
    stopping = [] if order is None else waiting_for(draft.desk, order)
    for owner in dict.fromkeys((*(owner for owner, _ in parts), *stopping)):
        stop_if_done(draft, owner, heard_ns)
    forced.hold_owners(draft, report, [owner for owner, _ in parts], heard_ns)


def _order_filled(report: VenueFilled, owner: str, heard_ns: int) -> OrderFilled:
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
        report.sent_ns,
        heard_ns,
    )


def tell_owner(draft: Draft, owner: str, report: VenueFilled | OrderFilled, heard_ns: int) -> None:
    """A running bot hears its fill at once; one that warms, or lives on a candle file, later.

    The fill has the venue's time, its run ours: what a look-up tells may be hours old.
    """
    bot = draft.desk.bots.get(owner)
    if bot is None or not (bot.status in waiting.HEARING or games.is_left(bot)):
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
        _ticket(draft.desk, report.order),
    )
    # A game that is stopped still counts what closes it.
    hears = bot.status is BotStatus.RUNNING or bot.needs.is_played
    if games.is_left(bot):
        games.count(draft, bot, fill, heard_ns)
    elif waiting.is_file(draft.desk, report.account) or bot.status not in waiting.ACTIVE:
        draft.say(FillKept(owner, fill))
    elif bot.answers:
        fills = (fill,) if hears else ()
        run_bot(draft, owner, Occasion(_not_before(bot, heard_ns), fills=fills))
    elif hears:
        # Without a time of ours it is of a journal of an older program, and ran at the fill's.
        at_ms = _not_before(bot, heard_ns) if report.heard_ns else fill.time_ms
        run_bot(draft, owner, Occasion(at_ms, fills=(fill,)))


def _ticket(desk: Desk, order_id: str) -> int:
    order = desk.order(order_id)
    return 0 if order is None else order.ticket


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
