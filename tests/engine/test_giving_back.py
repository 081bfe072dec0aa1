"""What is traded back beside its run: fills that come too late, a trade back that fails.

Each story is told twice: straight on, and with the desk made anew from its snapshot before every
message, as if the engine had been killed there.
"""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.desk import BotStatus, apply
from lefi_tui.core.messages import (
    BotStopped,
    ClosePosition,
    Kill,
    NoteWritten,
    Resume,
    SetAlarm,
    StopBot,
    TradingState,
    TradingStateChanged,
    VenueFilled,
    VenueRejected,
)
from lefi_tui.core.notices import Severity
from lefi_tui.core.order import Order
from lefi_tui.views.severity import severity_of
from tests.engine.waiting_kit import NS, Begin, Story, due

TWO = """
on Start {
    execute { Buy("BTC/USDT", 1); Buy("ETH/USDT", 2, stop_loss = 5%) } else { Print("undone") }
}
"""
CANCELS = """
policy { partial_fill = cancel, retry = 2 }
on Start { o = Buy("BTC/USDT", 1); Print("{o.status} {o.units}") }
""".replace(", retry", "\n retry")


def late_step(story: Story) -> Order:
    """The second step, canceled at its time limit; the first is being traded back."""
    story.fill(story.working[0])
    late = story.working[-1]
    due(story, 30)
    story.cancel(late)
    return late


def left_of(story: Story) -> dict[str, Decimal]:
    return {key[1]: each.units for key, each in story.desk.positions.items() if each.units}


def partly(story: Story) -> None:
    """0.4 of it was filled when its time was over, and the venue has canceled the rest."""
    story.fill(story.working[0], "0.4")
    due(story, 30)
    story.cancel(story.working[0])


def refuse(story: Story) -> None:
    (back,) = story.working
    story.tell(VenueRejected(back.id, story.now, "BUSY", "later"))


# ---- a step that fills behind its end


def test_a_step_that_fills_behind_its_end_is_traded_back_like_the_others(begin: Begin) -> None:
    story = begin(TWO)
    late = late_step(story)
    story.fill(late, "2")
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT", "sell 2.000 ETH/USDT"]
    for order in [each for each in story.working if each.leg == "entry"]:
        story.fill(order)
    assert left_of(story) == {}
    assert story.desk.bots["b"].owed == ()
    assert "it is traded back" in story.notes()[0]
    assert story.notes()[1:] == ["undone"]


def test_each_late_fill_of_a_step_is_traded_back_once(begin: Begin) -> None:
    story = begin(TWO)
    late = late_step(story)
    story.fill(story.working[0])
    for units in ("0.5", "0.7"):
        said = story.fill(late, units)
        story.tell(*(each for each in said if isinstance(each, VenueFilled)))
    assert story.sent()[3:] == ["sell 0.500 ETH/USDT", "sell 0.700 ETH/USDT"]


def test_what_filled_before_the_venue_told_the_cancel_is_the_transactions_own_undo(
    begin: Begin,
) -> None:
    story = begin(f"policy {{ partial_fill = cancel }}\n{TWO}")
    story.fill(story.working[0])
    late = story.working[-1]
    story.fill(late, "0.5")
    due(story, 30)
    story.fill(late, "0.7")
    story.cancel(late)
    story.fill(next(each for each in story.working if each.leg == "entry"))
    assert story.sent()[2:] == ["sell 1.200 ETH/USDT", "sell 1.000 BTC/USDT"]


def test_a_late_fill_that_its_stop_has_closed_is_not_traded_back_again(begin: Begin) -> None:
    story = begin(TWO)
    late = late_step(story)
    story.fill(story.working[0])
    story.fill(late, "1")
    refuse_entry = next(each for each in story.working if each.leg == "entry")
    stop = next(each for each in story.working if each.leg == "stop")
    story.fill(stop, "1", 95.0)
    story.tell(VenueRejected(refuse_entry.id, story.now, "NO", "nothing to reduce"))
    assert left_of(story) == {}
    assert story.working == []
    assert story.desk.bots["b"].owed == ()


def test_a_late_sale_of_what_was_held_before_is_bought_back(begin: Begin) -> None:
    story = begin("""
    state n = 0
    on PriceUpdate("BTC/USDT:USDT") {
        n = n + 1
        if n == 1 { Buy("BTC/USDT:USDT", 1, leverage = 5) }
        if n == 2 { execute { Sell("BTC/USDT:USDT", 3, leverage = 5) } else { Print("undone") } }
    }
    """)
    story.fill(story.working[0])
    story.prices(100.0)
    late = story.working[0]
    due(story, 30)
    story.cancel(late)
    story.fill(late, "3")
    assert story.sent()[2:] == ["buy 2.000 BTC/USDT:USDT", "buy 1.000 BTC/USDT:USDT"]
    assert [each.terms.is_reduce_only for each in story.working] == [True, False]
    for order in story.working:
        story.fill(order)
    assert left_of(story) == {"BTC/USDT:USDT": Decimal(1)}


def test_a_step_that_fills_when_its_bot_has_stopped_is_traded_back_too(begin: Begin) -> None:
    story = begin(TWO)
    late = late_step(story)
    story.tell(StopBot("b", at_ns=story.now))
    story.fill(story.working[0])
    assert story.desk.bots["b"].status is BotStatus.STOPPED
    story.fill(late, "2")
    story.tell(VenueRejected(story.working[-1].id, story.now, "BUSY", "later"))
    due(story, 1)
    story.fill(next(each for each in story.working if each.leg == "entry"))
    assert left_of(story) == {}


