"""What the user-data stream says, as Binance spells it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.exchange.loopback.ask import text
from tests.exchange.loopback.matching import Order
from tests.exchange.usdm.algo import Algo
from tests.exchange.usdm.positions import Position

if TYPE_CHECKING:
    from tests.exchange.usdm.account import UsdmAccount

LIQUIDATES = ("autoclose-", "adl_autoclose")


def order(order: Order, what: str, now_ms: int) -> dict[str, Any]:
    trade = order.trades[-1] if what == "TRADE" else None
    is_forced = order.client_id.startswith(LIQUIDATES)
    body: dict[str, Any] = {
        "s": order.symbol, "c": order.client_id, "S": order.side,
        "o": "LIQUIDATION" if is_forced else order.kind, "f": order.tif,
        "q": text(order.quantity), "p": text(order.price), "ap": text(order.average), "sp": "0",
        "x": "CALCULATED" if is_forced and trade else what, "X": order.status,
        "i": order.number, "l": "0", "z": text(order.filled), "L": "0", "n": "0",
        "T": order.updated_ms or order.created_ms, "t": 0, "b": "0", "a": "0", "m": False,
        "R": order.is_reduce_only, "wt": "CONTRACT_PRICE", "ot": order.origin or order.kind,
        "ps": order.position_side, "cp": order.close_all, "rp": "0", "pP": False, "si": 0,
        "ss": 0, "V": "EXPIRE_MAKER", "pm": "NONE", "gtd": 0,
    }  # fmt: skip
    if trade is not None:
        body |= {"l": text(trade.quantity), "L": text(trade.price), "n": text(trade.fee),
                 "N": trade.fee_asset, "T": trade.at_ms, "t": trade.number, "m": trade.is_maker,
                 "rp": text(trade.realized)}  # fmt: skip
    return {"e": "ORDER_TRADE_UPDATE", "E": now_ms, "T": body["T"], "o": body}


def algo(algo: Algo, now_ms: int) -> dict[str, Any]:
    return {
        "e": "ALGO_UPDATE", "E": now_ms, "T": algo.updated_ms,
        "o": {
            "caid": algo.client_id, "aid": algo.number, "at": "CONDITIONAL", "o": algo.kind,
            "s": algo.symbol, "S": algo.side, "ps": algo.position_side, "f": algo.tif,
            "q": text(algo.quantity), "X": algo.status,
            "ai": str(algo.order_number or ""), "ap": "0", "aq": "0", "act": "0",
            "tp": text(algo.trigger), "p": text(algo.price), "V": "EXPIRE_MAKER",
            "wt": algo.working, "pm": "NONE", "cp": algo.closes_all, "pP": False,
            "R": algo.is_reduce_only, "tt": algo.triggered_ms, "gtd": 0, "rm": algo.reason,
        },
    }  # fmt: skip


def balances(
    account: UsdmAccount,
    reason: str,
    assets: tuple[str, ...],
    position: Position | None = None,
    change: Decimal = Decimal(0),
) -> dict[str, Any]:
    """The wallet as it is now, and the position that changed it."""
    now_ms = account.shared.agenda.now_ms()
    told = [
        {"a": asset, "wb": text(account.balance(asset)), "bc": text(change),
         "cw": text(account.cross_balance if asset == "USDT" else account.balance(asset))}
        for asset in dict.fromkeys(assets)
    ]  # fmt: skip
    positions = [] if position is None else [_position(account, position)]
    return {"e": "ACCOUNT_UPDATE", "E": now_ms, "T": now_ms,
            "a": {"m": reason, "B": told, "P": positions}}  # fmt: skip


def _position(account: UsdmAccount, position: Position) -> dict[str, Any]:
    return {
        "s": position.symbol.name, "pa": text(position.units), "ep": text(position.entry),
        "bep": text(position.entry), "cr": text(position.realized),
        "up": text(account.profit(position)),
        "mt": "isolated" if position.is_isolated else "cross", "iw": text(position.margin),
        "ps": position.side,
    }  # fmt: skip


def config(symbol: str, leverage: int, now_ms: int) -> dict[str, Any]:
    return {"e": "ACCOUNT_CONFIG_UPDATE", "E": now_ms, "T": now_ms,
            "ac": {"s": symbol, "l": leverage}}  # fmt: skip


def multi_asset(*, is_on: bool, now_ms: int) -> dict[str, Any]:
    return {"e": "ACCOUNT_CONFIG_UPDATE", "E": now_ms, "T": now_ms, "ai": {"j": is_on}}


def key_expired(listen_key: str, now_ms: int) -> dict[str, Any]:
    return {"e": "listenKeyExpired", "E": now_ms, "listenKey": listen_key}
