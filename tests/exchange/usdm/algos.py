"""Placing, ending and triggering conditional orders of an account."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tests.exchange.loopback.ask import Ask
from tests.exchange.loopback.market import Market
from tests.exchange.loopback.matching import Order
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.usdm import events, symbols, trading
from tests.exchange.usdm.account import UsdmAccount
from tests.exchange.usdm.algo import Algo
from tests.exchange.usdm.symbols import Symbol

LIMITED: Final = ("STOP", "TAKE_PROFIT")


def place(account: UsdmAccount, ask: Ask) -> Algo:
    symbol = symbols.traded_symbol(account.shared.symbols, ask)
    kind = ask.text("type")
    if kind not in symbols.CONDITIONAL:
        raise RefusedError(-1116, "Invalid orderType.")
    made = _draft(account, ask, symbol)
    _check_alone(account, made)
    market = account.shared.markets[symbol.name]
    if kind != "TRAILING_STOP_MARKET" and made.is_met(_watched(made, market)):
        raise RefusedError(-2021, "Order would immediately trigger.")
    account.algos[made.number] = made
    account.say(events.algo(made, ask.now_ms))
    return made


def found(account: UsdmAccount, ask: Ask) -> Algo | None:
    if ask.params.get("algoId"):
        return account.algos.get(int(ask.params["algoId"]))
    wanted = ask.params.get("clientAlgoId", "")
    same = [each for each in account.algos.values() if wanted and each.client_id == wanted]
    return same[-1] if same else None


def cancel(account: UsdmAccount, algo: Algo | None) -> Algo:
    if algo is None or not algo.is_open:
        raise RefusedError(-2011, "Unknown order sent.")
    end(account, algo, "CANCELED")
    return algo


def end(account: UsdmAccount, algo: Algo, status: str, reason: str = "") -> None:
    algo.status, algo.reason = status, reason
    algo.updated_ms = account.shared.agenda.now_ms()
    account.say(events.algo(algo, algo.updated_ms))


def open_of(account: UsdmAccount, symbol: str = "") -> list[Algo]:
    return [
        each
        for each in account.algos.values()
        if each.is_open and (not symbol or each.symbol == symbol)
    ]


def look(account: UsdmAccount, market: Market) -> None:
    """The price has moved."""
    for algo in open_of(account, market.symbol):
        if algo.is_open and algo.is_met(_watched(algo, market)):
            _trigger(account, algo)


def _watched(algo: Algo, market: Market) -> Decimal:
    return market.mark if algo.working == "MARK_PRICE" else market.bid


def _draft(account: UsdmAccount, ask: Ask, symbol: Symbol) -> Algo:
    number = account.new_number()
    made = Algo(
        number,
        symbols.checked_client_id(ask.params.get("clientAlgoId", ""), number),
        symbol.name,
        ask.text("side"),
        ask.text("type"),
        Decimal(0),
        tif=ask.params.get("timeInForce") or "GTC",
        position_side=trading.position_side(account, ask),
        is_reduce_only=ask.is_true("reduceOnly"),
        closes_all=ask.is_true("closePosition"),
        working=ask.params.get("workingType") or "CONTRACT_PRICE",
        created_ms=ask.now_ms,
        updated_ms=ask.now_ms,
    )
    if not made.closes_all:
        made.quantity = symbols.checked_quantity(symbol, ask.number("quantity"))
    if made.kind in LIMITED:
        made.price = symbols.checked_price(symbol, ask.number("price"))
    if made.kind == "TRAILING_STOP_MARKET":
        made.callback = _callback(ask)
        made.activate = Decimal(ask.params.get("activatePrice") or 0)
    else:
        made.trigger = symbols.checked_price(symbol, ask.number("triggerPrice"))
    return made


def _callback(ask: Ask) -> Decimal:
    callback = ask.number("callbackRate")
    if not Decimal("0.1") <= callback <= 10:
        raise RefusedError(-2007, "Invalid callBack rate.")
    return callback


def _check_alone(account: UsdmAccount, made: Algo) -> None:
    if len(open_of(account, made.symbol)) >= account.shared.symbols[made.symbol].algos_most:
        raise RefusedError(-4045, "Reach max stop order limit.")
    for each in open_of(account, made.symbol):
        if each.client_id == made.client_id:
            raise RefusedError(-4116, "ClientOrderId is duplicated.")
        same_way = (each.side, each.position_side) == (made.side, made.position_side)
        if made.closes_all and each.closes_all and same_way and each.kind == made.kind:
            told = (
                "An open stop or take profit order with GTE and closePosition in the direction"
                " is existing."
            )
            raise RefusedError(-4130, told)


def _trigger(account: UsdmAccount, algo: Algo) -> None:
    """A child order goes to the book; refused there, the algo order has ended all the same."""
    algo.triggered_ms = account.shared.agenda.now_ms()
    child = _child(account, algo)
    end(account, algo, "TRIGGERED")
    try:
        trading.place(account, child)
    except RefusedError as refused:
        end(account, algo, "FINISHED", refused.text)
        return
    algo.order_number = child.number
    if not child.is_open:
        end(account, algo, "FINISHED")


def _child(account: UsdmAccount, algo: Algo) -> Order:
    child = Order(
        account.new_number(),
        algo.client_id,
        algo.symbol,
        algo.side,
        "LIMIT" if algo.kind in LIMITED else "MARKET",
        algo.quantity,
        algo.price,
        algo.tif,
        algo.is_reduce_only or algo.closes_all,
        algo.position_side,
        algo.kind,
        close_all=algo.closes_all,
        created_ms=algo.triggered_ms,
        updated_ms=algo.triggered_ms,
    )
    if algo.closes_all:
        child.quantity = account.reducible(child)
    return child
