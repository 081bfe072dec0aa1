"""What each venue of the suite is, and what it has not: why a sentence is not asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from tests.contract.loopback_doors import BINANCE_SPOT, EXCHANGES, OKX, USDM

Test = TypeVar("Test", bound=Callable[..., Any])


class Offer(StrEnum):
    SPOT = "spot markets"
    PERPETUAL = "perpetuals"
    LIQUIDATION = "its own closing told as an exit"
    ABSENCE = "absence known without its market"
    BOOK = "a book, on which a game is played"


BOOKS: Final = ("paper", "paper with latency", "an exchange's prices", "another process")
OURS: Final = (*BOOKS, "candle file", "recording")
VENUES: Final = (*OURS, *map(str, EXCHANGES))

_NOT_TOLD: Final = "it closes by an order of its own making, which reconciliation finds"
_BY_MARKET: Final = "it finds an order by its market, and proves absence after its window"
LACKS: Final[Mapping[str, Mapping[Offer, str]]] = {
    "candle file": {Offer.BOOK: "an order meets the next candle: the exit never goes beside it"},
    "recording": {
        Offer.SPOT: "the markets that are recorded are perpetuals",
        Offer.BOOK: "its book is what it was: no test moves it",
    },
    USDM.ccxt: {
        Offer.SPOT: "it lists perpetuals alone",
        Offer.LIQUIDATION: _NOT_TOLD,
        Offer.ABSENCE: _BY_MARKET,
    },
    OKX.ccxt: {
        Offer.SPOT: "an account of ours trades its perpetuals alone",
        Offer.LIQUIDATION: _NOT_TOLD,
        Offer.ABSENCE: _BY_MARKET,
    },
    BINANCE_SPOT.ccxt: {
        Offer.PERPETUAL: "it is a spot market",
        Offer.LIQUIDATION: "nothing is borrowed there",
        Offer.ABSENCE: _BY_MARKET,
    },
}


def needs(*offers: Offer) -> Callable[[Test], Test]:
    """The test is asked of venues that have all of these."""

    def marked(test: Test) -> Test:
        test.__dict__["needs"] = offers
        return test

    return marked


def asked_of(test: Callable[..., Any]) -> list[str]:
    wanted = getattr(test, "needs", ())
    return [each for each in VENUES if not set(wanted) & set(LACKS.get(each, {}))]
