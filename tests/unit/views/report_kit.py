"""For tests of the report: records by hand, and the report on them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from lefi_tui.core.messages import Sizing
from lefi_tui.ports.records import AccountRecord, Booked, EquityRecord, FillRecord
from lefi_tui.views.chronicle import Chronicle
from lefi_tui.views.curves import SAMPLE_NS
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report import Known, report
from lefi_tui.views.report_view import ReportView

D = Decimal
BTC = "BTC/USDT"
PERP = "BTC/USDT:USDT"
CASH, TAKER = D(10_000), D("0.0005")
ACCOUNT = AccountRecord(
    "main", "USDT", CASH, "dry_run", "demo market", Sizing.AT_DECISION, TAKER, 1
)


def fill(n: int, minute: float, words: str) -> FillRecord:
    """Side, units, price, fee."""
    side, units, price, fee = words.split()
    told = (D(price), D(units), D(fee))
    at_ns = int(minute * SAMPLE_NS)
    return FillRecord(n, "main", f"o{n}", "ema", BTC, side, *told, "order", at_ns)


def sample(n: int, minute: float, equity: str, price: str | None) -> EquityRecord:
    prices = () if price is None else ((BTC, D(price)),)
    return EquityRecord(n, "main", int(minute * SAMPLE_NS), D(equity), D(equity), prices)


def known(booked: Sequence[Booked]) -> Known:
    chronicle = Chronicle()
    chronicle.hear(booked)
    return Known(chronicle, (ACCOUNT,), {"ema": "EMA cross"})


def told(*booked: Booked, since_ns: int = 0, bot: str = "", trades: int = 500) -> ReportView:
    return report(known(booked), ReportQuery(bot, since_ns, trades=trades), 10 * SAMPLE_NS)


# Ten bought at 100, four sold at 96, six at 110: each number below was done by hand.
DAY = (
    sample(1, 1, "10000", "100"),
    fill(2, 1.5, "buy 10 100 0.5"),
    sample(3, 2, "10019.5", "102"),
    sample(4, 3, "9949.5", "95"),
    fill(5, 3.5, "sell 4 96 0.2"),
    sample(6, 4, "10043.3", "110"),
    fill(7, 4.5, "sell 6 110 0.33"),
    sample(8, 5, "10042.97", "110"),
)
