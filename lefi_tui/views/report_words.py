"""A report in words: its facts in one table, for the screen, the page and plain text alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.report_view import ReportView

BEGINNING: Final = "the beginning"
HOLD: Final = "buy and hold"


class Fact(Record):
    """One number with its name. `tone` is above 0 for a gain, below for a loss, else 0."""

    name: str
    text: str
    tone: int = 0


def facts(view: ReportView) -> tuple[Fact, ...]:
    """The most asked for first; a narrow screen shows as many as fit."""
    totals, ratios = view.totals, view.ratios
    return (
        _share("yield", ratios.yield_share),
        _money("profit", totals.pnl),
        _hold(view),
        Fact("max drawdown", numbers.percent(ratios.fall_max)),
        _money("realized", totals.realized),
        _money("unrealized net", totals.unrealized),
        Fact("fees", numbers.price(totals.fees, 2)),
        Fact("trades", f"{totals.trades:,}"),
        Fact("win rate", numbers.percent(ratios.win_rate)),
        Fact("profit factor", numbers.price(ratios.profit_factor, 2)),
        Fact("Sharpe", numbers.price(ratios.sharpe, 2)),
        Fact("exposure", numbers.exposure(ratios.exposure, totals.trades, ratios.candles)),
        Fact("Sortino", numbers.price(ratios.sortino, 2)),
        _share("CAGR", ratios.yearly),
        Fact("funding", numbers.price(totals.funding, 2)),
        Fact("equity", numbers.price(totals.equity, 2)),
    )


def _share(name: str, value: float | None) -> Fact:
    sign = "+" if value is not None and value > 0 else ""
    return Fact(name, f"{sign}{numbers.percent(value)}", _tone(value))


def _money(name: str, value: Decimal | None) -> Fact:
    return Fact(name, numbers.signed(value, 2), _tone(value))


def _hold(view: ReportView) -> Fact:
    """What is compared with: the same money in the symbol that was traded most."""
    value = view.holds[0].yield_share if view.holds else None
    return _share(HOLD, value)


def _tone(value: Decimal | float | None) -> int:
    return 0 if value is None else (value > 0) - (value < 0)


def period(view: ReportView) -> str:
    """What the report covers, in words."""
    since = numbers.moment(view.since_ns) if view.since_ns else BEGINNING
    return f"since {since}, sampled to {numbers.moment(view.to_ns)} UTC"


def subject(view: ReportView) -> str:
    """Whose report it is."""
    if not view.bot:
        return f"all of {view.account}"
    return f"{name_of(view.bot, view.title)} on {view.account}"


def name_of(bot: str, title: str) -> str:
    return title or bot or "all"


def price_of(value: Decimal | None) -> str:
    """A price of any market: six digits in all."""
    near = 0.0 if value is None else float(value)
    return numbers.price(value, numbers.places_of(None, near))
