"""A cancel that was durable and had not left when the engine ended leaves at the next start."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, running, send, start, until


class _DeadLine(MemoryVenue):
    """A line that takes no cancel before the engine ends."""

    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        await asyncio.Event().wait()
        return await super().cancel(orders)


def _statuses(engine: Engine) -> list[str]:
    view = engine.answer(DeskQuery())
    assert isinstance(view, DeskView)
    return [row.status for row in view.orders]


def test_a_cancel_that_never_left_before_the_end_leaves_after_the_start(tmp_path: Path) -> None:
    dead = _DeadLine(holds=True)
    engine = running(tmp_path, dead)
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: _statuses(engine) == ["accepted"]))
    send(engine, m.Kill(reason="enough"))
    assert _statuses(engine) == ["cancel pending"]
    engine.stop()
    alive = MemoryVenue(orders=dead.orders, done=dead.done)
    engine = running(tmp_path, alive)
    asyncio.run(until(lambda: not _statuses(engine), 5))
    engine.stop()
    assert alive.canceled