def test_what_fills_behind_a_kill_is_the_kills_and_told(begin: Begin) -> None:
    story = begin(TWO)
    late = late_step(story)
    story.tell(Kill(at_ns=story.now))
    for order in story.working:
        story.cancel(order)
    sent = story.sent()
    story.fill(late, "2")
    assert story.sent() == sent
    assert severity_of(story.of(NoteWritten)[-1]) is Severity.URGENT


# ---- a trade back that fails


def test_a_trade_back_that_fails_is_tried_again_later_and_later_and_then_told(
    begin: Begin,
) -> None:
    story = begin(CANCELS)
    partly(story)
    assert story.notes() == ["canceled 0"]
    for wait_s in (1, 2):
        refuse(story)
        assert story.working == []
        assert story.of(SetAlarm)[-1].at_ns == story.now + wait_s * NS
        due(story, wait_s)
    assert story.sent()[1:] == ["sell 0.400 BTC/USDT"] * 3
    refuse(story)
    stuck = story.of(NoteWritten)[-1]
    assert stuck.text == (
        "sell 0.4 of BTC/USDT was not traded back: it was rejected by the venue: later. "
        "What it leaves stays; look after it."
    )
    assert severity_of(stuck) is Severity.URGENT
    assert story.desk.bots["b"].owed == ()


def test_only_what_is_left_of_a_trade_back_is_tried_again(begin: Begin) -> None:
    story = begin(CANCELS)
    partly(story)
    story.fill(story.working[0], "0.1")
    story.cancel(story.working[0])
    due(story, 1)
    assert story.sent()[1:] == ["sell 0.400 BTC/USDT", "sell 0.300 BTC/USDT"]
    story.fill(story.working[0])
    assert left_of(story) == {}


def test_a_trade_back_waits_as_long_as_trading_is_halted(begin: Begin) -> None:
    story = begin(CANCELS)
    story.fill(story.working[0], "0.4")
    due(story, 30)
    halted = TradingStateChanged(TradingState.HALTED, "the disk is full", "engine", story.now)
    story.desk = apply(story.desk, halted)
    story.cancel(story.working[0])
    for _ in range(5):
        due(story, 60)
    assert (story.sent()[1:], story.notes()) == ([], ["canceled 0"])
    story.tell(Resume("the disk has room", at_ns=story.now))
    due(story, 60)
    assert story.sent()[1:] == ["sell 0.400 BTC/USDT"]


def test_a_trade_back_and_a_persons_close_do_not_both_sell(begin: Begin) -> None:
    story = begin(CANCELS)
    story.fill(story.working[0], "0.4")
    story.tell(ClosePosition("main", "BTC/USDT", at_ns=story.now))
    entry, close = story.working
    story.cancel(entry)
    assert story.working == [close]
    story.fill(close)
    due(story, 1)
    assert (left_of(story), story.working) == ({}, [])
    assert story.desk.bots["b"].owed == ()


def test_a_bot_that_stops_waits_for_its_trade_back(begin: Begin) -> None:
    story = begin(CANCELS)
    partly(story)
    refuse(story)
    story.tell(StopBot("b", at_ns=story.now))
    assert story.of(BotStopped) == []
    due(story, 1)
    story.fill(story.working[0])
    assert len(story.of(BotStopped)) == 1
    assert left_of(story) == {}


def test_what_is_owed_when_a_kill_comes_is_told(begin: Begin) -> None:
    story = begin(CANCELS)
    partly(story)
    refuse(story)
    story.tell(Kill(at_ns=story.now))
    assert story.desk.bots["b"].status is BotStatus.STOPPED
    stuck = next(each for each in story.of(NoteWritten) if each.kind == "stuck")
    assert "sell 0.4 of BTC/USDT was not traded back: trading is halted" in stuck.text


# ---- an undo through zero


SHORTS = """
state n = 0
on PriceUpdate("BTC/USDT:USDT") {
    n = n + 1
    if n == 1 { Buy("BTC/USDT:USDT", 1, leverage = 5) }
    if n == 2 {
        execute {
            Sell("BTC/USDT:USDT", 3, leverage = 5, stop_loss = 5%)
            Buy("ETH/USDT", 1)
        } else { Print("undone") }
    }
}
"""


def turned(story: Story) -> Order:
    """From one unit long to two short; its second step is on its way."""
    story.fill(story.working[0])
    story.prices(100.0)
    story.fill(story.working[0])
    return next(each for each in story.working if each.terms.symbol == "ETH/USDT")


def test_an_undo_through_zero_gives_back_what_it_opened_then_opens_what_was_there(
    begin: Begin,
) -> None:
    story = begin(SHORTS)
    second = turned(story)
    story.tell(VenueRejected(second.id, story.now, "NO", "not today"))
    for units, is_reduce_only in (("2.000", True), ("1.000", False)):
        assert story.sent()[-1] == f"buy {units} BTC/USDT:USDT"
        undo = next(each for each in story.working if each.leg == "entry")
        assert undo.terms.is_reduce_only is is_reduce_only
        story.fill(undo)
    assert left_of(story) == {"BTC/USDT:USDT": Decimal(1)}
    assert story.notes() == ["undone"]


def test_an_undo_through_zero_never_opens_what_its_stop_has_closed(begin: Begin) -> None:
    for closed in ("2", "0.5"):
        story = begin(SHORTS)
        second = turned(story)
        stop = next(each for each in story.working if each.leg == "stop")
        story.fill(stop, closed, 105.0)
        story.tell(VenueRejected(second.id, story.now, "NO", "not today"))
        while any(each.leg == "entry" for each in story.working):
            story.fill(next(each for each in story.working if each.leg == "entry"))
        assert left_of(story) == {"BTC/USDT:USDT": Decimal(1)}
        assert story.notes() == ["undone"]
