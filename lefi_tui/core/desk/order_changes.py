"""What events of orders and fills change: working orders, the short memory, the books."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk import booking, wallets
from lefi_tui.core.desk.changing import put, with_bot
from lefi_tui.core.desk.state import CLOSED_ORDERS_MAX, Desk
from lefi_tui.core.messages import (
    ExitPlaced,
    FundingBooked,
    OrderAccepted,
    OrderAdopted,
    OrderCanceled,
    OrderCancelRequested,
    OrderFilled,
    OrderMoving,
    OrderRejected,
    OrderSubmitted,
    OrderTimed,
    OrderUnconfirmed,
)
from lefi_tui.core.order import Order, OrderStatus

RATE_WINDOW_NS: Final = 60_000_000_000
ORDER_TIMES_MAX: Final = 1_000  # past this a rate limit has long spoken


def _put_order(desk: Desk, order: Order) -> Desk:
    """Working orders in one map; what is final goes to the short memory for late words."""
    if not order.is_final:
        return replace(desk, orders=put(desk.orders, order.id, order))
    orders = {key: each for key, each in desk.orders.items() if key != order.id}
    closed = {key: each for key, each in desk.closed.items() if key != order.id}
    closed[order.id] = order
    booked = desk.booked
    if len(closed) > CLOSED_ORDERS_MAX:
        oldest = next(iter(closed))
        del closed[oldest]
        booked = {key: ids for key, ids in booked.items() if key != oldest}
    return replace(desk, orders=orders, closed=closed, booked=booked)


def submitted(desk: Desk, event: OrderSubmitted) -> Desk:
    desk = _put_order(desk, event.order)
    bot = desk.bots.get(event.order.owner)
    if bot is None:
        return desk
    now = event.order.placed_at_ns
    recent = tuple(each for each in bot.order_times_ns if now - each < RATE_WINDOW_NS)
    return with_bot(desk, bot.id, order_times_ns=(*recent, now)[-ORDER_TIMES_MAX:])


def accepted(desk: Desk, event: OrderAccepted) -> Desk:
    order = desk.orders[event.order]
    if order.status in {OrderStatus.SUBMITTED, OrderStatus.UNCONFIRMED}:
        alive = OrderStatus.CANCEL_PENDING if order.is_cancel_asked else OrderStatus.ACCEPTED
        order = order.moved_to(alive)
    return _put_order(
        desk,
        replace(
            order,
            is_unanswered=False,
            venue_order_id=event.venue_order_id or order.venue_order_id,
            quantity=order.quantity if event.quantity is None else event.quantity,
            sent_ns=order.sent_ns or event.sent_ns,
            accepted_ns=order.accepted_ns or event.heard_ns,
        ),
    )


def timed(desk: Desk, event: OrderTimed) -> Desk:
    order = desk.order(event.order)
    if order is None:
        return desk
    heard_ns = order.accepted_ns or event.heard_ns
    return _put_order(desk, replace(order, sent_ns=event.sent_ns, accepted_ns=heard_ns))


def rejected(desk: Desk, event: OrderRejected) -> Desk:
    return put_closed(desk, event.order, OrderStatus.REJECTED, event.text)


def canceled(desk: Desk, event: OrderCanceled) -> Desk:
    status = OrderStatus.EXPIRED if event.is_expired else OrderStatus.CANCELED
    return put_closed(desk, event.order, status, event.reason)


def put_closed(desk: Desk, order_id: str, status: OrderStatus, reason: str) -> Desk:
    return _put_order(desk, desk.orders[order_id].moved_to(status, reason))


def cancel_requested(desk: Desk, event: OrderCancelRequested) -> Desk:
    order = desk.orders[event.order].moved_to(OrderStatus.CANCEL_PENDING)
    return _put_order(desk, replace(order, canceled_by=order.canceled_by or event.by))


def moving(desk: Desk, event: OrderMoving) -> Desk:
    return _put_order(desk, replace(desk.orders[event.order], moving=event.moving))


def unconfirmed(desk: Desk, event: OrderUnconfirmed) -> Desk:
    order = desk.orders[event.order]
    return _put_order(desk, order.moved_to(OrderStatus.UNCONFIRMED, event.text))


def exit_placed(desk: Desk, event: ExitPlaced | OrderAdopted) -> Desk:
    return _put_order(desk, event.order)


def filled(desk: Desk, event: OrderFilled) -> Desk:
    order = desk.order(event.order)
    key = event.order if order is not None else f"foreign/{event.account}"
    ids = (*desk.booked.get(key, ()), event.trade_id)
    if order is None:  # of an order all are kept: a look-up tells its whole story again
        ids = ids[-CLOSED_ORDERS_MAX:]
    desk = replace(desk, booked=put(desk.booked, key, ids))
    if order is not None:
        order = order.with_fill(event.price, event.quantity, event.fee, is_last=event.is_last)
        desk = _put_order(desk, _timed(order, event))
    return wallets.filled(booking.filled(desk, event, order), event)


def _timed(order: Order, event: OrderFilled) -> Order:
    """A fill that comes first is its first word, too."""
    return replace(
        order,
        sent_ns=order.sent_ns or event.sent_ns,
        accepted_ns=order.accepted_ns or event.heard_ns,
        filled_ns=order.filled_ns or event.heard_ns,
    )


def funding(desk: Desk, event: FundingBooked) -> Desk:
    key = f"funding/{event.account}"
    ids = (*desk.booked.get(key, ()), event.charge_id)[-CLOSED_ORDERS_MAX:]
    desk = booking.funding(replace(desk, booked=put(desk.booked, key, ids)), event)
    return wallets.read_to(desk, event.account, event.at_ns)
