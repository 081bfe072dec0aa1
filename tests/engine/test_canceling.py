"""A venue that takes no cancels now is asked again with patience, and it is one order's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.core import messages as m
from lefi_tui.core.kill import KillRules
from lefi_tui.engine.canceling import Cancels, Ways
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, MemoryVenue, running, send, until
from tests.engine.test_effects import _begin, _statuses
from tests.unit.adapters.test_guards import Hands

S = 1_000_000_000
ORDER = "L1"


class Refusing(MemoryVenue):
    """It takes no cancel, and says so at once."""

    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        self.canceled.extend(orders)
        return tuple(m.VenueSilent(each, 0, "-1001 unable to process") for each in orders)


def told(reports: Iterable[m.Report]) -> set[str]:
    return {each.order for each in reports if isinstance(each, m.VenueSilent)}


@pytest.mark.asyncio
async def test_what_fails_at_once_is_repeated_at_once_first_and_then_with_patience() -> None:
    clock, venue = Hands(), Refusing()
    tasks: set[asyncio.Task[None]] = set()

    def begin(
        work: Coroutine[Any, Any, None], account: str = "", orders: tuple[str, ...] = ()
    ) -> asyncio.Task[None]:
        assert account
        assert orders

        task = asyncio.get_running_loop().create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task

    ways = Ways(begin, told, lambda order, why: m.VenueSilent(order, 0, str(why)), lambda *_: None)
    cancels = Cancels(World(clock, venues={ACCOUNT: venue}), ways, set())
    cancels.ask(ACCOUNT, (ORDER,))
    for tenth in range(1, 101):  # a look-up finds it alive, ten times a second
        await clock.run(tenth / 10)
        cancels.lost(ACCOUNT, ORDER)
    await clock.run(10.1)
    assert 5 <= len(venue.canceled) <= 9
    before = len(venue.canceled)
    cancels.carry_out(m.CancelOrders(ACCOUNT, (ORDER,)))  # a person, or a kill
    await clock.run(10.2)
    assert len(venue.canceled) == before + 1
    for task in tasks:
        task.cancel()


@pytest.mark.asyncio
async def test_one_order_whose_cancel_gets_no_answer_is_no_reason_to_kill(tmp_path: Path) -> None:
    venue = Refusing(holds=True)
    engine = _begin(tmp_path, venue)
    await until(lambda: _statuses(engine) == ["accepted"])
    send(engine, m.SetKillRules(KillRules(errors_max=3)))
    send(engine, m.CancelOrder(next(iter(engine.desk.orders))))
    await until(lambda: len(venue.canceled) > 4)
    assert engine.desk.trading_state is m.TradingState.ACTIVE
    await asyncio.to_thread(engine.stop)


@pytest.mark.asyncio
async def test_a_start_asks_again_for_a_cancel_that_had_no_answer(tmp_path: Path) -> None:
    venue = Refusing(holds=True)
    engine = _begin(tmp_path, venue)
    await until(lambda: _statuses(engine) == ["accepted"])
    order = next(iter(engine.desk.orders))
    venue.deaf = True
    send(engine, m.CancelOrder(order))
    await until(lambda: _statuses(engine) == ["unconfirmed"])
    await asyncio.to_thread(engine.stop)
    later = MemoryVenue(holds=True)
    later.orders, later.done = venue.orders, venue.done
    again = running(tmp_path, later)
    await until(lambda: not _statuses(again))
    assert order in later.canceled
    await asyncio.to_thread(again.stop)
