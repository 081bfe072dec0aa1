"""An update of a running bot, at the desk itself (core.desk.advance, the real Automated kind)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lefi_tui.core.desk import BotStatus, Desk, advance, apply
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.messages import (
    ApprovalRequested,
    BotUpdated,
    CommandRefused,
    EngineStarted,
    HistoryLoaded,
    LoadHistory,
    OrderSubmitted,
    PauseBot,
    ResumeBot,
    UpdateDropped,
    VenueAccepted,
)
from lefi_tui.views.update_picture import update_view
from lefi_tui.views.update_view import in_words
from tests.unit.core.desk_kit import MINUTE_MS, of, quote, submitted
from tests.unit.core.update_kit import (
    FIRST,
    SECOND,
    closed,
    facts,
    loaded,
    past,
    started,
    update,
    value,
)

# ---- 1. an else that ends the bot, while its question is withdrawn for the update

ASKS = """
state seen = 0
on PriceUpdate("BTC/USDT") {
    seen = seen + 1
    authorize { Buy("BTC/USDT", 100 USDT) } else { finalize { } }
}
"""
NO_PAST = 'state seen = 0\non PriceUpdate("BTC/USDT") { seen = seen + 1 }'


def test_a_bot_that_ends_when_its_question_is_withdrawn_drops_the_update() -> None:
    desk, step = advance(started(ASKS), quote(60_000.0))
    assert of(ApprovalRequested, step)
    desk, step = advance(desk, update(NO_PAST))  # AssertionError in updating._drop
    assert desk.bots["b"].status is BotStatus.FINALIZED
    assert of(CommandRefused, step) or of(UpdateDropped, step)


# ---- 2. an order whose place is gone

GRID = """
on PriceUpdate("BTC/USDT") {
    if Spot("BTC/USDT") < 60000 { Buy("BTC/USDT", 100 USDT, at = 50000) }
}
"""
WITHOUT = 'on PriceUpdate("BTC/USDT") { Print("nothing") }'
OTHER = """
on PriceUpdate("BTC/USDT") {
    if Spot("BTC/USDT") < 70000 { Sell("BTC/USDT", 10%, at = 90000) }
}
"""


def _working(desk: Desk) -> tuple[str, Desk]:
    desk, step = advance(desk, quote(59_000.0))
    order = submitted(step)
    desk, _ = advance(desk, VenueAccepted(order.id, 5, "v1"))
    return order.id, desk


def test_a_place_that_is_gone_stays_gone_under_a_third_text() -> None:
    order, desk = _working(started(GRID))
    assert desk.orders[order].site == 0
    desk, _ = advance(desk, update(WITHOUT))
    assert desk.orders[order].site == -2
    desk, _ = advance(desk, update(OTHER))
    assert desk.orders[order].site < 0, "a buy of the first text stands at the third text's sell"


# ---- 3. a hole in the history


def test_a_history_with_a_hole_is_not_taken() -> None:
    """The bot has heard candle 100; the exchange's history ends at 99; 101 closes meanwhile."""
    desk, _ = advance(started(), closed(100))
    desk, step = advance(desk, update(SECOND))
    desk, _ = advance(desk, closed(101))
    desk, done = advance(desk, loaded(step, 100))  # its newest candle is that of minute 99
    assert not of(BotUpdated, done), "its series lack the candle of minute 100"
    assert of(UpdateDropped, done)


def test_an_answer_without_any_candle_does_not_take_a_text_cold() -> None:
    desk, _ = advance(started(), closed(100))
    desk, step = advance(desk, update(SECOND))
    (asked,) = of(LoadHistory, step)
    desk, done = advance(desk, HistoryLoaded("b", (), 101 * MINUTE_MS * 1_000_000, asked.of))
    assert not of(BotUpdated, done), "it is taken cold: its handlers are deaf for a warm-up"


# ---- 4. a dropped update ends the warm-up of the text that runs


