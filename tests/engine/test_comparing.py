"""Books and venue are compared at a start, by the clock, after a silence; news alone are told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.core.checked import Checked
from lefi_tui.core.order import HAND, OrderStatus, Side
from lefi_tui.core.reconcile import TheirOrder
from lefi_tui.engine.engine import Engine
from lefi_tui.views.doubts_view import DoubtsView
from lefi_tui.views.queries import DeskQuery, DoubtsQuery, OrdersQuery
from tests.engine.kit import ACCOUNT, LIST, OPEN, send, until
from tests.engine.shared_kit import SYMBOL, SharedMemory, open_holder, quote, shared_engine

pytestmark = pytest.mark.asyncio
D = Decimal


def checked(engine: Engine) -> Checked:
    return engine.desk.checked.get(ACCOUNT, Checked())


def said(engine: Engine, words: str) -> bool:
    view = engine.answer(DeskQuery())
    return any(words in f"{each.what} {each.why}" for each in view.log)


def views_told(folder: Path) -> list[str]:
    journal = SqliteJournal(folder)
    try:
        return [each.body for each in journal.rows(types=("VenueViewed",))]
    finally:
        journal.close()


async def test_a_fill_that_nobody_told_is_found_by_the_clock_and_said(tmp_path: Path) -> None:
    venue = SharedMemory(holds=True)
    engine = shared_engine(tmp_path, venue)
    try:
        open_holder(engine)
        await until(lambda: bool(venue.orders) and checked(engine).is_known)
        venue.fill_unsaid()
        await until(lambda: (ACCOUNT, SYMBOL) in engine.desk.positions)
        assert engine.desk.positions[ACCOUNT, SYMBOL].units == D("0.1")
        assert said(engine, "not among the venue's working orders")
        assert checked(engine).unknown == {}
    finally:
        engine.stop()


async def test_what_stays_as_it_is_fills_no_journal(tmp_path: Path) -> None:
    venue = SharedMemory(holds=True, others={SYMBOL: D(2)})
    engine = shared_engine(tmp_path, venue)
    try:
        open_holder(engine)
        await until(lambda: bool(checked(engine).unknown))
        seen = venue.views
        await until(lambda: venue.views >= seen + 3)
    finally:
        engine.stop()
    assert len(views_told(tmp_path)) == 1, views_told(tmp_path)


async def test_a_position_that_is_gone_is_told_though_the_venue_shows_what_it_showed_at_the_start(
    tmp_path: Path,
) -> None:
    venue = SharedMemory()
    engine = shared_engine(tmp_path, venue)
    try:
        send(engine, OPEN, LIST)
        await until(lambda: checked(engine).is_known)
        open_holder(engine)
        await until(lambda: (ACCOUNT, SYMBOL) in engine.desk.positions)
        venue.others[SYMBOL] = D("-0.1")
        seen = venue.views
        await until(lambda: bool(checked(engine).unknown) or venue.views >= seen + 8)
        assert checked(engine).unknown[SYMBOL].units == D("-0.1")
    finally:
        engine.stop()


async def test_a_silent_venue_fails_no_order_lets_nothing_new_out_and_is_compared_on_its_return(
    tmp_path: Path,
) -> None:
    venue = SharedMemory(holds=True)
    engine = shared_engine(tmp_path, venue)
    try:
        open_holder(engine)
        await until(lambda: bool(venue.orders) and checked(engine).is_known)
        venue.deaf = True
        await until(lambda: not checked(engine).is_known)
        (order,) = engine.desk.orders.values()
        assert not order.is_final
        send(engine, m.StartBot("second", "holder", ACCOUNT, "", at_ns=1))
        quote(engine)
        await until(lambda: said(engine, "ACCOUNT_NOT_CHECKED"))
        venue.fill_unsaid()
        venue.deaf = False
        await until(lambda: (ACCOUNT, SYMBOL) in engine.desk.positions)
        await until(lambda: checked(engine).is_known)
    finally:
        engine.stop()


async def test_after_a_start_nothing_is_taken_before_the_venue_was_seen(tmp_path: Path) -> None:
    venue = SharedMemory(holds=True)
    engine = shared_engine(tmp_path, venue)
    open_holder(engine)
    await until(lambda: bool(venue.orders) and checked(engine).is_known)
    engine.stop()
    venue.fill_unsaid()
    venue.deaf = True
    engine = shared_engine(tmp_path, venue)
    try:
        waits = engine.submit(m.StartBot("second", "holder", ACCOUNT, "", at_ns=1))
        quote(engine)
        assert not waits.done()
        assert not checked(engine).is_known
        venue.deaf = False
        assert waits.result(30).is_accepted
        assert engine.desk.positions[ACCOUNT, SYMBOL].units == D("0.1")
        assert len(venue.orders) == 1
    finally:
        engine.stop()


async def test_an_order_declared_dead_is_asked_for_no_more(tmp_path: Path) -> None:
    venue = SharedMemory(holds=True)
    engine = shared_engine(tmp_path, venue)
    try:
        open_holder(engine)
        await until(lambda: bool(venue.orders))
        venue.deaf = True
        (order,) = engine.desk.orders.values()
        engine.hear(m.VenueSilent(order.id, 5, "the line broke"))
        await until(lambda: engine.desk.orders[order.id].status is OrderStatus.UNCONFIRMED)
        await until(lambda: "deaf" in str(engine.answer(DoubtsQuery())))
        send(engine, m.DeclareDead(order.id, "its own words say so"))
        assert order.id not in engine.desk.orders
        await until(lambda: venue.let_go_of == [order.id])
        view = engine.answer(DoubtsQuery())
        assert isinstance(view, DoubtsView)
        assert view.rows == ()
        (row,) = (await engine.ask(OrdersQuery())).rows
        assert (row.status, row.reason) == (
            "canceled",
            "declared dead by hand: its own words say so",
        )
    finally:
        engine.stop()


async def test_what_is_adopted_is_in_the_books_and_tables_and_its_venue_follows_it(
    tmp_path: Path,
) -> None:
    phone = TheirOrder("v77", "web1", SYMBOL, Side.BUY, D(1), D(0), D(50))
    venue = SharedMemory(holds=True, others={SYMBOL: D(2)}, theirs=(phone,))
    engine = shared_engine(tmp_path, venue)
    try:
        open_holder(engine)
        await until(lambda: bool(checked(engine).unknown) and bool(checked(engine).foreign))
        send(engine, m.AdoptOrder(ACCOUNT, "v77"), m.AdoptUnits(ACCOUNT, SYMBOL))
        await until(lambda: venue.taken_over == ["web1"])
        assert engine.desk.positions[ACCOUNT, SYMBOL].shares == {HAND: D(2)}
        assert checked(engine).differences == ()
        orders = {each.id: each for each in (await engine.ask(OrdersQuery())).rows}
        assert (orders["web1"].owner, orders["web1"].price) == (HAND, D(50))
    finally:
        engine.stop()


async def test_a_start_goes_on_beside_an_order_that_its_venue_denies_and_its_market_waits(
    tmp_path: Path,
) -> None:
    venue = SharedMemory(holds=True)
    engine = shared_engine(tmp_path, venue)
    open_holder(engine)
    await until(lambda: bool(venue.orders) and checked(engine).is_known)
    engine.stop()
    venue.forgets = True
    engine = shared_engine(tmp_path, venue)
    try:
        send(engine, m.StartBot("second", "holder", ACCOUNT, "", at_ns=1))
        (order,) = engine.desk.orders.values()
        await until(lambda: engine.desk.orders[order.id].status is OrderStatus.UNCONFIRMED)
        await until(lambda: checked(engine).is_known)
        quote(engine)
        await until(lambda: said(engine, "ORDER_UNCONFIRMED"))
        venue.forgets = False
        send(engine, m.LookAgain(ACCOUNT, order.id))
        await until(lambda: engine.desk.orders[order.id].status is OrderStatus.ACCEPTED)
    finally:
        engine.stop()
