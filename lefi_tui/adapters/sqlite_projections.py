"""What users and reports read, written from events: one function an event, no decision in any.

It runs inside the transaction of the rows it comes from. Amounts are taken from the desk as it
stands after the message, so that nothing is added up in SQL.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.sqlite_asked import ASKED
from lefi_tui.adapters.sqlite_games import game_ended
from lefi_tui.adapters.sqlite_rows import Values, put
from lefi_tui.adapters.sqlite_schedule import planned, timers_due
from lefi_tui.core import messages as m
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Level, LevelKind, Order
from lefi_tui.ports.journal import Change

# In an order in which no row refers to a table that is emptied before it.
PROJECTION_TABLES: Final = (
    "game",
    "approval",
    "cash_flow",
    "fill",
    "equity_sample",
    "funding",
    "order",
    "trade",
    "subscription",
    "bot",
    "script_version",
    "script",
    "schedule",
    "account",
)


def project(connection: sqlite3.Connection, change: Change) -> None:
    """Write what one message changed."""
    if isinstance(change.message, m.TimersDue):
        timers_due(connection, change.message)
    for event in change.events:
        write = _WRITERS.get(type(event))
        if write is not None:
            write(connection, change, event)


def _account(connection: sqlite3.Connection, change: Change, event: m.AccountOpened) -> None:
    values: Values = {
        "name": event.account,
        "currency": event.currency,
        "cash": str(event.cash),
        "mode": event.mode,
        "venue": event.venue,
        "sizing": event.sizing.value,
        "maker": str(event.maker),
        "taker": str(event.taker),
        "slippage": str(event.slippage),
        "created_ns": change.at_ns,
    }
    put(connection, "account", values)


def _script(connection: sqlite3.Connection, change: Change, event: m.ScriptSaved) -> None:
    connection.execute(
        "INSERT INTO script_version (version, title, source, created_ns) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (version) DO NOTHING",
        (event.version, event.title, event.source, change.at_ns),
    )
    values: Values = {
        "title": event.title,
        "version": event.version,
        "created_ns": change.at_ns,
        "updated_ns": change.at_ns,
    }
    put(connection, "script", values)


def _bot_started(connection: sqlite3.Connection, change: Change, event: m.BotStarted) -> None:
    bot: Values = {
        "name": event.bot,
        "type": event.kind,
        "version": event.version,
        "default_settings": _settings(event.settings),
        "created_ns": event.at_ns,
        "updated_ns": event.at_ns,
    }
    put(connection, "bot", bot)
    subscription: Values = {
        "id": subscription_id(event.bot, event.at_ns),
        "bot": event.bot,
        "type": event.kind,
        "title": event.title,
        "account": event.account,
        "run_type": event.mode,
        "status": "active",
        "settings": _settings(event.settings),
        "script_version": event.version,
        "reason": "",
        "start_ns": event.at_ns,
        "end_ns": None,
        "updated_ns": event.at_ns,
    }
    put(connection, "subscription", subscription)
    planned(connection, event.bot, change.desk.bots[event.bot].needs.timers)


def subscription_id(bot: str, started_ns: int) -> str:
    return f"{bot}/{started_ns}"


def _settings(settings: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dict(settings), ensure_ascii=False)


def _bot_changed(status: str) -> Callable[[sqlite3.Connection, Change, Any], None]:
    def write(connection: sqlite3.Connection, change: Change, event: Any) -> None:
        reason = getattr(event, "reason", None) or getattr(event, "text", "")
        is_over = status == "terminated"
        connection.execute(
            "UPDATE subscription SET status = ?, reason = ?, end_ns = ?, updated_ns = ? "
            "WHERE id = ?",
            (
                status,
                reason,
                event.at_ns if is_over else None,
                event.at_ns,
                _running(change, event),
            ),
        )
        connection.execute("UPDATE schedule SET is_active = 0 WHERE bot = ?", (event.bot,))

    return write


def _bot_goes_on(
    connection: sqlite3.Connection, change: Change, event: m.BotResumed | m.WindowOpened
) -> None:
    connection.execute(
        "UPDATE subscription SET status = 'active', updated_ns = ? WHERE id = ?",
        (event.at_ns, _running(change, event)),
    )
    planned(connection, event.bot, change.desk.bots[event.bot].needs.timers)


def _running(change: Change, event: Any) -> str:
    return subscription_id(event.bot, change.desk.bots[event.bot].started_at_ns)


def _settings_changed(
    connection: sqlite3.Connection, change: Change, event: m.SettingsChanged
) -> None:
    connection.execute(
        "UPDATE subscription SET settings = ?, updated_ns = ? WHERE id = ?",
        (_settings(event.settings), event.at_ns, _running(change, event)),
    )
    planned(connection, event.bot, change.desk.bots[event.bot].needs.timers)


def _bot_updated(connection: sqlite3.Connection, change: Change, event: m.BotUpdated) -> None:
    """What ran before stands in script_version for good, and the journal says from when to when."""
    settings = _settings(event.settings)
    connection.execute(
        "UPDATE subscription SET settings = ?, script_version = ?, updated_ns = ? WHERE id = ?",
        (settings, event.version, event.at_ns, _running(change, event)),
    )
    connection.execute(
        "UPDATE bot SET version = ?, default_settings = ?, updated_ns = ? WHERE name = ?",
        (event.version, settings, event.at_ns, event.bot),
    )
    planned(connection, event.bot, change.desk.bots[event.bot].needs.timers)


# ---- orders


def _order_given(
    connection: sqlite3.Connection,
    change: Change,
    event: m.OrderSubmitted | m.OrderDenied | m.ExitPlaced | m.OrderAdopted,
) -> None:
    order = change.desk.order(event.order.id) or event.order
    _put_order(connection, change, order)
    if isinstance(event, m.ExitPlaced):
        _trade_levels(connection, order)


def _order_moved(connection: sqlite3.Connection, change: Change, event: Any) -> None:
    order = change.desk.order(event.order)
    if order is not None:
        _put_order(connection, change, order)


def _put_order(connection: sqlite3.Connection, change: Change, order: Order) -> None:
    terms = order.terms
    values: Values = {
        "id": order.id,
        "account": order.account,
        "mode": change.desk.accounts[order.account].mode,
        "owner": order.owner,
        "run": order.run,
        "site": order.site,
        "leg": order.leg,
        "order_group": order.group,
        "symbol": terms.symbol,
        "side": terms.side.value,
        "kind": terms.kind.value,
        "size_kind": terms.size.kind.value,
        "size_value": str(terms.size.value),
        "price": _text(terms.limit),
        "quantity": _text(order.quantity),
        "filled": str(order.filled),
        "remaining": _text(order.remaining),
        "average": _text(order.average),
        "cost": str(order.cost),
        "fee": str(order.fees),
        "status": order.status.value,
        "venue_order_id": order.venue_order_id,
        "reason": order.reason,
        "created_ns": change.at_ns,
        "updated_ns": change.at_ns,
    }
    put(connection, "order", values)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _filled(connection: sqlite3.Connection, change: Change, event: m.OrderFilled) -> None:
    trade = _trade(connection, change, event)
    values: Values = {
        "n": change.n,
        "account": event.account,
        "order": event.order,
        "trade_id": event.trade_id,
        "trade": trade,
        "owner": event.owner,
        "symbol": event.symbol,
        "side": event.side,
        "price": str(event.price),
        "quantity": str(event.quantity),
        "fee": str(event.fee),
        "liquidity": event.liquidity,
        "reason": event.reason,
        "at_ns": event.at_ns,
    }
    put(connection, "fill", values)
    _order_moved(connection, change, event)
    connection.execute('UPDATE "order" SET trade = ? WHERE id = ?', (trade, event.order))


def _funding(connection: sqlite3.Connection, change: Change, event: m.FundingBooked) -> None:
    values: Values = {
        "n": change.n,
        "account": event.account,
        "symbol": event.symbol,
        "amount": str(event.amount),
        "at_ns": event.at_ns,
    }
    put(connection, "funding", values)


def _equity(connection: sqlite3.Connection, change: Change, event: m.EquitySampled) -> None:
    values: Values = {
        "n": change.n,
        "account": event.account,
        "at_ns": event.at_ns,
        "equity": str(event.equity),
        "free": str(event.free),
        "prices": json.dumps([[symbol, str(price)] for symbol, price in event.prices]),
    }
    put(connection, "equity_sample", values)


def _trade(connection: sqlite3.Connection, change: Change, event: m.OrderFilled) -> str:
    """The trade this fill belongs to: it opens one, moves it, closes it, or turns it over."""
    position = change.desk.positions.get((event.account, event.symbol))
    units = ZERO if position is None else position.shares.get(event.owner, ZERO)
    entry = ZERO if position is None else position.entry
    side = "buy" if units > 0 else "sell"
    open_one = _open_trade(connection, event)
    if open_one is not None:
        trade, was = open_one
        if not units or was != side:
            connection.execute(
                "UPDATE trade SET is_open = 0, units = '0', closed_ns = ?, updated_ns = ? "
                "WHERE id = ?",
                (event.at_ns, event.at_ns, trade),
            )
        if not units:
            return trade
        if was == side:
            connection.execute(
                "UPDATE trade SET units = ?, entry = ?, updated_ns = ? WHERE id = ?",
                (str(units), str(entry), event.at_ns, trade),
            )
            return trade
    return _new_trade(connection, change, event, (units, entry))


def _open_trade(connection: sqlite3.Connection, event: m.OrderFilled) -> tuple[str, str] | None:
    found = connection.execute(
        "SELECT id, side FROM trade WHERE account = ? AND symbol = ? AND owner = ? AND is_open = 1",
        (event.account, event.symbol, event.owner),
    ).fetchone()
    return None if found is None else (str(found[0]), str(found[1]))


def _new_trade(
    connection: sqlite3.Connection,
    change: Change,
    event: m.OrderFilled,
    held: tuple[Decimal, Decimal],
) -> str:
    units, entry = held
    bot = change.desk.bots.get(event.owner)
    trade = f"{event.account}/{event.symbol}/{change.n}"
    values: Values = {
        "id": trade,
        "subscription": None if bot is None else subscription_id(bot.id, bot.started_at_ns),
        "account": event.account,
        "symbol": event.symbol,
        "owner": event.owner,
        "side": "buy" if units > 0 else "sell" if units < 0 else event.side,
        "is_open": int(bool(units)),
        "units": str(units),
        "entry": str(entry),
        "created_ns": event.at_ns,
        "updated_ns": event.at_ns,
        "closed_ns": None if units else event.at_ns,
    }
    put(connection, "trade", values)
    return trade


def _trade_levels(connection: sqlite3.Connection, order: Order) -> None:
    """A trade shows the stop and the target its position has now."""
    plan = order.terms.exits
    for column, level in (("stop_loss", plan.stop_loss), ("take_profit", plan.take_profit)):
        if level is not None:
            connection.execute(
                f"UPDATE trade SET {column} = ? "  # noqa: S608 -- a column's name from above
                "WHERE account = ? AND symbol = ? AND owner = ? AND is_open = 1",
                (_level(level), order.account, order.terms.symbol, order.owner),
            )


def _level(level: Level) -> str:
    return f"{level.value}" if level.kind is LevelKind.PRICE else f"{level.value * 100}%"


_WRITERS: Final[dict[type, Callable[[sqlite3.Connection, Change, Any], None]]] = {
    m.AccountOpened: _account,
    m.ScriptSaved: _script,
    m.BotStarted: _bot_started,
    m.BotStopping: _bot_changed("stopping"),
    m.BotPaused: _bot_changed("paused"),
    m.BotResumed: _bot_goes_on,
    m.WindowOpened: _bot_goes_on,
    m.BotStopped: _bot_changed("terminated"),
    m.BotFaulted: _bot_changed("terminated"),
    m.BotFinalized: _bot_changed("terminated"),
    m.SettingsChanged: _settings_changed,
    m.BotUpdated: _bot_updated,
    m.OrderSubmitted: _order_given,
    m.OrderDenied: _order_given,
    m.ExitPlaced: _order_given,
    m.OrderAdopted: _order_given,
    m.OrderDeclaredDead: _order_moved,
    m.OrderAccepted: _order_moved,
    m.OrderRejected: _order_moved,
    m.OrderCanceled: _order_moved,
    m.OrderCancelRequested: _order_moved,
    m.OrderUnconfirmed: _order_moved,
    m.OrderMoving: _order_moved,
    m.OrderFilled: _filled,
    m.FundingBooked: _funding,
    m.EquitySampled: _equity,
    m.GameEnded: game_ended,
    **ASKED,
}
