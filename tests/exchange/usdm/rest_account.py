"""REST: what an account holds, its settings, its income, and the key of its stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route, text
from tests.exchange.loopback.books import Entry
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.usdm import events, symbols, views
from tests.exchange.usdm.account import UsdmAccount

if TYPE_CHECKING:
    from tests.exchange.usdm.venue import UsdmVenue

DONE: Final = {"code": 200, "msg": "success"}


def positions(venue: UsdmVenue, ask: Ask) -> Any:
    """Those that are held or have orders; v3 leaves the others out."""
    account, symbol = venue.account(ask), ask.params.get("symbol", "")
    held = [each for each in account.held() if symbol in {"", each.symbol.name}]
    return [views.position(account, each) for each in held]


def account_of(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    held = account.held()
    profit = sum((account.profit(each) for each in held), start=account.balance() * 0)
    initial = sum(
        (each.initial_margin(account.mark(each.symbol.name)) for each in held), start=profit * 0
    )
    maintenance = sum(
        (each.maintenance(account.mark(each.symbol.name)) for each in held), start=profit * 0
    )
    wallet = account.balance()
    return {
        "totalInitialMargin": text(initial + account.order_margin),
        "totalMaintMargin": text(maintenance),
        "totalWalletBalance": text(wallet), "totalUnrealizedProfit": text(profit),
        "totalMarginBalance": text(wallet + profit),
        "totalPositionInitialMargin": text(initial),
        "totalOpenOrderInitialMargin": text(account.order_margin),
        "totalCrossWalletBalance": text(account.cross_balance),
        "totalCrossUnPnl": text(profit), "availableBalance": text(account.available),
        "maxWithdrawAmount": text(account.available),
        "assets": [_asset(account, each, ask.now_ms) for each in _assets(account)],
        "positions": [views.position(account, each) for each in held],
    }  # fmt: skip


def _assets(account: UsdmAccount) -> list[str]:
    return account.shared.books.assets(account.wallet)


def _asset(account: UsdmAccount, asset: str, now_ms: int) -> dict[str, Any]:
    wallet, is_margin = account.balance(asset), asset == "USDT"
    profit = sum((account.profit(each) for each in account.held()), start=wallet * 0)
    used = wallet - account.available + profit if is_margin else wallet * 0
    profit = profit if is_margin else wallet * 0
    free = account.available if is_margin else wallet
    return {
        "asset": asset, "walletBalance": text(wallet), "unrealizedProfit": text(profit),
        "marginBalance": text(wallet + profit), "maintMargin": "0",
        "initialMargin": text(used), "positionInitialMargin": text(used),
        "openOrderInitialMargin": "0", "maxWithdrawAmount": text(free),
        "crossWalletBalance": text(account.cross_balance if is_margin else wallet),
        "crossUnPnl": text(profit), "availableBalance": text(free), "updateTime": now_ms,
    }  # fmt: skip


def balances(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    told = [_asset(account, each, ask.now_ms) for each in _assets(account)]
    return [
        {"accountAlias": "SgsR", "asset": each["asset"], "balance": each["walletBalance"],
         "crossWalletBalance": each["crossWalletBalance"], "crossUnPnl": each["crossUnPnl"],
         "availableBalance": each["availableBalance"],
         "maxWithdrawAmount": each["maxWithdrawAmount"], "marginAvailable": True,
         "updateTime": ask.now_ms}
        for each in told
    ]  # fmt: skip


def income(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    symbol, kind = ask.params.get("symbol", ""), ask.params.get("incomeType", "")
    since, until = ask.whole("startTime", 0), ask.whole("endTime", 2**62)
    rows = [
        _income(each, account)
        for each in venue.books.of(account.wallet)
        if symbol in {"", each.symbol} and kind in {"", each.kind} and since <= each.at_ms <= until
    ]
    return rows[-ask.whole("limit", 100) :]


def _income(entry: Entry, account: UsdmAccount) -> dict[str, Any]:
    amount = entry.amount if entry.account == account.wallet else -entry.amount
    return {"symbol": entry.symbol, "incomeType": entry.kind, "income": text(amount),
            "asset": entry.asset, "info": entry.kind, "time": entry.at_ms,
            "tranId": entry.number, "tradeId": str(entry.trade or "")}  # fmt: skip


# ---- settings


def set_leverage(venue: UsdmVenue, ask: Ask) -> Any:
    account, symbol = venue.account(ask), symbols.symbol_of(venue.symbols, ask)
    leverage = int(ask.number("leverage"))
    if not 1 <= leverage <= symbol.leverage_max:
        raise RefusedError(-4028, f"Leverage {leverage} is not valid")
    account.leverages[symbol.name] = leverage
    for (name, _), position in account.positions.items():
        if name == symbol.name:
            position.leverage = leverage
    account.say(events.config(symbol.name, leverage, ask.now_ms))
    return {"symbol": symbol.name, "leverage": leverage, "maxNotionalValue": "1000000"}


def set_margin_type(venue: UsdmVenue, ask: Ask) -> Any:
    account, symbol = venue.account(ask), symbols.symbol_of(venue.symbols, ask)
    isolates = ask.text("marginType") == "ISOLATED"
    if isolates == (symbol.name in account.isolated):
        raise RefusedError(-4046, "No need to change margin type.")
    if account.matcher.open(symbol.name):
        raise RefusedError(-4047, "Margin type cannot be changed if there exists open orders.")
    if any(each.symbol is symbol for each in account.held()):
        raise RefusedError(-4048, "Margin type cannot be changed if there exists position.")
    (account.isolated.add if isolates else account.isolated.discard)(symbol.name)
    for (name, _), position in account.positions.items():
        if name == symbol.name:
            position.is_isolated = isolates
    return DONE


def set_position_side(venue: UsdmVenue, ask: Ask) -> Any:
    account, hedges = venue.account(ask), ask.is_true("dualSidePosition")
    if hedges == account.is_hedged:
        raise RefusedError(-4059, "No need to change position side.")
    if account.matcher.open():
        raise RefusedError(-4067, "Position side cannot be changed if there exists open orders.")
    if account.held():
        raise RefusedError(-4068, "Position side cannot be changed if there exists position.")
    account.is_hedged = hedges
    return DONE


def position_side(venue: UsdmVenue, ask: Ask) -> Any:
    return {"dualSidePosition": venue.account(ask).is_hedged}


def multi_assets(venue: UsdmVenue, ask: Ask) -> Any:
    return {"multiAssetsMargin": venue.account(ask).is_multi_asset}


def set_multi_assets(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    account.is_multi_asset = ask.is_true("multiAssetsMargin")
    account.say(events.multi_asset(is_on=account.is_multi_asset, now_ms=ask.now_ms))
    return DONE


def fee_burn(venue: UsdmVenue, ask: Ask) -> Any:
    return {"feeBurn": venue.account(ask).pays_bnb}


def set_fee_burn(venue: UsdmVenue, ask: Ask) -> Any:
    venue.account(ask).pays_bnb = ask.is_true("feeBurn")
    return DONE


def symbol_config(venue: UsdmVenue, ask: Ask) -> Any:
    account, wanted = venue.account(ask), ask.params.get("symbol", "")
    return [
        {"symbol": name, "leverage": account.leverage(name), "isAutoAddMargin": "false",
         "marginType": "ISOLATED" if name in account.isolated else "CROSSED",
         "maxNotionalValue": "1000000"}
        for name in venue.symbols
        if wanted in {"", name}
    ]  # fmt: skip


def account_config(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    return {"feeTier": 0, "canTrade": ask.key.can_trade, "canDeposit": True,
            "canWithdraw": ask.key.can_withdraw, "dualSidePosition": account.is_hedged,
            "updateTime": 0, "multiAssetsMargin": account.is_multi_asset,
            "tradeGroupId": -1}  # fmt: skip


def brackets(venue: UsdmVenue, ask: Ask) -> Any:
    wanted = ask.params.get("symbol", "")
    return [
        {"symbol": each.name, "brackets": [
            {"bracket": 1, "initialLeverage": each.leverage_max, "notionalCap": 50_000_000,
             "notionalFloor": 0, "maintMarginRatio": float(each.maintenance), "cum": 0.0}]}
        for each in venue.symbols.values()
        if wanted in {"", each.name}
    ]  # fmt: skip


def commission(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    return {"symbol": ask.text("symbol"), "makerCommissionRate": text(account.maker),
            "takerCommissionRate": text(account.taker)}  # fmt: skip


def change_margin(venue: UsdmVenue, ask: Ask) -> Any:
    """Moves money between the account's wallet and an isolated position's own."""
    account = venue.account(ask)
    side = ask.params.get("positionSide") or "BOTH"
    position = account.position(symbols.symbol_of(venue.symbols, ask).name, side)
    if not position.is_isolated or not position.units:
        raise RefusedError(-4046, "Cannot add position margin: position is not isolated.")
    amount = ask.number("amount") * (1 if ask.text("type") == "1" else -1)
    if amount > account.available or position.margin + amount < 0:
        raise RefusedError(-4051, "Isolated balance insufficient.")
    position.margin += amount
    account.say(events.balances(account, "MARGIN_TRANSFER", ("USDT",), position))
    return {"amount": text(amount), "code": 200, "msg": "Successfully modify position margin.",
            "type": int(ask.text("type"))}  # fmt: skip


# ---- the key of the user stream


def new_listen_key(venue: UsdmVenue, ask: Ask) -> Any:
    """One for each account: asked again, it is the same and lives longer."""
    return {"listenKey": venue.listen_keys.open(ask.key.account, ask.now_ms)}


def keep_listen_key(venue: UsdmVenue, ask: Ask) -> Any:
    kept = venue.listen_keys.keep(ask.key.account, ask.now_ms)
    if kept is None:
        raise RefusedError(-1125, "This listenKey does not exist.")
    return {"listenKey": kept}


def end_listen_key(venue: UsdmVenue, ask: Ask) -> Any:
    venue.listen_keys.end(ask.key.account)
    return {}


ROUTES: Final[Mapping[str, Route]] = {
    "GET /fapi/v2/positionRisk": Route(positions, "read", 5),
    "GET /fapi/v3/positionRisk": Route(positions, "read", 5),
    "GET /fapi/v2/account": Route(account_of, "read", 5),
    "GET /fapi/v3/account": Route(account_of, "read", 5),
    "GET /fapi/v2/balance": Route(balances, "read", 5),
    "GET /fapi/v3/balance": Route(balances, "read", 5),
    "GET /fapi/v1/income": Route(income, "read", 30),
    "POST /fapi/v1/leverage": Route(set_leverage, "trade"),
    "POST /fapi/v1/marginType": Route(set_margin_type, "trade"),
    "GET /fapi/v1/positionSide/dual": Route(position_side, "read", 30),
    "POST /fapi/v1/positionSide/dual": Route(set_position_side, "trade"),
    "GET /fapi/v1/multiAssetsMargin": Route(multi_assets, "read", 30),
    "POST /fapi/v1/multiAssetsMargin": Route(set_multi_assets, "trade"),
    "GET /fapi/v1/feeBurn": Route(fee_burn, "read", 30),
    "POST /fapi/v1/feeBurn": Route(set_fee_burn, "trade"),
    "GET /fapi/v1/symbolConfig": Route(symbol_config, "read", 5),
    "GET /fapi/v1/accountConfig": Route(account_config, "read", 5),
    "GET /fapi/v1/leverageBracket": Route(brackets, "read"),
    "GET /fapi/v1/commissionRate": Route(commission, "read", 20),
    "POST /fapi/v1/positionMargin": Route(change_margin, "trade"),
    "POST /fapi/v1/listenKey": Route(new_listen_key, "key"),
    "PUT /fapi/v1/listenKey": Route(keep_listen_key, "key"),
    "DELETE /fapi/v1/listenKey": Route(end_listen_key, "key"),
}
