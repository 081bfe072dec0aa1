"""OKX's REST beside orders: balance, positions, the account's settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route, text
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.okx.listings import CONTRACTS

if TYPE_CHECKING:
    from tests.exchange.okx.venue import OkxVenue

RIGHTS: Final = (("read_only", "can_read"), ("trade", "can_trade"), ("withdraw", "can_withdraw"))


def currencies(_venue: OkxVenue, _ask: Ask) -> Any:
    return []


def config(venue: OkxVenue, ask: Ask) -> Any:
    account = venue.accounts[ask.key.account]
    may = [name for name, field in RIGHTS if getattr(ask.key, field)]
    return [{"uid": "1", "acctLv": "2", "perm": ",".join(may), "ip": "127.0.0.1",
             "posMode": "long_short_mode" if account.is_hedged else "net_mode"}]  # fmt: skip


def balance(venue: OkxVenue, ask: Ask) -> Any:
    account = venue.accounts[ask.key.account]
    worth = account.balance() + sum((account.profit(each) for each in account.held()), Decimal(0))
    return [{"uTime": str(ask.now_ms), "totalEq": text(worth), "details": [
        {"ccy": "USDT", "eq": text(worth), "cashBal": text(account.balance()),
         "availEq": text(account.available), "availBal": text(account.available),
         "frozenBal": text(worth - account.available), "uTime": str(ask.now_ms)}]}]  # fmt: skip


def positions(venue: OkxVenue, ask: Ask) -> Any:
    account = venue.accounts[ask.key.account]
    wanted = ask.params.get("instId", "").split(",")
    rows = []
    for each in account.held():
        name, mark = each.symbol.name, account.mark(each.symbol.name)
        if wanted not in ([""], [name]) and name not in wanted:
            continue
        contract, price = CONTRACTS[name], account.liquidation_price(each)
        rows.append({
            "instId": name, "instType": "SWAP", "pos": text(each.units / contract),
            "posSide": {"BOTH": "net", "LONG": "long", "SHORT": "short"}[each.side],
            "avgPx": text(each.entry), "markPx": text(mark), "upl": text(account.profit(each)),
            "uplRatio": "0", "lever": str(each.leverage), "liqPx": text(price) if price else "",
            "mgnMode": "isolated" if each.is_isolated else "cross", "margin": text(each.margin),
            "imr": text(each.initial_margin(mark)), "mmr": text(each.maintenance(mark)),
            "notionalUsd": text(abs(each.notional(mark))), "posId": f"{name}{each.side}",
            "cTime": str(each.updated_ms), "uTime": str(each.updated_ms), "ccy": "USDT",
        })  # fmt: skip
    return rows


def set_leverage(venue: OkxVenue, ask: Ask) -> Any:
    account, asked = venue.accounts[ask.key.account], json.loads(ask.text("body"))
    symbol, leverage = venue.symbols[asked["instId"]], int(asked["lever"])
    if not 1 <= leverage <= symbol.leverage_max:
        raise RefusedError(-4028, "Leverage exceeds the maximum leverage.")
    account.leverages[symbol.name] = leverage
    for each in account.positions.values():
        if each.symbol is symbol:
            each.leverage = leverage
    return [asked]


def leverage_info(venue: OkxVenue, ask: Ask) -> Any:
    account, name = venue.accounts[ask.key.account], ask.text("instId")
    return [{"instId": name, "mgnMode": ask.params.get("mgnMode", "cross"), "posSide": "net",
             "lever": str(account.leverage(name))}]  # fmt: skip


def set_position_mode(venue: OkxVenue, ask: Ask) -> Any:
    account, asked = venue.accounts[ask.key.account], json.loads(ask.text("body"))
    if account.held() or account.matcher.open():
        raise RefusedError(59000, "Setting failed. Cancel any open orders, close any positions.")
    account.is_hedged = asked["posMode"] == "long_short_mode"
    return [asked]


ROUTES: Final[Mapping[str, Route]] = {
    "GET asset/currencies": Route(currencies, "read"),
    "GET account/config": Route(config, "read"),
    "GET account/balance": Route(balance, "read"),
    "GET account/positions": Route(positions, "read"),
    "GET account/leverage-info": Route(leverage_info, "read"),
    "POST account/set-leverage": Route(set_leverage, "trade"),
    "POST account/set-position-mode": Route(set_position_mode, "trade"),
}