def test_an_update_that_is_dropped_leaves_the_bot_warming() -> None:
    desk = started()
    for minute in range(100, 104):
        desk, _ = advance(desk, closed(minute))
    desk, _ = advance(desk, PauseBot("b", at_ns=1))
    desk, resumed = advance(desk, ResumeBot("b", at_ns=120 * MINUTE_MS * 1_000_000))
    assert desk.bots["b"].status is BotStatus.WARMING  # candles 104 to 119 were missed
    (own,) = of(LoadHistory, resumed)
    desk, step = advance(desk, update(SECOND))
    desk, done = advance(desk, loaded(step, 103))  # a lagging history: dropped
    assert of(UpdateDropped, done)
    assert desk.bots["b"].version == version_of(FIRST)
    assert desk.bots["b"].status is BotStatus.WARMING, "it runs on candles 104..119 it never heard"
    desk, _ = advance(desk, HistoryLoaded("b", past(120, own.count), 120 * MINUTE_MS * 1_000_000))
    assert desk.bots["b"].seen["BTC/USDT", MINUTE_MS] == 119 * MINUTE_MS


def test_the_same_behind_a_start_of_the_engine() -> None:
    desk = started()
    for minute in range(100, 104):
        desk, _ = advance(desk, closed(minute))
    desk, step = advance(desk, update(SECOND))
    desk = apply(desk, EngineStarted(9, "test", 1))
    assert desk.bots["b"].status is BotStatus.WARMING
    desk, done = advance(desk, loaded(step, 103))
    assert of(UpdateDropped, done)
    assert desk.bots["b"].status is BotStatus.WARMING


# ---- 5. a candle that was acted on already

ONCE = """
state seen = 0
on Candle("BTC/USDT", 1m) {
    seen = seen + 1
    if close > 1 { Buy("BTC/USDT", 100 USDT) }
}
"""


def test_a_candle_that_was_heard_is_not_heard_again_by_the_other_text() -> None:
    desk, _ = advance(started(ONCE), closed(100))
    assert value(desk, "seen") == 1
    again, _ = advance(desk, closed(100))
    assert value(again, "seen") == 1  # so it is without an update
    desk, step = advance(desk, update(ONCE.replace("> 1", "> 2")))
    assert of(BotUpdated, step)
    desk, _ = advance(desk, closed(100))
    assert value(desk, "seen") == 1


# ---- 6. what its withdrawn question begins, in a market the other text does not name

BESIDE = """
on PriceUpdate("BTC/USDT") {
    authorize { Buy("BTC/USDT", 100 USDT) } else { Buy("BTC/USDT:USDT", 0.01, at = 50000) }
}
"""


def test_what_a_withdrawn_question_sends_is_not_left_by_the_other_text() -> None:
    desk, _ = advance(started(BESIDE), quote(60_000.0, symbol="BTC/USDT:USDT"))
    desk, step = advance(desk, quote(60_000.0))
    assert of(ApprovalRequested, step)
    desk, step = advance(desk, update(NO_PAST))
    (sent,) = of(OrderSubmitted, step)
    assert sent.order.terms.symbol == "BTC/USDT:USDT"
    bot = desk.bots["b"]
    assert "BTC/USDT:USDT" in bot.needs.symbols, "its order is in a market nobody of it looks at"


# ---- 7. a chosen number read in another unit


def test_a_chosen_number_is_not_read_in_another_unit() -> None:
    first = 'setting size = 100 USDT\non Candle("BTC/USDT", 1m) { Buy("BTC/USDT", size) }'
    desk = replace(started(first))
    desk, _ = advance(desk, update(first, ("size", "50")))
    assert dict(desk.bots["b"].settings) == {"size": "50"}  # 50 USDT
    second = first.replace("100 USDT", "0.001 BTC")
    desk, step = advance(desk, update(second))
    assert of(CommandRefused, step), f"it buys {dict(desk.bots['b'].settings)['size']} BTC now"


