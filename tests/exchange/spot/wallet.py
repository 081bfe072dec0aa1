"""Binance's wallet API: what a key may do, and moving money between spot and futures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route, text
from tests.exchange.loopback.books import Entry
from tests.exchange.loopback.refused import RefusedError

if TYPE_CHECKING:
    from tests.exchange.spot.venue import SpotVenue

WALLETS: Final = {"MAIN": "spot", "UMFUTURE": "usdm"}
OLD_WAYS: Final = {"1": "MAIN_UMFUTURE", "2": "UMFUTURE_MAIN"}


def rights(_venue: SpotVenue, ask: Ask) -> Any:
    key = ask.key
    return {
        "ipRestrict": True, "createTime": 1_700_000_000_000, "enableReading": key.can_read,
        "enableSpotAndMarginTrading": key.can_trade, "enableFutures": key.can_trade,
        "enableWithdrawals": key.can_withdraw, "enableInternalTransfer": key.can_transfer,
        "permitsUniversalTransfer": key.can_transfer, "enableMargin": False,
        "enableVanillaOptions": False, "enablePortfolioMarginTrading": False,
    }  # fmt: skip


def transfer(venue: SpotVenue, ask: Ask) -> Any:
    return _moved(venue, ask, ask.text("type"))


def futures_transfer(venue: SpotVenue, ask: Ask) -> Any:
    return _moved(venue, ask, OLD_WAYS[ask.text("type")])


def _moved(venue: SpotVenue, ask: Ask, way: str) -> Any:
    source, _, target = way.partition("_")
    if source not in WALLETS or target not in WALLETS:
        raise RefusedError(-9000, "User have no avaliable amount.")
    asset, amount = ask.text("asset"), ask.number("amount")
    if amount > venue.free(ask.key.account, WALLETS[source], asset):
        raise RefusedError(-5013, "Asset transfer failed: insufficient balance")
    books, account = venue.shared.books, ask.key.account
    gives, takes = (f"{WALLETS[each]}:{account}" for each in (source, target))
    number = len(books.entries) + 1
    books.post(Entry(number, ask.now_ms, "TRANSFER", takes, gives, asset, amount))
    books.show(takes, asset, amount)
    books.show(gives, asset, -amount)
    books.check()
    return {"tranId": number}


def transfers(venue: SpotVenue, ask: Ask) -> Any:
    """Newest first, as far as they went this way."""
    source, _, target = ask.text("type").partition("_")
    gives, takes = (f"{WALLETS.get(each)}:{ask.key.account}" for each in (source, target))
    since_ms = ask.whole("startTime", 0)
    rows = [
        {"asset": each.asset, "amount": text(each.amount), "type": ask.text("type"),
         "status": venue.transfer_status, "tranId": each.number, "timestamp": each.at_ms}
        for each in venue.shared.books.entries
        if (each.account, each.against) == (takes, gives) and each.at_ms >= since_ms
    ]  # fmt: skip
    return {"total": len(rows), "rows": rows[::-1]}


def networks(_venue: SpotVenue, _ask: Ask) -> Any:
    return [{"coin": each, "name": each, "free": "0", "networkList": [], "isLegalMoney": False,
             "trading": True, "depositAllEnable": True, "withdrawAllEnable": True}
            for each in ("USDT", "BTC", "ETH", "BNB")]  # fmt: skip


def nothing(_venue: SpotVenue, _ask: Ask) -> Any:
    return []


ROUTES: Final[Mapping[str, Route]] = {
    "GET /sapi/v1/account/apiRestrictions": Route(rights, "read"),
    "POST /sapi/v1/asset/transfer": Route(transfer, "transfer"),
    "GET /sapi/v1/asset/transfer": Route(transfers, "read"),
    "POST /sapi/v1/futures/transfer": Route(futures_transfer, "transfer"),
    "GET /sapi/v1/capital/config/getall": Route(networks, "read", 10),
    "GET /sapi/v1/margin/allPairs": Route(nothing, "read"),
    "GET /sapi/v1/margin/isolated/allPairs": Route(nothing, "read"),
}
