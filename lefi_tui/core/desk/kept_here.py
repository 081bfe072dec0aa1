"""Exits that this program holds itself, where an exchange keeps none for us.

The rule it keeps: a price that meets one leads to an order whose units are fixed by the desk and
journaled before it is sent, under the exit's own name; one of a position at a time.
"""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.desk.closes import closes_of
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.guarding import BY
from lefi_tui.core.desk.in_doubt import with_unknown
from lefi_tui.core.desk.orders import cancel_orders, is_flatten
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.desk.venue_exits import exits_of
from lefi_tui.core.messages import ExitFired, ExitMet, SubmitOrders
from lefi_tui.core.money import ZERO, floor_to
from lefi_tui.core.order import Order
from lefi_tui.core.protection import SLOT_OF, STOP, is_kept_here

Key = tuple[str, str]
Seen = tuple[Decimal, Decimal]  # the lowest and the highest price


def met(desk: Desk, key: Key, seen: Seen) -> Order | None:
    """The exit that these prices have met, a stop before a target: never better than it was."""
    if is_being_sold(desk, key):
        return None
    found = filter(is_kept_here, exits_of(desk, *key))
    waiting = sorted(found, key=lambda each: SLOT_OF[each.leg] != STOP)
    return next((each for each in waiting if _is_met(each, seen)), None)


def _free(draft: Draft, order: Order, at_ns: int) -> None:
    """What rests to sell the same units holds them at the exchange: it is taken back first."""
    key, side = (order.account, order.terms.symbol), order.terms.side
    same = [
        each
        for each in draft.desk.orders.values()
        if (each.account, each.terms.symbol) == key
        and each.leg == "entry"
        and each.terms.side is side
    ]
    cancel_orders(draft, same, at_ns, BY)


def is_being_sold(desk: Desk, key: Key) -> bool:
    """A close, a flatten or another exit is on its way, or its fate is not known: where nothing is
    reduce-only, a second one beside it would sell what is not the position's."""
    orders = desk.orders.values()
    flattens = (each for each in orders if (each.account, each.terms.symbol) == key)
    return bool(closes_of(desk, *key)) or any(is_flatten(each) for each in flattens)


def _is_met(order: Order, seen: Seen) -> bool:
    if order.trigger is None:
        return False
    low, high = seen
    falls = (SLOT_OF[order.leg] == STOP) == (order.terms.side.sign < 0)
    return low <= order.trigger if falls else high >= order.trigger


def exit_met(draft: Draft, report: ExitMet) -> None:
    order = draft.desk.orders.get(report.order)
    if order is None or not is_kept_here(order):
        return
    key = (order.account, order.terms.symbol)
    if is_being_sold(draft.desk, key):
        return
    position, instrument = draft.desk.positions.get(key), draft.desk.instruments.get(key)
    if position is None or instrument is None or position.units * order.terms.side.sign >= 0:
        return
    shown = with_unknown(draft.desk, key[0]).get(key[1], ZERO) * -order.terms.side.sign
    units = floor_to(instrument.step, max(ZERO, min(position.units.copy_abs(), shown)))
    if units:
        _free(draft, order, report.at_ns)
        draft.say(ExitFired(order.id, units, report.price, report.at_ns))
        draft.ask(SubmitOrders(order.account, (draft.desk.orders[order.id],)))
