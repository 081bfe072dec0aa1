"""What can't be carried out is kept with its reason, tried again or dropped by a person."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.engine.dead_letters import KEPT_MAX, DeadLetters
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.world import World
from lefi_tui.views.dead_view import DeadRow, DeadView
from lefi_tui.views.queries import DeadQuery
from tests.engine.kit import (
    ACCOUNT,
    LIST,
    OPEN,
    SYMBOL,
    MemoryVenue,
    bars,
    quote,
    running,
    send,
    setup,
    start,
    until,
)


class _Torn:
    """A history whose first answer is a bug of its adapter."""

    def __init__(self) -> None:
        self.asked = 0

    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        self.asked += 1
        if self.asked == 1:
            raise ZeroDivisionError(f"{symbol} {timeframe_ms} {count} {before_ms}")
        return ()


def _rows(engine: Engine) -> tuple[DeadRow, ...]:
    view = engine.answer(DeadQuery())
    assert isinstance(view, DeadView)
    return view.rows


def test_a_history_that_failed_for_good_is_kept_and_asked_again_when_a_person_says_so(
    tmp_path: Path,
) -> None:
    history = _Torn()
    whole = setup(tmp_path)
    world = World(whole.world.clock, {ACCOUNT: MemoryVenue()}, histories={ACCOUNT: history})
    engine = running(tmp_path, MemoryVenue(), world=world, journal=whole.journal)
    send(engine, OPEN, LIST)
    load = m.LoadHistory("ema-1", ACCOUNT, ((SYMBOL, 60_000),), 5)
    assert engine._loop is not None
    engine._loop.call_soon_threadsafe(engine._running().effects.carry_out, load)
    asyncio.run(until(lambda: bool(_rows(engine))))
    (row,) = _rows(engine)
    assert (row.what, row.why) == ("LoadHistory", f"ZeroDivisionError: {SYMBOL} 60000 5 {_ms(row)}")
    refused = engine.submit(m.HandleDead("d9", is_again=True)).result(30)
    assert not refused.is_accepted
    assert "no dead letter d9" in refused.text
    send(engine, m.HandleDead(row.id, is_again=True))
    asyncio.run(until(lambda: history.asked == 2))
    assert not _rows(engine)
    engine.stop()


def _ms(row: DeadRow) -> str:
    return row.why.rpartition(" ")[2]


def test_a_report_that_nobody_understands_is_found_again_after_the_restart(tmp_path: Path) -> None:
    venue = MemoryVenue(holds=True)
    engine = running(tmp_path, venue)
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: bool(venue.orders)))
    (order,) = venue.orders
    assert engine.hear(venue.too_large_fill(order))
    asyncio.run(until(lambda: bool(_rows(engine))))
    engine.stop()
    engine = running(tmp_path, venue)
    (row,) = _rows(engine)
    assert row.what == "VenueFilled"
    assert "0.1000 filled of 0.0100" in row.why
    send(engine, m.HandleDead(row.id, is_again=False))
    assert not _rows(engine)
    engine.stop()


def test_the_newest_are_kept_and_the_others_counted_also_from_a_torn_file(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    for number in range(KEPT_MAX + 3):
        letters.keep(m.VenueNeverSaw(f"order-{number}", number), "nobody", number)
    view = DeadLetters(tmp_path).view()
    assert (len(view.rows), view.gone, view.rows[0].id) == (KEPT_MAX, 3, f"d{KEPT_MAX + 3}")
    file = tmp_path / "dead.jsonl"
    file.write_text(file.read_text()[:-5])
    assert DeadLetters(tmp_path).view() == DeadView()


def test_an_order_is_never_sent_again_from_here(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path)
    letters.keep(m.CancelOrder("order"), "a bug", 1)
    assert "never carried out again" in letters.refusal("d1", is_again=True)
    assert not letters.refusal("d1", is_again=False)
