"""A report as data, for `lefi report --json`: times in ms, shares as fractions, unknown is null.

The names are those of `lefi backtest --json`, so that both can be read by one program.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.report_view import OpenRow, Point, Ratios, ReportView, Subject, Totals, TradeRow


def data(view: ReportView) -> dict[str, Any]:
    return {
        "mode": view.mode,
        "venue": view.venue,
        "account": view.account,
        "bot": view.bot,
        "title": view.title,
        "currency": view.currency,
        "since": view.since_ns // NS_PER_MS,
        "from": view.from_ns // NS_PER_MS,
        "to": view.to_ns // NS_PER_MS,
        **_money(view.totals),
        **_ratios(view.ratios),
        "buy_and_hold": view.holds[0].yield_share if view.holds else None,
        "holds": {each.symbol: each.yield_share for each in view.holds},
        "side_by_side": [_subject(each) for each in view.subjects],
        "trades_total": view.totals.trades,
        "trades": [_trade(each) for each in reversed(view.trades)],
        "open": [_open(each) for each in view.open],
        "equity": [_point(each) for each in view.points],
        "unknown": list(view.unknown),
    }


def _money(totals: Totals) -> dict[str, Any]:
    return {
        "start_equity": _number(totals.start),
        "final_equity": _number(totals.equity),
        "profit": _number(totals.pnl),
        "realized": _number(totals.realized),
        "unrealized": _number(totals.unrealized),
        "fees": _number(totals.fees),
        "funding": _number(totals.funding),
    }


def _ratios(ratios: Ratios) -> dict[str, Any]:
    return {
        "return": ratios.yield_share,
        "cagr": ratios.yearly,
        "max_drawdown": ratios.fall_max,
        "sharpe": ratios.sharpe,
        "sortino": ratios.sortino,
        "win_rate": ratios.win_rate,
        "profit_factor": ratios.profit_factor,
        "exposure": ratios.exposure,
    }


def _subject(row: Subject) -> dict[str, Any]:
    return {
        "account": row.account,
        "bot": row.bot,
        "title": row.title,
        "profit": _number(row.pnl),
        "return": row.yield_share,
        "fees": _number(row.fees),
        "trades": row.trades,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _trade(row: TradeRow) -> dict[str, Any]:
    return {
        "owner": row.owner,
        "symbol": row.symbol,
        "side": row.side,
        "units": float(row.units),
        "entry_time": row.entry_ns // NS_PER_MS,
        "entry_price": float(row.entry_price),
        "exit_time": row.exit_ns // NS_PER_MS,
        "exit_price": float(row.exit_price),
        "fees": float(row.fees),
        "pnl": float(row.pnl),
        "reason": row.reason,
    }


def _open(row: OpenRow) -> dict[str, Any]:
    return {
        "owner": row.owner,
        "symbol": row.symbol,
        "side": row.side,
        "units": float(row.units),
        "entry_time": row.entry_ns // NS_PER_MS,
        "entry_price": float(row.entry_price),
        "price": _number(row.price),
        "fees": float(row.fees),
        "pnl": _number(row.pnl),
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "time": point.at_ns // NS_PER_MS,
        "equity": point.equity,
        "drawdown": point.fall,
        "hold": point.hold,
        "gap_s": point.gap_ns // 10**9,
    }
