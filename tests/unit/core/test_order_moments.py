"""When an order left, was acknowledged and filled, by our clock: kept on the order itself."""

from __future__ import annotations

from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.desk import advance
from tests.unit.core.desk_kit import asked, fill, submitted


def test_an_order_knows_when_it_left_when_it_was_taken_and_when_it_was_first_filled() -> None:
    desk, answer = asked("buy")
    order = submitted(answer)
    word = m.VenueAccepted(order.id, 5, "v1", None, sent_ns=70, heard_ns=90)
    desk, _ = advance(desk, word)
    desk, _ = advance(desk, replace(word, sent_ns=75, heard_ns=95))
    for at_ns, quantity in ((100, "0.002"), (200, "0.003")):
        part = fill(order, quantity, trade_id=f"t{at_ns}", is_last=False)
        desk, _ = advance(desk, replace(part, sent_ns=70, heard_ns=at_ns))
    kept = desk.orders[order.id]
    assert (kept.sent_ns, kept.accepted_ns, kept.filled_ns) == (70, 90, 100)


def test_a_fill_that_overtakes_every_other_word_tells_when_its_order_left() -> None:
    desk, answer = asked("buy")
    order = submitted(answer)
    desk, _ = advance(desk, replace(fill(order, "0.01"), sent_ns=70, heard_ns=100))
    word = m.VenueAccepted(order.id, 5, "v1", None, sent_ns=70, heard_ns=110)
    desk, late = advance(desk, word)
    kept = desk.closed[order.id]
    assert not late.events
    assert (kept.sent_ns, kept.accepted_ns, kept.filled_ns) == (70, 100, 100)


def test_of_an_order_that_nobody_saw_leave_no_moment_is_made_up() -> None:
    """So what an older program has journaled comes out as it did then."""
    desk, answer = asked("buy")
    order = submitted(answer)
    desk, step = advance(desk, m.VenueAccepted(order.id, 5, "v1", None, heard_ns=90))
    assert step.events == (m.OrderAccepted(order.id, 5, "v1", None),)
    desk, _ = advance(desk, replace(fill(order, "0.002", is_last=False), heard_ns=100))
    kept = desk.orders[order.id]
    assert (kept.sent_ns, kept.accepted_ns, kept.filled_ns) == (0, 0, 0)
