"""A press whose turn was taken ahead leaves at once, is in the journal next, and is never lost."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.game import Do, Play
from lefi_tui.engine import writer as writing
from lefi_tui.engine.press_book import PressBook, line_of
from lefi_tui.engine.recovery import verify
from lefi_tui.engine.turn import Receipt
from lefi_tui.ports.errands import ERRANDS
from lefi_tui.ports.journal import JournalChangedError
from tests.engine.kit import until
from tests.engine.shots_kit import LEAVES, MS, begun, playing
from tests.engine.test_halt import held_by_another

pytestmark = pytest.mark.usefixtures("good_for_long")


@pytest.mark.asyncio
async def test_it_leaves_at_once_before_its_rows_and_is_sent_once(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        receipt = await asyncio.wrap_future(game.press())
        await until(lambda: bool(game.venue.orders))
        (order,) = game.engine.desk.orders.values()
        assert receipt.is_accepted, receipt.text
        assert game.venue.left == [(order.id, LEAVES, 0)]
        assert list(game.venue.orders) == [order.id]
        assert game.state.game is not None
        assert game.state.game.pressed_ns > game.state.game.began_ms * MS - MS
    journal = SqliteJournal(tmp_path)
    assert verify(journal) > 0
    assert len(list(journal.rows(types=("OrderSubmitted",)))) == 1
    journal.close()


@pytest.mark.asyncio
async def test_a_new_price_is_what_the_next_press_plays_at(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        game.quote(bid=107.0)
        await until(partial(game.stands, 107))
        await asyncio.wrap_future(game.press(Do.SELL))
        (order,) = game.engine.desk.orders.values()
        assert order.terms.limit is not None
        assert abs(order.terms.limit - 107) < 1
        assert game.venue.left == [(order.id, LEAVES, 0)]


@pytest.mark.asyncio
async def test_while_prices_come_no_moment_comes_at_which_none_is_ready(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        found: list[bool] = []
        game.venue.meanwhile = lambda: found.append(game.is_ready)
        bid, always = 100, 0
        while always < 3:  # all but those at which the tape of a second was written
            assert bid < 120, "a price takes away what was ready"
            bid += 1
            found.clear()
            game.quote(bid)
            await until(partial(game.stands, bid))
            always += all(found)
        await asyncio.wrap_future(game.press(Do.SELL))
        (order,) = game.engine.desk.orders.values()
        assert order.terms.limit is not None
        assert abs(order.terms.limit - bid) < 1
        assert game.venue.left == [(order.id, LEAVES, 0)]


@pytest.mark.asyncio
async def test_what_is_ready_stays_so_while_the_tape_is_written_and_the_press_is_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else it may fall together with the look at the equity, which comes each second too, for ever.
    monkeypatch.setattr(writing, "TAPE_FLUSH_S", 0.3)
    async with playing(tmp_path) as game:
        writer = game.engine._running()
        closes, close = list[int](), writer.shots.close

        def counted() -> object:
            closes.append(bid)
            return close()

        monkeypatch.setattr(writer.shots, "close", counted)
        bid, is_kept = 100, False
        while not is_kept:  # a look at the equity may fall together with it
            assert bid < 110, "what is written takes away what was ready"
            bid += 1
            game.quote(bid)
            await until(partial(game.stands, bid))
            await until(lambda: not writer.commits.has_pending)
            is_kept = bid not in closes
        await until(lambda: game.is_ready)
        receipt = await asyncio.wrap_future(game.press())
        assert receipt.is_accepted, receipt.text
        (order,) = game.engine.desk.orders.values()
        assert game.venue.left == [(order.id, LEAVES, 0)]


@pytest.mark.asyncio
async def test_where_the_tape_cannot_be_written_it_halts_and_nothing_leaves_any_more(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path) as game:
        with held_by_another(tmp_path):
            game.quote(bid=105.0)
            await until(lambda: not game.is_ready)
            await until(lambda: game.engine.desk.trading_state is m.TradingState.HALTED)
            receipt = await asyncio.wrap_future(game.press())
            assert not receipt.is_accepted
        assert game.venue.left == []


@pytest.mark.asyncio
async def test_a_press_while_the_next_is_aimed_plays_at_the_price_before(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        pressed: list[Future[Receipt]] = []

        def press() -> None:
            if not pressed:
                pressed.append(game.press(Do.SELL))

        game.venue.meanwhile = press
        game.quote(bid=107.0)
        await until(lambda: bool(game.venue.orders))
        receipt = await asyncio.wrap_future(pressed[0])
        assert receipt.is_accepted, receipt.text
        (order,) = game.engine.desk.orders.values()
        assert order.terms.limit is not None
        assert abs(order.terms.limit - 100) < 1
        await until(lambda: game.state.bid == 107)
        # Its turn may be quicker than its thread: then it is sent as always, and once too.
        assert [each for each, _, _ in game.venue.left] in ([order.id], [])
        assert list(game.venue.orders) == [order.id]
    journal = SqliteJournal(tmp_path)
    assert verify(journal) > 0
    journal.close()


@pytest.mark.asyncio
async def test_of_two_presses_at_once_one_is_a_game(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        first, second = game.press(Do.BUY), game.press(Do.SELL)
        await asyncio.gather(*(asyncio.wrap_future(each) for each in (first, second)))
        await until(lambda: bool(game.venue.orders))
        assert len(game.engine.desk.orders) == len(game.venue.left) == len(game.venue.orders) == 1
        assert game.state.keys.ignored == 1


@pytest.mark.asyncio
async def test_a_kill_that_is_asked_for_keeps_it_back(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        freeze = game.engine._running().killing.freeze
        freeze.ask(m.Kill(1))  # its key: from any thread, before any turn
        done = game.press()
        freeze.taken(m.Kill(1))
        await asyncio.wrap_future(game.engine.submit(m.Kill()))
        await asyncio.wrap_future(done)
        assert [thread for _, thread, _ in game.venue.left if thread == LEAVES] == []


@pytest.mark.asyncio
async def test_where_its_commit_fails_it_is_known_and_journaled_once_the_disk_is_back(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path) as game:
        with held_by_another(tmp_path):
            await asyncio.wrap_future(game.press())
            (order,) = game.engine.desk.orders.values()
            assert game.venue.left == [(order.id, LEAVES, 0)]
            assert game.engine.desk.trading_state is m.TradingState.HALTED
        await until(lambda: len(game.venue.orders) == 1)
        await until(lambda: game.engine._running().failure is None)
        assert game.engine.desk.order(order.id) is not None
    journal = SqliteJournal(tmp_path)
    rows = list(journal.rows(types=("OrderSubmitted",)))
    assert (verify(journal) > 0, len(rows)) == (True, 1)
    journal.close()


@pytest.mark.asyncio
async def test_a_start_finds_the_press_that_left_and_never_sends_it_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    async with playing(first) as game:
        with held_by_another(first):
            await asyncio.wrap_future(game.press())
            (order,) = game.engine.desk.orders.values()
            shutil.copytree(first, second)  # as a power cut leaves it
    again = begun(second)
    again.venue.orders[order.id] = order  # it came there
    await until(lambda: order.id in again.venue.looked_up)
    assert again.engine.desk.order(order.id) is not None
    assert (again.venue.left, again.venue.ready) == ([], [])
    await asyncio.to_thread(again.engine.stop)
    journal = SqliteJournal(second)
    assert verify(journal) > 0
    journal.close()


@pytest.mark.asyncio
async def test_it_overtakes_no_key_before_it(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        game.engine.submit(m.PlayGame("game", Play(Do.DISARM, press=90)))
        receipt = await asyncio.wrap_future(game.press())
        assert (receipt.is_accepted, game.venue.left, game.venue.orders) == (False, [], {})


@pytest.mark.asyncio
async def test_a_disk_that_hangs_holds_up_neither_the_key_nor_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, written = threading.Event(), PressBook.note

    def late(book: PressBook, line: str, play: m.PlayGame) -> bool:
        goes_on.wait(60.0)
        return written(book, line, play)

    async with playing(tmp_path) as game:
        monkeypatch.setattr(PressBook, "note", late)
        receipt = await asyncio.wrap_future(game.press())  # its turn is durable by itself
        await until(lambda: bool(game.venue.orders))
        goes_on.set()
        assert receipt.is_accepted
        (order,) = game.engine.desk.orders.values()
        assert game.venue.left == [(order.id, "journal", 1)]


@pytest.mark.asyncio
async def test_who_listened_leaves_with_it_and_the_engine_stands_aside_for_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lefi_tui.engine.shots.ASIDE_S", 60.0)
    async with playing(tmp_path) as game:
        receipts: list[Future[Receipt]] = []

        def press() -> None:
            ERRANDS.begin()
            play = m.PlayGame("game", Play(Do.BUY, 0, 1, SystemClock().now_ns()))
            receipts.append(game.engine.submit(play, game.engine.people.owner))
            game.quote(bid=107.0)
            assert not threading.Event().wait(0.05)
            assert (game.venue.left, game.engine.desk.orders) == ([], {})
            for errand in ERRANDS.due():
                errand()

        thread = threading.Thread(target=press, name="reader")
        thread.start()
        await asyncio.to_thread(thread.join)
        assert (await asyncio.wrap_future(receipts[0])).is_accepted
        (order,) = game.engine.desk.orders.values()
        assert game.venue.left == [(order.id, "reader", 0)]


@pytest.mark.asyncio
async def test_a_press_that_is_late_to_the_book_leaves_a_later_ones_line_there(
    tmp_path: Path,
) -> None:
    async with playing(tmp_path) as game:
        due: list[Callable[[], None]] = []

        def press() -> None:
            ERRANDS.begin()
            play = m.PlayGame("game", Play(Do.BUY, 0, 1, SystemClock().now_ns()))
            game.engine.submit(play, game.engine.people.owner)
            due.extend(ERRANDS.due())

        await asyncio.to_thread(press)
        await until(lambda: bool(game.venue.orders))  # the engine did not wait for it
        shots, later = game.engine._running().shots, m.PlayGame("game", Play(Do.SELL, 0, 2, 1))
        shots._noted = 2
        assert shots._book.note("[]", later)
        line = (tmp_path / "press.log").read_bytes()
        for errand in due:
            errand()
        assert len(due) == 1
        assert (tmp_path / "press.log").read_bytes() == line
        assert len(game.venue.left) == 1


@pytest.mark.asyncio
async def test_a_stop_right_behind_it_journals_it(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        done = game.press()
        await asyncio.to_thread(game.engine.stop)
        assert (await asyncio.wrap_future(done)).is_accepted
    journal = SqliteJournal(tmp_path)
    assert len(list(journal.rows(types=("OrderSubmitted",)))) == 1
    journal.close()


@pytest.mark.asyncio
async def test_a_journal_found_changed_halts_behind_what_has_left(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        writer = game.engine._running()
        assert writer.inbox._loop is not None
        error = JournalChangedError("row 3 was changed", where="desk.sqlite")
        done = game.press()
        writer.inbox._loop.call_soon_threadsafe(writer.halt, error)
        assert (await asyncio.wrap_future(done)).is_accepted
        await until(lambda: game.engine.desk.trading_state is m.TradingState.HALTED)
        await until(lambda: list(game.venue.orders) == list(game.engine.desk.orders) != [])


@pytest.mark.asyncio
async def test_another_programs_press_is_not_taken_for_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    async with playing(first) as game:
        with held_by_another(first):
            await asyncio.wrap_future(game.press())
            shutil.copytree(first, second)
    book = PressBook(second)
    press = book.last()
    assert press is not None
    assert press.play is not None
    other = replace(press, orders=tuple(f"{each} at another price" for each in press.orders))
    assert book.note(line_of(other), press.play)
    book.close()
    again = begun(second)
    assert again.engine.desk.trading_state is m.TradingState.HALTED
    assert "at another price" in again.engine.desk.trading_cause
    await asyncio.to_thread(again.engine.stop)
