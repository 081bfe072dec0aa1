"""New orders, changes and cancels: what is checked, in which order, and what Binance says."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tests.exchange.loopback.ask import Ask
from tests.exchange.loopback.matching import Order
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.usdm import symbols
from tests.exchange.usdm.account import UsdmAccount
from tests.exchange.usdm.symbols import Symbol

SIDES: Final = ("BUY", "SELL")


def draft(account: UsdmAccount, ask: Ask) -> Order:
    """The order that was asked for, or what is wrong with it."""
    symbol = symbols.traded_symbol(account.shared.symbols, ask)
    kind, side = ask.text("type"), ask.text("side")
    if kind in symbols.CONDITIONAL or ask.is_true("closePosition"):
        told = (
            "Order type not supported for this endpoint."
            " Please use the Algo Order API endpoints instead."
        )
        raise RefusedError(-4120, told)
    if kind not in symbols.PLAIN or side not in SIDES:
        raise RefusedError(-1116 if side in SIDES else -1117, "Invalid orderType or side.")
    number = account.new_number()
    made = Order(
        number,
        symbols.checked_client_id(ask.params.get("newClientOrderId", ""), number),
        symbol.name,
        side,
        kind,
        symbols.checked_quantity(symbol, ask.number("quantity")),
        tif=_tif(ask, kind),
        is_reduce_only=ask.is_true("reduceOnly"),
        position_side=position_side(account, ask),
        created_ms=ask.now_ms,
        updated_ms=ask.now_ms,
    )
    if kind == "LIMIT":
        made.price = symbols.checked_price(symbol, ask.number("price"))
    return made


def place(account: UsdmAccount, made: Order) -> Order:
    """Checked against the account and the book, then matched."""
    symbol = account.shared.symbols[made.symbol]
    if any(each.is_open for each in account.by_client_id(made.client_id)):
        raise RefusedError(-4116, "ClientOrderId is duplicated.")
    _check_reducing(account, made)
    if not made.is_reduce_only:
        market = account.shared.markets[made.symbol]
        price = made.price or market.ask
        symbols.check_notional(symbol, made.quantity * price)
        _check_margin(account, made)
    _check_book(account, made, symbol)
    account.matcher.place(made)
    return made


def amend(account: UsdmAccount, order: Order, ask: Ask) -> Order:
    symbol = account.shared.symbols[order.symbol]
    quantity = symbols.checked_quantity(symbol, ask.number("quantity"))
    price = symbols.checked_price(symbol, ask.number("price"))
    if not order.is_open:
        raise RefusedError(-2013, "Order does not exist.")
    if order.kind != "LIMIT":
        raise RefusedError(-4029, "Only LIMIT orders may be changed.")
    if (quantity, price) == (order.quantity, order.price):
        raise RefusedError(-5027, "No need to modify the order.")
    if quantity <= order.filled:
        account.matcher.end(order, "CANCELED")
    else:
        account.matcher.amend(order, quantity, price)
    return order


def cancel(account: UsdmAccount, order: Order | None) -> Order:
    if order is None or not order.is_open:
        raise RefusedError(-2011, "Unknown order sent.")
    account.matcher.end(order, "CANCELED")
    return order


def found(account: UsdmAccount, ask: Ask) -> Order | None:
    """By the venue's number or by the client's id: of several, the newest."""
    if ask.params.get("orderId"):
        order = account.matcher.orders.get(int(ask.params["orderId"]))
        is_of = order is not None and order.symbol == ask.params.get("symbol")
        return order if is_of else None
    if not ask.params.get("origClientOrderId"):
        told = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        raise RefusedError(-1102, told)
    same = account.by_client_id(ask.params["origClientOrderId"])
    of_symbol = [each for each in same if each.symbol == ask.params.get("symbol")]
    return of_symbol[-1] if of_symbol else None


def position_side(account: UsdmAccount, ask: Ask) -> str:
    side = ask.params.get("positionSide") or "BOTH"
    if account.is_hedged != (side in {"LONG", "SHORT"}):
        raise RefusedError(-4061, "Order's position side does not match user's setting.")
    if account.is_hedged and "reduceOnly" in ask.params:
        raise RefusedError(-1106, "Parameter 'reduceonly' sent when not required.")
    return side


def _tif(ask: Ask, kind: str) -> str:
    if kind == "MARKET":
        return "GTC"
    tif = ask.text("timeInForce")
    if tif not in symbols.TIFS:
        raise RefusedError(-1115, "Invalid timeInForce.")
    return tif


def _check_reducing(account: UsdmAccount, made: Order) -> None:
    opens = {"LONG": "BUY", "SHORT": "SELL"}.get(made.position_side, "")
    if not made.is_reduce_only and made.side in {opens, *(SIDES if not opens else ())}:
        return
    room = account.reducible(made)
    if room == 0 or (opens and made.quantity > room):
        raise RefusedError(-2022, "ReduceOnly Order is rejected.")
    made.is_reduce_only = True
    if account.excess == "refused" and made.quantity > room - account.promised(made):
        told = "ReduceOnly Order Failed. Please check your existing position and open orders."
        raise RefusedError(-4118, told)
    if account.excess == "cut":
        made.quantity = min(made.quantity, room)


def _check_margin(account: UsdmAccount, made: Order) -> None:
    opening = max(Decimal(0), made.quantity - account.reducible(made))
    needs = account.cost_of(made) * opening / made.quantity
    if needs > account.available:
        raise RefusedError(-2019, "Margin is insufficient.")


def _check_book(account: UsdmAccount, made: Order, symbol: Symbol) -> None:
    market = account.shared.markets[symbol.name]
    if made.tif == "GTX" and market.crosses(made.side, made.price):
        told = (
            "Due to the order could not be executed as maker, the Post Only order will be"
            " rejected. The order will not be recorded in the order history"
        )
        raise RefusedError(-5022, told)
    got = sum(
        (units for _, units in market.takes(made.side, made.quantity, made.limit)), Decimal(0)
    )
    if made.tif == "FOK" and got < made.quantity:
        told = (
            "Due to the order could not be filled immediately, the FOK order has been rejected."
            " The order will not be recorded in the order history"
        )
        raise RefusedError(-5021, told)
