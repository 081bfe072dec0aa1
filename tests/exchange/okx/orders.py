"""OKX's REST for orders: one or many, attached exits, algo orders, fills, the dead-man's timer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route, text
from tests.exchange.loopback.matching import Order
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.okx.door import CODES
from tests.exchange.okx.listings import CONTRACTS
from tests.exchange.usdm import algos, trading
from tests.exchange.usdm.account import UsdmAccount

if TYPE_CHECKING:
    from tests.exchange.okx.venue import OkxVenue, Pair

CLIENT_ID: Final = re.compile(r"[A-Za-z0-9]{1,32}")
TIFS: Final = {"limit": "GTC", "post_only": "GTX", "ioc": "IOC", "fok": "FOK"}
ROWS_MOST: Final = 100  # of one answer
STATES: Final = {"NEW": "live", "PARTIALLY_FILLED": "partially_filled", "FILLED": "filled",
                 "CANCELED": "canceled", "EXPIRED": "canceled"}  # fmt: skip
SIDES: Final = {"net": "BOTH", "long": "LONG", "short": "SHORT", "": "BOTH"}


def place(venue: OkxVenue, ask: Ask) -> Any:
    """One or a list of them: each stands for itself."""
    wanted = json.loads(ask.text("body"))
    first, *others = wanted if isinstance(wanted, list) else [wanted]
    return [_each(venue, ask, first), *(_other(venue, ask, each) for each in others)]


def _other(venue: OkxVenue, ask: Ask, wanted: Mapping[str, Any]) -> dict[str, Any]:
    params = {name: str(value) for name, value in wanted.items()}
    refused = venue.refusal_within(ask, params)
    return _each(venue, ask, wanted) if refused is None else _failed(params["clOrdId"], refused)


def _each(venue: OkxVenue, ask: Ask, wanted: Mapping[str, Any]) -> dict[str, Any]:
    client_id = str(wanted.get("clOrdId", ""))
    try:
        order = _placed(venue, ask, wanted)
    except RefusedError as refused:
        return _failed(client_id, refused)
    return {"ordId": str(order.number), "clOrdId": order.client_id, "sCode": "0", "sMsg": "",
            "tag": "", "ts": str(order.created_ms)}  # fmt: skip


def _failed(client_id: str, refused: RefusedError) -> dict[str, Any]:
    code = str(CODES.get(refused.code, 51000))
    return {"ordId": "", "clOrdId": client_id, "sCode": code, "sMsg": refused.text, "tag": ""}


def _placed(venue: OkxVenue, ask: Ask, wanted: Mapping[str, Any]) -> Order:
    account, kind = venue.accounts[ask.key.account], str(wanted["ordType"])
    account.margin(str(wanted["instId"]), is_isolated=wanted.get("tdMode") == "isolated")
    contract = _contract(str(wanted["instId"]))
    params = {
        "symbol": str(wanted["instId"]),
        "side": str(wanted["side"]).upper(),
        "type": "MARKET" if kind == "market" else "LIMIT",
        "timeInForce": TIFS.get(kind, "IOC"),
        "quantity": str(Decimal(str(wanted["sz"])) * contract),
        "newClientOrderId": str(wanted.get("clOrdId", "")),
        "reduceOnly": str(wanted.get("reduceOnly", "")).lower(),
        "positionSide": SIDES[str(wanted.get("posSide", ""))],
        "price": str(wanted.get("px", "")),
    }
    if account.is_hedged or not params["reduceOnly"]:
        del params["reduceOnly"]
    made = trading.draft(account, replace(ask, params=params))
    if not CLIENT_ID.fullmatch(made.client_id):
        raise RefusedError(-4015, "Parameter clOrdId error")
    if made.client_id in account.matcher.by_client_id and params["newClientOrderId"]:
        raise RefusedError(-4116, "Client order ID already exists.")
    if wanted.get("attachAlgoOrds"):
        venue.attached[made.number] = wanted["attachAlgoOrds"][0]
    try:
        return trading.place(account, made)
    except RefusedError as refused:
        venue.attached.pop(made.number, None)
        if refused.code not in {-5021, -5022}:
            raise
    # OKX takes such an order in and cancels it.
    made.status = "CANCELED"
    account.matcher.orders[made.number] = made
    account.matcher.by_client_id[made.client_id].append(made)
    return made


def cancel(venue: OkxVenue, ask: Ask) -> Any:
    wanted = json.loads(ask.text("body"))
    account, told = venue.accounts[ask.key.account], []
    for each in wanted if isinstance(wanted, list) else [wanted]:
        order = _found(account, each)
        is_open = order is not None and order.is_open
        if order is not None and is_open:
            account.matcher.end(order, "CANCELED")
        told.append(_ended(each, is_open=is_open))
    return told


def _ended(asked: Mapping[str, Any], *, is_open: bool) -> dict[str, Any]:
    text_of = "" if is_open else "Order cancellation failed as it does not exist or has ended."
    return {"ordId": str(asked.get("ordId", "")), "clOrdId": str(asked.get("clOrdId", "")),
            "sCode": "0" if is_open else "51400", "sMsg": text_of}  # fmt: skip


def cancel_algos(venue: OkxVenue, ask: Ask) -> Any:
    account, told = venue.accounts[ask.key.account], []
    for each in json.loads(ask.text("body")):
        pair = _pair(venue, ask, each)
        is_open = pair is not None and pair.is_open
        if pair is not None and is_open:
            for one in pair.ends:
                algos.end(account, one, "CANCELED")
        told.append({"algoId": str(each.get("algoId", "")), "sCode": "0" if is_open else "51400",
                     "sMsg": "" if is_open else "It does not exist."})  # fmt: skip
    return told


def place_algo(venue: OkxVenue, ask: Ask) -> Any:
    """Stop, target or both for what is held already."""
    asked = json.loads(ask.text("body"))
    account = venue.accounts[ask.key.account]
    _check_algo(venue, account, asked)
    units = Decimal(str(asked.get("sz", 0))) * _contract(asked["instId"])
    closes = "SELL" if asked["side"] == "buy" else "BUY"
    held = Order(account.new_number(), str(asked.get("algoClOrdId", "")), asked["instId"], closes,
                 "MARKET", units, position_side=SIDES[asked.get("posSide", "")])  # fmt: skip
    pair = venue.wait(account, held, units, asked)
    return [{"algoId": str(pair.number), "algoClOrdId": pair.client_id, "sCode": "0", "sMsg": ""}]


def _check_algo(venue: OkxVenue, account: UsdmAccount, asked: Mapping[str, Any]) -> None:
    """Ids are good once; one order may close all of a position; none that would fire at once."""
    name, client_id = str(asked["instId"]), str(asked.get("algoClOrdId", ""))
    pairs = venue.pairs[account.name]
    if client_id and not CLIENT_ID.fullmatch(client_id):
        raise RefusedError(-4015, "Parameter algoClOrdId error")
    if client_id and any(each.client_id == client_id for each in pairs):
        raise RefusedError(-4116, "Client order ID already exists.")
    if not account.position(name).units:
        raise RefusedError(-2022, "Order failed because you don't have any positions to reduce.")
    if asked.get("closeFraction"):
        whole = (each for each in pairs if each.is_open and each.closes_all)
        if asked.get("sz") or any(each.ends[0].symbol == name for each in whole):
            raise RefusedError(-4015, "One order alone may close the whole position.")
    bid, sells = venue.markets[name].bid, asked["side"] == "sell"
    stop, target = (asked.get(f"{each}TriggerPx") for each in ("sl", "tp"))
    if stop and (Decimal(stop) >= bid if sells else Decimal(stop) <= bid):
        raise RefusedError(-2021, "SL trigger price can not be higher than the last price")
    if target and (Decimal(target) <= bid if sells else Decimal(target) >= bid):
        raise RefusedError(-2021, "TP trigger price can not be lower than the last price")


def amend_algo(venue: OkxVenue, ask: Ask) -> Any:
    asked = json.loads(ask.text("body"))
    pair = _pair(venue, ask, asked)
    if pair is None or not pair.is_open:
        raise RefusedError(-2013, "Order does not exist")
    for each in pair.ends:
        each.quantity = Decimal(str(asked["newSz"])) * _contract(each.symbol)
    return [{"algoId": str(pair.number), "algoClOrdId": pair.client_id, "sCode": "0", "sMsg": ""}]


def algo(venue: OkxVenue, ask: Ask) -> Any:
    pair = _pair(venue, ask, ask.params)
    if pair is None:
        raise RefusedError(-2013, "Order does not exist")
    return [_algo(pair)]


def _pair(venue: OkxVenue, ask: Ask, asked: Mapping[str, Any]) -> Pair | None:
    return next((one for one in venue.pairs[ask.key.account] if _is_of(one, asked)), None)


def order(venue: OkxVenue, ask: Ask) -> Any:
    found = _found(venue.accounts[ask.key.account], ask.params)
    if found is None:
        raise RefusedError(-2013, "Order does not exist")
    return [told(venue, found)]


def pending(venue: OkxVenue, ask: Ask) -> Any:
    account = venue.accounts[ask.key.account]
    return [told(venue, each) for each in account.matcher.open(ask.params.get("instId", ""))]


def history(venue: OkxVenue, ask: Ask) -> Any:
    all_of = venue.accounts[ask.key.account].matcher.orders.values()
    wanted, state = ask.params.get("instId", ""), ask.params.get("state", "")
    ended = [
        each
        for each in all_of
        if not each.is_open
        and wanted in {"", each.symbol}
        and state in {"", STATES[each.status]}
        and each.created_ms >= ask.whole("begin", 0)
    ]
    return [told(venue, each) for each in _page(ask, list(reversed(ended)))]


def _page(ask: Ask, rows: list[Any]) -> list[Any]:
    """The newest of them, which come first."""
    most = ask.whole("limit", ROWS_MOST)
    if most > ROWS_MOST:
        raise RefusedError(-4015, "Parameter limit error")
    return rows[:most]


def pending_algos(venue: OkxVenue, ask: Ask) -> Any:
    kind, wanted = ask.params.get("ordType", ""), ask.params.get("instId", "")
    rows = [_algo(each) for each in venue.pairs[ask.key.account] if each.is_open]
    return [
        each
        for each in rows
        if each["ordType"] in kind.split(",") and wanted in {"", each["instId"]}
    ]


def _algo(pair: Pair) -> dict[str, Any]:
    one = pair.ends[0]
    prices = {each.kind: text(each.trigger) for each in pair.ends}
    stop, target = prices.get("STOP_MARKET", ""), prices.get("TAKE_PROFIT_MARKET", "")
    return {
        "algoId": str(pair.number), "algoClOrdId": pair.client_id, "instId": one.symbol,
        "instType": "SWAP", "ordType": "oco" if len(pair.ends) > 1 else "conditional",
        "side": one.side.lower(), "sz": text(one.quantity / _contract(one.symbol)),
        "state": pair.state, "closeFraction": "1" if pair.closes_all else "",
        "ordIdList": pair.children, "slTriggerPx": stop, "slOrdPx": "-1" if stop else "",
        "tpTriggerPx": target, "tpOrdPx": "-1" if target else "", "reduceOnly": "true",
        "posSide": _side(one.position_side), "cTime": str(one.created_ms), "tdMode": "cross",
    }  # fmt: skip


def fills(venue: OkxVenue, ask: Ask) -> Any:
    wanted, order_id = ask.params.get("instId", ""), ask.whole("ordId", 0)
    rows = [
        {"instId": each.symbol, "instType": "SWAP", "tradeId": str(trade.number),
         "ordId": str(each.number), "clOrdId": each.client_id, "billId": str(trade.number),
         "fillPx": text(trade.price), "side": each.side.lower(), "feeCcy": trade.fee_asset,
         "fillSz": text(trade.quantity / _contract(each.symbol)), "fee": text(-trade.fee),
         "execType": "M" if trade.is_maker else "T", "posSide": _side(each.position_side),
         "ts": str(trade.at_ms), "fillTime": str(trade.at_ms)}
        for each in venue.accounts[ask.key.account].matcher.orders.values()
        if wanted in {"", each.symbol} and order_id in {0, each.number}
        for trade in each.trades
        if trade.at_ms >= ask.whole("begin", 0) and trade.number < ask.whole("after", 2**62)
    ]  # fmt: skip
    return _page(ask, sorted(rows, key=lambda row: -int(row["tradeId"])))


def count_down(venue: OkxVenue, ask: Ask) -> Any:
    """Seconds; 0 takes it away."""
    wait_ms, name = int(json.loads(ask.text("body"))["timeOut"]) * 1_000, ask.key.account
    venue.dead_men.pop(name, None)
    if wait_ms:
        due_ms = venue.dead_men[name] = ask.now_ms + wait_ms
        venue.agenda.after(wait_ms, lambda: venue.dead_man(name, due_ms))
    return [{"triggerTime": str(ask.now_ms + wait_ms if wait_ms else 0), "ts": str(ask.now_ms)}]


def told(venue: OkxVenue, order: Order) -> dict[str, Any]:
    contract = _contract(order.symbol)
    fee = sum((each.fee for each in order.trades), Decimal(0))
    kinds = {tif: kind for kind, tif in TIFS.items()}
    attached, category = venue.attached.get(order.number), _category(order)
    return {
        "instId": order.symbol, "instType": "SWAP", "ordId": str(order.number),
        "clOrdId": order.client_id if category == "normal" else "",
        "px": text(order.price), "sz": text(order.quantity / contract),
        "ordType": "market" if order.kind == "MARKET" else kinds[order.tif],
        "side": order.side.lower(), "posSide": _side(order.position_side), "tdMode": "cross",
        "accFillSz": text(order.filled / contract),
        "avgPx": text(order.average) if order.trades else "", "state": STATES[order.status],
        "fee": text(-fee), "feeCcy": "USDT", "reduceOnly": str(order.is_reduce_only).lower(),
        "attachAlgoOrds": [] if attached is None else [dict(attached)], "lever": "20",
        "category": category, "cTime": str(order.created_ms),
        "uTime": str(order.updated_ms or order.created_ms),
    }  # fmt: skip


def _category(order: Order) -> str:
    """What the exchange did itself has no client id."""
    forced = {"autoclose-": "full_liquidation", "adl_autoclose": "adl"}
    found = (kind for name, kind in forced.items() if order.client_id.startswith(name))
    return next(found, "normal")


def _contract(name: str) -> Decimal:
    return CONTRACTS[name]


def _side(position_side: str) -> str:
    return next(name for name, side in SIDES.items() if side == position_side)


def _found(account: UsdmAccount, asked: Mapping[str, Any]) -> Order | None:
    if asked.get("ordId"):
        return account.matcher.orders.get(int(asked["ordId"]))
    same = account.matcher.by_client_id[str(asked.get("clOrdId", ""))]
    return same[-1] if same else None


def _is_of(pair: Pair, asked: Mapping[str, Any]) -> bool:
    named = asked.get("algoClOrdId")
    return pair.client_id == named if named else str(pair.number) == str(asked.get("algoId"))


ROUTES: Final[Mapping[str, Route]] = {
    "POST trade/order": Route(place, "trade", is_order=True),
    "POST trade/batch-orders": Route(place, "trade", is_order=True),
    "POST trade/order-algo": Route(place_algo, "trade", is_order=True),
    "POST trade/amend-algos": Route(amend_algo, "trade"),
    "POST trade/cancel-order": Route(cancel, "trade"),
    "POST trade/cancel-batch-orders": Route(cancel, "trade"),
    "POST trade/cancel-algos": Route(cancel_algos, "trade"),
    "POST trade/cancel-all-after": Route(count_down, "trade"),
    "GET trade/order": Route(order, "read"),
    "GET trade/order-algo": Route(algo, "read"),
    "GET trade/orders-pending": Route(pending, "read"),
    "GET trade/orders-history": Route(history, "read"),
    "GET trade/orders-algo-pending": Route(pending_algos, "read"),
    "GET trade/fills": Route(fills, "read"),
    "GET trade/fills-history": Route(fills, "read"),
}
