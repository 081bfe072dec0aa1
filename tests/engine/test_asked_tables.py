"""Approvals and cash flows as tables: written with their rows, and told again by the journal."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bots.automated import Automated
from lefi_tui.adapters.sqlite_reading import SqliteReading
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.adapters.sqlite_tables_check import SqliteTables
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.cash_flow import FlowState
from lefi_tui.core.desk import Desk
from lefi_tui.engine.audit import Asked, Verified, verify
from lefi_tui.engine.engine import Engine
from lefi_tui.views.queries import FlowsQuery
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, quote, send, setup, until

EMPTY = Desk(kinds={"automated": Automated()})
ASKS = 'on Start { authorize { Buy("BTC/USDT", 1) } else { Print("no") } }'
PLANS = "state rent = 0 USDT\non Start { rent pays 25 USDT in 0s }"
NS_PER_MINUTE = 60_000_000_000


def started(folder: Path) -> Engine:
    engine = Engine(setup(folder, MemoryVenue(), empty=EMPTY))
    engine.start()
    return engine


def verified(folder: Path) -> Verified:
    now_ns = SystemClock().now_ns()
    asked = Asked(SqliteReading(folder), SqliteTables(folder), EMPTY, now_ns, tape_days=30)
    return verify(asked, lambda _done, _total: None)


async def live(engine: Engine) -> None:
    """One question approved, one declined, one withdrawn with its bot; a cash flow settled."""
    send(engine, OPEN, LIST)
    for bot in ("yes", "no", "gone"):
        send(engine, m.StartBot(bot, "automated", ACCOUNT, ASKS, by="anna"))
    source = PLANS.replace("on Start", 'on PriceUpdate("BTC/USDT")')
    send(engine, m.StartBot("plans", "automated", ACCOUNT, source))
    assert engine.hear(quote(SystemClock().now_ns() // NS_PER_MINUTE, 100.0))
    await until(lambda: len(engine.desk.approvals) == 3)
    asked = {each.bot: each.id for each in engine.desk.approvals.values()}
    send(engine, m.AnswerApproval(asked["yes"], is_approved=True, by="bert"))
    send(engine, m.AnswerApproval(asked["no"], is_approved=False, by="bert", reason="too dear"))
    send(engine, m.StopBot("gone"))
    (flow,) = engine.desk.flows
    send(engine, m.SettleCashFlow(flow, by="anna"))
    view = await engine.ask(FlowsQuery())
    assert [(row.state, row.settled_by) for row in view.rows] == [(FlowState.SETTLED, "anna")]


def test_the_tables_hold_what_was_asked_said_and_came_of_it_as_the_journal_tells_it(
    tmp_path: Path,
) -> None:
    engine = started(tmp_path)
    try:
        asyncio.run(live(engine))
    finally:
        engine.stop()
    over = asyncio.run(SqliteRecords(tmp_path).approvals(10))
    assert {each.bot: (each.status, each.by, each.outcome) for each in over} == {
        "yes": ("approved", "bert", "sent buy 1 BTC/USDT"),
        "no": ("declined", "bert", "nothing was sent"),
        "gone": ("withdrawn", "", "its bot stops: asked"),
    }
    assert next(each for each in over if each.bot == "no").reason == "too dear"
    (order,) = over[0].orders
    assert (order.action, order.symbol, order.unit) == ("buy", "BTC/USDT", "USDT")
    assert verified(tmp_path).wrong is None
    with closing(sqlite3.connect(tmp_path / "desk.sqlite")) as connection:
        connection.execute("UPDATE approval SET answered_by = 'carl' WHERE bot = 'yes'")
        connection.commit()
    wrong = verified(tmp_path).wrong
    assert wrong is not None
    assert "answered_by is carl; by the journal it is bert" in str(wrong)
