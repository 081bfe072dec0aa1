"""The perpetuals that are listed, their filters, and what an order must keep of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tests.exchange.loopback.ask import Ask, text
from tests.exchange.loopback.refused import RefusedError

CLIENT_ID: Final = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
PLAIN: Final = ("LIMIT", "MARKET")
CONDITIONAL: Final = (
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
)
TIFS: Final = ("GTC", "IOC", "FOK", "GTX")


@dataclass
class Symbol:
    """A test may change any of it while the exchange runs."""

    name: str
    base: str
    tick: Decimal
    step: Decimal
    price: Decimal
    minimum_quantity: Decimal = Decimal("0.001")
    maximum_quantity: Decimal = Decimal(1_000)
    minimum_notional: Decimal = Decimal(100)
    leverage_max: int = 125
    maintenance: Decimal = Decimal("0.004")
    algos_most: int = 200
    status: str = "TRADING"
    order_types: tuple[str, ...] = (*PLAIN, *CONDITIONAL)
    quote: str = "USDT"


def listed() -> dict[str, Symbol]:
    small = Decimal("0.00001")
    made = (
        Symbol("BTCUSDT", "BTC", Decimal("0.1"), Decimal("0.001"), Decimal(60_000)),
        Symbol("ETHUSDT", "ETH", Decimal("0.01"), Decimal("0.001"), Decimal(3_000),
               minimum_notional=Decimal(20)),
        Symbol("DOGEUSDT", "DOGE", small, Decimal(1), Decimal("0.1"), Decimal(1),
               Decimal(50_000_000), Decimal(5), leverage_max=75, maintenance=Decimal("0.0065")),
    )  # fmt: skip
    return {each.name: each for each in made}


def info(symbol: Symbol, listed_ms: int) -> dict[str, Any]:
    """A market of exchangeInfo."""
    price_places, units_places = _places(symbol.tick), _places(symbol.step)
    lot = {"minQty": text(symbol.minimum_quantity), "maxQty": text(symbol.maximum_quantity),
           "stepSize": text(symbol.step)}  # fmt: skip
    return {
        "symbol": symbol.name, "pair": symbol.name, "contractType": "PERPETUAL",
        "deliveryDate": 4_133_404_800_000, "onboardDate": listed_ms, "status": symbol.status,
        "maintMarginPercent": "2.5000", "requiredMarginPercent": "5.0000",
        "baseAsset": symbol.base, "quoteAsset": symbol.quote, "marginAsset": symbol.quote,
        "pricePrecision": price_places, "quantityPrecision": units_places,
        "baseAssetPrecision": 8, "quotePrecision": 8, "underlyingType": "COIN",
        "underlyingSubType": ["PoW"], "triggerProtect": "0.0500", "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": text(symbol.tick), "maxPrice": "1000000",
             "tickSize": text(symbol.tick)},
            {"filterType": "LOT_SIZE", **lot},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": symbol.algos_most},
            {"filterType": "MIN_NOTIONAL", "notional": text(symbol.minimum_notional)},
            {"filterType": "PERCENT_PRICE", "multiplierUp": "1.0500",
             "multiplierDown": "0.9500", "multiplierDecimal": "4"},
        ],
        "orderTypes": list(symbol.order_types), "timeInForce": [*TIFS, "GTD"],
    }  # fmt: skip


def symbol_of(symbols: Mapping[str, Symbol], ask: Ask) -> Symbol:
    """It must be traded now."""
    symbol = symbols.get(ask.text("symbol"))
    if symbol is None:
        raise RefusedError(-1121, "Invalid symbol.")
    return symbol


def traded_symbol(symbols: Mapping[str, Symbol], ask: Ask) -> Symbol:
    symbol = symbol_of(symbols, ask)
    if symbol.status != "TRADING":
        raise RefusedError(-4140, "Invalid symbol status for opening position.")
    return symbol


def checked_price(symbol: Symbol, price: Decimal) -> Decimal:
    if price <= 0:
        raise RefusedError(-4003, "Price less than or equal to zero.")
    if _places(price) > _places(symbol.tick):
        told = "Precision is over the maximum defined for this asset."
        raise RefusedError(-1111, told)
    if price % symbol.tick:
        raise RefusedError(-4014, "Price not increased by tick size.")
    return price


def checked_quantity(symbol: Symbol, quantity: Decimal) -> Decimal:
    if quantity <= 0:
        raise RefusedError(-4003, "Quantity less than or equal to zero.")
    if _places(quantity) > _places(symbol.step):
        told = "Precision is over the maximum defined for this asset."
        raise RefusedError(-1111, told)
    if quantity < symbol.minimum_quantity:
        raise RefusedError(-4004, "Quantity less than min quantity.")
    if quantity > symbol.maximum_quantity:
        raise RefusedError(-4005, "Quantity greater than max quantity.")
    if quantity % symbol.step:
        raise RefusedError(-4023, "Quantity not increased by step size.")
    return quantity


def check_notional(symbol: Symbol, notional: Decimal) -> None:
    if notional < symbol.minimum_notional:
        told = (
            f"Order's notional must be no smaller than {text(symbol.minimum_notional)}"
            " (unless you choose reduce only)."
        )
        raise RefusedError(-4164, told)


def checked_client_id(given: str, number: int) -> str:
    """What the venue makes up is its own business."""
    if not given:
        return f"venue{number}"
    if not CLIENT_ID.fullmatch(given):
        told = "Client order id is not valid."
        raise RefusedError(-4015, told)
    return given


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -int(exponent))