# ---- 8. back to what ran


def test_what_ran_can_be_gone_back_to_whatever_its_tests_say() -> None:
    """A demo bot may be started with a test that fails; the way back is not shut by it."""
    desk, _ = advance(started(), update(NO_PAST))
    was = desk.bots["b"].was
    assert was is not None
    source = desk.scripts[was.version]
    failing = facts(source, "it buys what rises")
    _, step = advance(desk, update(source, *was.settings, is_whole=True, facts=failing))
    assert not of(CommandRefused, step), of(CommandRefused, step)[0].text


# ---- 9. two texts without the place, and back to the first: its order has a second one beside it


def test_back_to_the_first_text_over_two_others_does_not_send_its_order_again() -> None:
    order, desk = _working(started(GRID))
    straight, _ = advance(desk, update(WITHOUT))
    straight, _ = advance(straight, update(GRID))
    _, step = advance(straight, quote(58_000.0, at_ms=3_000))
    assert not of(OrderSubmitted, step)  # over one text it is right
    for text in (WITHOUT, WITHOUT.replace("nothing", "still nothing"), GRID):
        desk, _ = advance(desk, update(text))
    desk, step = advance(desk, quote(58_000.0, at_ms=3_000))
    assert desk.orders[order].status.value == "accepted"
    assert not of(OrderSubmitted, step), "two buys rest where the text has one"


def test_an_order_of_a_place_that_is_gone_does_not_hold_up_another_place() -> None:
    _, desk = _working(started(GRID))
    other = 'on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", 200 USDT, at = 40000) }'
    desk, _ = advance(desk, update(WITHOUT))
    direct, _ = advance(desk, update(other))
    _, step = advance(direct, closed(100))
    assert of(OrderSubmitted, step)


def test_a_text_is_not_taken_over_another_than_it_was_compared_with() -> None:
    desk = started()
    read = desk.bots["b"].version
    command = replace(update(SECOND), over=read)
    later, _ = advance(desk, update(NO_PAST))
    assert later.bots["b"].version != read
    _, step = advance(later, command)
    assert "Look again" in of(CommandRefused, step)[0].text
    _, step = advance(desk, command)
    assert not of(CommandRefused, step)


# ---- a state under another name

RENAMED = (
    "; counter is new and begins at 0. If it is the same, call it count: a value goes on by its "
    "name alone"
)
COUNTS = 'state count = 0\non PriceUpdate("BTC/USDT") { count = count + 1 }'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            COUNTS.replace("count", "counter"),
            "Loses state count, which holds 2" + RENAMED,
        ),
        (
            COUNTS.replace("count = 0", "counter = 0\nstate other = 1").replace(
                "count = count + 1", "counter = other"
            ),
            "Loses state count, which holds 2",
        ),
        (
            COUNTS.replace("count = 0", "counter = false").replace(
                "count = count + 1", "counter = true"
            ),
            "Loses state count, which holds 2",
        ),
    ],
)
def test_a_state_under_another_name_is_lost_and_said_so_with_its_value(
    text: str, told: str
) -> None:
    desk = started(COUNTS)
    for price in (60_000.0, 60_010.0):
        desk, _ = advance(desk, quote(price))
    assert told in tuple(in_words(update_view(desk, update(text))))
    desk, step = advance(desk, update(text))
    assert of(BotUpdated, step)
    new = next(iter(desk.bots["b"].state.bound.program.states))
    assert value(desk, new) == 0


def test_a_state_that_holds_nothing_yet_is_told_so() -> None:
    text = 'state high = 1 USDT\non PriceUpdate("BTC/USDT") { high = none }'
    desk, _ = advance(started(text), quote(60_000.0))
    told = tuple(in_words(update_view(desk, update(NO_PAST))))
    assert "Loses state high, which holds none" in told
