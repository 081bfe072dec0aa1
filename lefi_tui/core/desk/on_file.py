"""An account on a candle file as its limits look at it: the venue's own doubles, and what works."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.desk.gathering import in_force
from lefi_tui.core.desk.risk_changes import DAY_NS, worth_now
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import AccountReading
from lefi_tui.core.money import from_double
from lefi_tui.core.order import Level, Order, OrderStatus
from lefi_tui.core.risk.on_candles import Judged, Scene, Working, judged

MINUTE_NS: Final = 60_000_000_000
NOTHING: Final = AccountReading(0.0, 0.0, ())


def asked(desk: Desk, order: Order, at_ns: int) -> Judged:
    """The gate's answer to an order of such an account."""
    force = in_force(desk, order.account, order.owner)
    return judged(order.terms, _scene(desk, order, at_ns), force, is_undo=order.is_undo)


def _scene(desk: Desk, order: Order, at_ns: int) -> Scene:
    name = order.account
    account, bot = desk.accounts[name], desk.bots.get(order.owner)
    reading = account.reading or NOTHING
    times = () if bot is None else bot.order_times_ns
    mine = [each for each in desk.orders.values() if each.account == name]
    return Scene(
        at_ns,
        reading,
        worth_now(desk, name, at_ns, from_double(reading.equity)),
        {symbol: seen for (owner, symbol), seen in desk.seen.items() if owner == name},
        {symbol: each for (owner, symbol), each in desk.instruments.items() if owner == name},
        account.taker,
        account.slippage,
        tuple(Working(each.terms, each.quantity) for each in mine if _works(each)),
        _stops(mine),
        {
            symbol: each.leverage
            for (owner, symbol), each in desk.positions.items()
            if owner == name and each.units
        },
        {symbol: at for (owner, symbol), at in desk.stopped.items() if owner == name},
        sum(at_ns - each < MINUTE_NS for each in times),
        sum(at_ns - each < DAY_NS for each in desk.entered.get(name, ())),
        desk.releases,
        desk.trading_state,
        desk.trading_cause,
        {} if bot is None else bot.gave,
    )


def _works(order: Order) -> bool:
    """On a candle file a cancel is final at once."""
    return order.leg == "entry" and order.status is not OrderStatus.CANCEL_PENDING


def _stops(orders: list[Order]) -> dict[str, Level]:
    return {
        order.terms.symbol: order.terms.exits.stop_loss
        for order in orders
        if order.leg == "stop" and order.terms.exits.stop_loss is not None
    }
