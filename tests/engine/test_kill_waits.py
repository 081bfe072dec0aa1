"""A kill while a transaction is half done: it closes what was bought, which is not undone as well.

Nothing is sold twice, whichever of the two was first, and no step begins any more.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core import messages as m
from lefi_tui.core.desk import BotStatus, Desk
from lefi_tui.core.kill import Flatten, KillRules
from lefi_tui.engine.engine import Engine
from tests.engine.kill_kit import RULES, BookVenue, account_units, is_proven
from tests.engine.kit import ACCOUNT, LIST, OPEN, SYMBOL, quote, send, setup, until
from tests.engine.waiting_kit import Begin, Story

TWO = """
on Start {
    execute {
        Buy("BTC/USDT", 1)
        Buy("ETH/USDT", 2)
        Print("both")
    } else { Print("not both") }
}
"""
SAME = """
on Start {
    execute {
        Buy("BTC/USDT", 1)
        Buy("BTC/USDT", 2)
        Print("both")
    } else { Print("not both") }
}
"""


def _killed(story: Story) -> None:
    story.tell(m.SetKillRules(KillRules(Flatten.BOTS), at_ns=story.now))
    story.tell(m.Kill(at_ns=story.now, reason="enough"))


def _goes_on(story: Story, seconds: int = 1) -> None:
    story.second += seconds
    story.tell(m.AdvanceKill(story.now))


def test_what_was_bought_is_closed_by_the_kill_and_the_undo_is_never_sent(begin: Begin) -> None:
    story = begin(TWO)
    story.fill(story.working[0])
    second = story.working[0]
    story.fill(second, "0.5")
    _killed(story)
    story.cancel(second)
    _goes_on(story)
    assert sorted(story.sent()[2:]) == ["sell 0.500 ETH/USDT", "sell 1.000 BTC/USDT"]
    for order in story.working:
        story.fill(order)
    _goes_on(story, 5)
    assert len(story.sent()) == 4
    assert story.notes() == []
    assert not any(each.units for each in story.desk.positions.values())
    assert story.desk.bots["b"].status is BotStatus.STOPPED


@pytest.mark.parametrize("sold", ["0.4", "1"])
def test_an_undo_under_way_is_canceled_and_only_what_it_left_is_closed(
    begin: Begin, sold: str
) -> None:
    story = begin(TWO)
    story.fill(story.working[0])
    story.cancel(story.working[0])
    undo = story.working[0]
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT"]
    _killed(story)
    assert undo.id in {each for told in story.of(m.CancelOrders) for each in told.orders}
    story.fill(undo, sold)  # it overtook the cancel
    if story.working:
        story.cancel(undo)
    _goes_on(story)
    assert story.sent()[3:] == (["sell 0.600 BTC/USDT"] if sold == "0.4" else [])
    for order in story.working:
        story.fill(order)
    assert story.desk.positions["main", "BTC/USDT"].units == 0


# ---- with a whole engine


def _half_done(folder: Path, venue: BookVenue) -> tuple[Engine, str]:
    """The first step is filled, the second rests."""
    whole = setup(folder, venue)
    engine = Engine(replace(whole, empty=Desk(kinds={"automated": Automated()})))
    engine.start()
    send(engine, OPEN, LIST, RULES)
    engine.hear(quote(0, 100.0))
    send(engine, m.StartBot("saga", "automated", ACCOUNT, SAME))
    engine.hear(quote(1, 100.0))
    asyncio.run(until(lambda: len(venue.resting) == 1))
    venue.fill(venue.resting[0], Decimal(1))
    asyncio.run(until(lambda: len(venue.resting) == 1))
    return engine, venue.resting[0]


def _sold(venue: BookVenue) -> list[Decimal]:
    closes = [each for each in venue.orders.values() if each.order.terms.side.value == "sell"]
    return [each.filled for each in closes if each.filled]


def _ends_flat(engine: Engine, venue: BookVenue) -> None:
    asyncio.run(until(lambda: is_proven(engine)))
    assert venue.held == account_units(engine) == 0
    assert min(venue.seen) >= 0
    assert max(venue.sends.values()) == 1
    assert engine.desk.bots["saga"].status is BotStatus.STOPPED
    engine.stop()


def test_an_engine_killed_between_two_steps_closes_what_the_first_bought_once(
    tmp_path: Path,
) -> None:
    venue = BookVenue()
    engine, second = _half_done(tmp_path, venue)
    venue.fill(second, Decimal("0.5"))
    send(engine, m.Kill(reason="enough"))
    _ends_flat(engine, venue)
    assert _sold(venue) == [Decimal("1.5")]


def test_a_kill_that_meets_an_undo_on_its_way_sells_nothing_twice(tmp_path: Path) -> None:
    venue = BookVenue()
    engine, second = _half_done(tmp_path, venue)

    def killed(there: BookVenue) -> None:
        there.on_close = lambda _venue: None
        engine.submit(m.Kill(reason="enough"))

    venue.on_close = killed
    send(engine, m.CancelOrder(second))
    _ends_flat(engine, venue)
    assert _sold(venue) == [Decimal(1)]
    assert engine.desk.positions[ACCOUNT, SYMBOL].units == 0
