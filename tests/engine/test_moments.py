"""The moment of a run is the engine's; what it is told of keeps its own time.

Each story is told twice: straight on, and with the desk made anew from its snapshot before every
message, as if the engine had been killed there.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from lefi_tui.core.messages import CancelOrders, OrderFilled, VenueCanceled, VenueFilled
from lefi_tui.core.order import Order
from tests.engine.waiting_kit import NS, Begin, Story, due

HOUR = 3_600
AT_A_FILL = """
on Start { Buy("BTC/USDT", 1, at = 100) }
on Fill {
    if event.symbol == "BTC/USDT" { Buy("ETH/USDT", 1); Print("{event.time}") }
}
"""
WAITS = """
on Start {
    o = Buy("BTC/USDT", 1)
    Buy("ETH/USDT", 1)
}
"""


def told(story: Story, order: Order, seconds: int) -> None:
    """Filled whole, at a time that the venue's clock gave it: so many seconds from now."""
    at_ns = story.now + seconds * NS
    bought = ("main", "BTC/USDT", "buy", Decimal(100), Decimal(1), Decimal(0), "taker", "order")
    story.tell(VenueFilled(order.id, f"of {order.id}", at_ns, *bought, is_last=True))


@pytest.mark.parametrize("seconds", [-HOUR, -40, 40])
def test_a_run_at_a_fill_is_of_the_moment_at_which_the_engine_heard_it(
    begin: Begin, seconds: int
) -> None:
    story = begin(AT_A_FILL)
    due(story, 2 * HOUR)
    told(story, story.working[0], seconds)
    (sent,) = story.working
    assert sent.placed_at_ns == story.now
    assert sent.deadline_ns == story.now + 30 * NS
    assert story.desk.bots["b"].at_ms == story.now // 1_000_000
    filled_ns = story.now + seconds * NS
    assert [each.at_ns for each in story.of(OrderFilled)] == [filled_ns]
    assert story.notes() == [str(filled_ns // 1_000_000)], "by the venue's clock"
    due(story, 1)
    assert story.of(CancelOrders) == [], "an order has its whole time, whatever the venue's clock"


def test_a_run_goes_on_at_the_engines_moment_also_behind_a_cancel(begin: Begin) -> None:
    story = begin(WAITS)
    order = story.working[0]
    due(story, 30)
    story.tell(VenueCanceled(order.id, story.now - HOUR * NS, "asked"))
    assert [each.placed_at_ns for each in story.working] == [story.now]


def test_a_clock_that_goes_back_tells_no_bot_a_time_it_has_seen_pass(begin: Begin) -> None:
    story = begin(AT_A_FILL + 'on PriceUpdate("BTC/USDT") { Print("seen") }')
    story.second += HOUR
    story.prices(100.0)
    seen_ms = story.desk.bots["b"].at_ms
    story.second -= HOUR
    story.fill(story.working[0])
    assert story.desk.bots["b"].at_ms == seen_ms
