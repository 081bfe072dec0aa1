"""How an order, an algo order, a fill and a position are written in REST answers."""

from __future__ import annotations

from typing import Any

from tests.exchange.loopback.ask import text
from tests.exchange.loopback.matching import Order
from tests.exchange.usdm.account import UsdmAccount
from tests.exchange.usdm.algo import Algo
from tests.exchange.usdm.positions import Position


def order(order: Order) -> dict[str, Any]:
    return {
        "orderId": order.number, "symbol": order.symbol, "status": order.status,
        "clientOrderId": order.client_id, "price": text(order.price),
        "avgPrice": text(order.average), "origQty": text(order.quantity),
        "executedQty": text(order.filled), "cumQty": text(order.filled),
        "cumQuote": text(order.quote), "timeInForce": order.tif, "type": order.kind,
        "reduceOnly": order.is_reduce_only, "closePosition": order.close_all, "side": order.side,
        "positionSide": order.position_side, "stopPrice": "0", "workingType": "CONTRACT_PRICE",
        "priceProtect": False, "origType": order.origin or order.kind, "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER", "goodTillDate": 0,
        "time": order.created_ms, "updateTime": order.updated_ms or order.created_ms,
    }  # fmt: skip


def acknowledged(placed: Order) -> dict[str, Any]:
    """The answer to a new order. A resting kind that crosses is told as new, though its fill has
    gone to the stream already: only market orders and FOK wait for their result."""
    told = order(placed)
    del told["time"]
    if placed.kind == "LIMIT" and placed.tif in {"GTC", "GTX"}:
        told |= {"status": "NEW", "avgPrice": "0", "executedQty": "0", "cumQty": "0",
                 "cumQuote": "0", "updateTime": placed.created_ms}  # fmt: skip
    return told


def algo(algo: Algo) -> dict[str, Any]:
    return {
        "algoId": algo.number, "clientAlgoId": algo.client_id, "algoType": "CONDITIONAL",
        "orderType": algo.kind, "symbol": algo.symbol, "side": algo.side,
        "positionSide": algo.position_side, "timeInForce": algo.tif,
        "quantity": text(algo.quantity), "algoStatus": algo.status,
        "actualOrderId": str(algo.order_number or ""), "actualPrice": "0",
        "triggerPrice": text(algo.trigger), "price": text(algo.price), "icebergQuantity": None,
        "tpTriggerPrice": "0", "tpPrice": "0", "slTriggerPrice": "0", "slPrice": "0",
        "tpOrderType": "", "selfTradePreventionMode": "EXPIRE_MAKER",
        "workingType": algo.working, "priceMatch": "NONE", "closePosition": algo.closes_all,
        "priceProtect": False, "reduceOnly": algo.is_reduce_only,
        "activatePrice": text(algo.activate), "callbackRate": text(algo.callback),
        "createTime": algo.created_ms, "updateTime": algo.updated_ms,
        "triggerTime": algo.triggered_ms, "goodTillDate": 0,
    }  # fmt: skip


def fills(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "symbol": order.symbol, "id": each.number, "orderId": order.number,
            "side": order.side, "price": text(each.price), "qty": text(each.quantity),
            "realizedPnl": text(each.realized), "quoteQty": text(each.price * each.quantity),
            "commission": text(each.fee), "commissionAsset": each.fee_asset,
            "time": each.at_ms, "positionSide": order.position_side,
            "buyer": order.side == "BUY", "maker": each.is_maker,
        }
        for each in order.trades
    ]  # fmt: skip


def position(account: UsdmAccount, held: Position) -> dict[str, Any]:
    """As positionRisk v3 tells it: without a leverage."""
    mark = account.mark(held.symbol.name)
    margin = held.margin + account.profit(held) if held.is_isolated else held.margin
    initial = held.initial_margin(mark)
    return {
        "symbol": held.symbol.name, "positionSide": held.side, "positionAmt": text(held.units),
        "entryPrice": text(held.entry), "breakEvenPrice": text(held.entry),
        "markPrice": text(mark), "unRealizedProfit": text(account.profit(held)),
        "liquidationPrice": text(account.liquidation_price(held)),
        "isolatedMargin": text(margin), "notional": text(held.notional(mark)),
        "marginAsset": held.symbol.quote, "isolatedWallet": text(held.margin),
        "initialMargin": text(initial), "maintMargin": text(held.maintenance(mark)),
        "positionInitialMargin": text(initial), "openOrderInitialMargin": "0", "adl": 1,
        "bidNotional": "0", "askNotional": "0", "updateTime": held.updated_ms,
    }  # fmt: skip
