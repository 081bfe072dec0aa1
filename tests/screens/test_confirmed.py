"""What a venue has not confirmed for too long is shown as old, with for how long."""

from __future__ import annotations

from lefi_tui.core.messages import OrdersHeard
from lefi_tui.views.desk_view import DeskView, aged
from lefi_tui.views.picture import picture
from tests.screens.hand_fed import HandFed, busy
from widgets import orders, positions
from widgets.lines import Frame

LIMIT_MS = 10_000
WIDE = Frame(160, 10)


def heard(fed: HandFed, what: str = "", *, is_doubted: bool = False) -> None:
    """Confirmed now."""
    why = "it was closed there" if what else ""
    fed.tell(OrdersHeard("demo", fed.now_ns, fed.now_ns, LIMIT_MS, what, why, is_doubted))


def seen(fed: HandFed) -> DeskView:
    return picture(fed.state, fed.desk, fed.now_ns)


def working() -> HandFed:
    """A position, and an order that no venue has answered."""
    fed = busy()
    fed.start("second")
    fed.quote("BTC/USDT", 42_350.0)
    return fed


def test_confirmed_lately_it_is_shown_as_it_is() -> None:
    fed = working()
    heard(fed)
    view = seen(fed)
    assert view.orders
    assert not any(row.unconfirmed_ms for row in view.orders)
    assert not any(row.unconfirmed_ms for row in view.positions)


def test_not_confirmed_for_too_long_orders_and_positions_are_old() -> None:
    fed = working()
    heard(fed)
    fed.later(12)
    fed.quote("BTC/USDT", 42_350.0)  # the price is fresh, what is held is not
    view = seen(fed)
    assert "old 12s" in str(orders.layout(view, WIDE))
    assert "not confirmed there for 12s" in orders.explain(view.orders[0])
    bought = next(row for row in view.positions if row.symbol == "BTC/USDT")
    assert bought.is_stale
    assert "not confirmed there for 12s" in positions.explain(bought)
    assert aged(view, 3_000).orders[0].unconfirmed_ms == 15_000
    heard(fed)
    assert not seen(fed).orders[0].unconfirmed_ms


def test_a_venue_in_this_process_has_nothing_to_confirm() -> None:
    fed = working()
    fed.later(3_600)
    assert not any(row.unconfirmed_ms for row in seen(fed).orders)


def test_a_stream_that_is_lost_is_a_line_of_the_log_and_freshness_alone_is_none() -> None:
    fed = working()
    before = seen(fed).log
    heard(fed)
    assert seen(fed).log == before
    heard(fed, "asks for its orders each second", is_doubted=True)
    (line, *rest) = seen(fed).log
    assert (line.what, line.where, line.why) == (
        "asks for its orders each second", "demo", "it was closed there",
    )  # fmt: skip
    assert tuple(rest) == before
