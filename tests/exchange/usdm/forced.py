"""What the exchange does on its own: liquidation, and closing by ADL."""

from __future__ import annotations

from decimal import Decimal

from tests.exchange.loopback.books import INSURANCE
from tests.exchange.loopback.matching import Order
from tests.exchange.usdm import events
from tests.exchange.usdm.account import UsdmAccount
from tests.exchange.usdm.positions import Position


def look(account: UsdmAccount) -> None:
    """Each position whose backing no longer covers its maintenance margin is taken away."""
    for position in account.held():
        mark = account.mark(position.symbol.name)
        worth = account.backing(position) + account.profit(position)
        if position.units and worth <= position.maintenance(mark):
            _liquidate(account, position)


def _liquidate(account: UsdmAccount, position: Position) -> None:
    """At the price where nothing but the maintenance margin is left, which the fund takes."""
    symbol, margin = position.symbol, position.margin
    for order in account.matcher.open(symbol.name):
        account.matcher.end(order, "EXPIRED")
    before = account.balance()
    price = account.liquidation_price(position) or account.mark(symbol.name)
    _close(account, position, price, f"autoclose-{account.shared.agenda.now_ms()}")
    lost = before - account.balance()
    left = margin - lost if position.is_isolated else -min(account.balance(), Decimal(0))
    fund = -left if position.is_isolated else left
    account.post("INSURANCE_CLEAR", INSURANCE, fund, symbol=symbol.name)
    account.say(events.balances(account, "INSURANCE_CLEAR", ("USDT",), position, change=fund))
    account.check()


def deleverage(account: UsdmAccount, symbol: str, side: str) -> None:
    """Another's loss closes this position at the mark price."""
    position = account.position(symbol, side)
    _close(account, position, account.mark(symbol), "adl_autoclose")


def _close(account: UsdmAccount, position: Position, price: Decimal, client_id: str) -> None:
    now_ms = account.shared.agenda.now_ms()
    order = Order(
        account.new_number(),
        client_id,
        position.symbol.name,
        "SELL" if position.units > 0 else "BUY",
        "LIMIT",
        abs(position.units),
        price,
        "IOC",
        is_reduce_only=True,
        position_side=position.side,
        origin="LIMIT",
        created_ms=now_ms,
        updated_ms=now_ms,
        is_external=True,
    )
    account.matcher.force(order, price)
