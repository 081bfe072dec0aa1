"""Runs that wait, where two things meet: a stop and a question, a stop-loss and an undo, two lives
of one bot, a word that comes late.

Each story is told twice: straight on, and with the desk made anew from its snapshot before every
message, as if the engine had been killed there.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core.bot import Decision, Occasion, Quote, Snapshot
from lefi_tui.core.desk import BotStatus, apply
from lefi_tui.core.messages import (
    AnswerApproval,
    ApprovalRequested,
    CancelOrders,
    ChangeSettings,
    ClosePosition,
    CommandRefused,
    EmitEvent,
    Kill,
    NoteWritten,
    PauseBot,
    QuoteChanged,
    Resume,
    StartBot,
    StopBot,
    TradingState,
    TradingStateChanged,
    VenueAccepted,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
    Work,
)
from lefi_tui.core.notices import Severity
from lefi_tui.core.order import Order
from lefi_tui.views.severity import severity_of
from tests.engine.waiting_kit import NS, Begin, Story, due

ONE = """
on Start {
    o = Buy("BTC/USDT", 1)
    Print("{o.status} {o.units} at {o.price}")
}
"""
TWO = """
on Start {
    execute { Buy("BTC/USDT", 1, stop_loss = 5%); Buy("ETH/USDT", 2) } else { Print("undone") }
}
"""
ASKS = 'on Start { authorize within 1h { Buy("BTC/USDT", 50%) } else { Print("no") } }'
ASKS_TWICE = """
setting unused = 1
on Start {
    authorize within 1h { Buy("BTC/USDT", 1) } else {
        authorize within 1h { Buy("ETH/USDT", 1) } else { Print("no") }
    }
}
"""
ENDS_BY_ITSELF = """
setting unused = 1
on Start { authorize { Buy("BTC/USDT", 1) } else { finalize { Close("BTC/USDT") } } }
on Stop { finalize { Close("BTC/USDT") } }
"""


def other(story: Story, source: str, work: Work = Work.RECURRING) -> None:
    """A second bot, and a price that begins it."""
    story.tell(StartBot("other", "automated", "main", source, at_ns=story.now, work=work))
    story.prices(100.0)


def traded(story: Story, order: str, units: str, *, is_last: bool = True) -> None:
    """A sale that the venue made by itself."""
    told = ("main", "BTC/USDT", "sell", Decimal(95), Decimal(units), Decimal(0), "taker", "order")
    story.tell(VenueFilled(order, f"of {order}", story.now, *told, is_last))


def leg(story: Story, name: str) -> Order:
    return next(order for order in story.working if order.leg == name)


def answered(story: Story) -> None:
    """The one open question is approved."""
    (question,) = story.desk.approvals.values()
    story.tell(AnswerApproval(question.id, is_approved=True, role="admin", at_ns=story.now))


# ---- a question that is withdrawn


def test_a_bot_that_stops_asks_nobody_again(begin: Begin) -> None:
    for end in (StopBot("b"), Kill()):
        story = begin(ASKS_TWICE)
        story.tell(end)
        assert story.desk.bots["b"].status is BotStatus.STOPPED
        assert story.desk.approvals == {}
        assert story.notes() == ["no"]


def test_settings_and_a_pause_wait_for_what_the_withdrawn_question_begins(begin: Begin) -> None:
    source = f"setting unused = 1\n{TWO}".replace(
        "execute {", 'authorize { Buy("BTC/USDT", 3) } else { execute {'
    ).replace('Print("undone") }', 'Print("undone") } }')
    for command in (ChangeSettings("b", (("unused", "2"),)), PauseBot("b")):
        story = begin(source)
        story.tell(command)
        assert "waits for buy BTC/USDT" in story.of(CommandRefused)[0].text
        story.fill(story.working[0])
        assert story.sent() == ["buy 1.000 BTC/USDT", "buy 2.000 ETH/USDT"]
        assert story.desk.bots["b"].status is BotStatus.RUNNING


def test_no_question_outlives_the_settings_it_was_asked_under(begin: Begin) -> None:
    story = begin(ASKS_TWICE)
    for _ in range(2):
        story.tell(ChangeSettings("b", (("unused", "2"),), at_ns=story.now))
    assert dict(story.desk.bots["b"].settings)["unused"] == "2"
    assert story.desk.approvals == {}


def test_a_script_that_ends_by_itself_meanwhile_has_ended(begin: Begin) -> None:
    changed = ChangeSettings("b", (("unused", "2"),))
    for command in (StopBot("b"), changed, PauseBot("b"), Kill()):
        story = begin(ENDS_BY_ITSELF)
        story.tell(command)
        status = story.desk.bots["b"].status
        assert status in {BotStatus.FINALIZED, BotStatus.STOPPED}
        assert story.desk.approvals == {}


# ---- what was shown is what is sent


def test_a_book_that_moved_is_asked_about_again_though_the_last_price_stands(begin: Begin) -> None:
    story = begin(ASKS)
    book = Quote("BTC/USDT", story.now // 1_000_000, 99.0, 110.0, 100.0)
    story.tell(QuoteChanged("main", book))
    answered(story)
    assert (story.sent(), len(story.of(ApprovalRequested))) == ([], 2)


def test_a_share_of_more_cash_than_was_shown_is_asked_about_again(begin: Begin) -> None:
    story = begin('on PriceUpdate("BTC/USDT:USDT") { Print("none") }')
    other(story, 'on Start { Buy("ETH/USDT", 50, at = 100) }')
    story.tell(StopBot("b"), StartBot("b", "automated", "main", ASKS, at_ns=story.now))
    story.prices(100.0)
    story.tell(StopBot("other"))
    story.cancel(story.working[0])
    answered(story)
    assert (story.sent(), len(story.of(ApprovalRequested))) == (["buy 50.000 ETH/USDT"], 2)


# ---- an order is one order


def test_an_order_of_an_earlier_life_answers_no_run_of_the_next(begin: Begin) -> None:
    story = begin(ONE)
    old = story.working[0]
    story.tell(StopBot("b", at_ns=story.now))
    story.cancel(old)
    story.second += 1
    story.tell(StartBot("b", "automated", "main", ONE, at_ns=story.now))
    story.prices(100.0)
    assert story.working[0].ticket == old.ticket
    story.said.clear()
    story.fill(old)
    assert "went on without" in story.notes()[0]
    story.fill(story.working[0])
    assert story.notes()[1:] == ["filled 1 at 100"]


def test_what_reached_the_venue_once_is_never_sent_again(begin: Begin) -> None:
    for is_filled in (True, False):
        story = begin(ONE)
        order = story.working[0]
        story.tell(VenueAccepted(order.id, story.now, "" if is_filled else "v1"))
        if is_filled:
            story.fill(order, "0.4")
        story.tell(VenueSilent(order.id, story.now, "no answer"))
        story.tell(VenueNeverSaw(order.id, story.now))
        assert story.sent() == ["buy 1.000 BTC/USDT"]
        assert len(story.notes()) == 1


def test_a_run_hears_of_the_order_that_works_not_of_the_one_before_it(begin: Begin) -> None:
    story = begin(ONE)
    first = story.working[0]
    story.tell(VenueNeverSaw(first.id, story.now))
    story.fill(first)
    assert [each.kind for each in story.of(NoteWritten)] == ["stuck"]
    story.fill(story.working[0], price=101.0)
    assert story.notes()[1:] == ["filled 1 at 101"]


def test_a_run_hears_of_its_close_also_where_it_closed_anothers_units(begin: Begin) -> None:
    story = begin("""
    on Start { Buy("BTC/USDT", 1) }
    on Event("go") { o = Close("BTC/USDT"); Print("closed") }
    """)
    story.fill(story.working[0])
    other(story, 'on Start { Buy("BTC/USDT", 1) }')
    story.fill(story.working[0])
    story.tell(EmitEvent("go", at_ns=story.now))
    traded(story, "of nobody", "1")
    story.fill(story.working[0])
    assert story.notes() == ["closed"]


# ---- an undo


def test_an_undo_never_sells_what_is_anothers(begin: Begin) -> None:
    story = begin(TWO)
    story.fill(story.working[0])
    traded(story, leg(story, "stop").id, "1")
    other(story, 'on Start { Buy("BTC/USDT", 1) }')
    story.fill(story.working[-1])
    story.tell(VenueRejected(story.working[0].id, story.now, "NO", "not today"))
    assert story.desk.positions["main", "BTC/USDT"].shares == {"other": Decimal(1)}
    assert (story.working, story.notes()) == ([], ["undone"])


def test_an_undo_trades_back_what_a_stop_has_left(begin: Begin) -> None:
    story = begin(TWO)
    story.fill(story.working[0])
    traded(story, leg(story, "stop").id, "0.6", is_last=False)
    story.tell(VenueRejected(leg(story, "entry").id, story.now, "NO", "not today"))
    assert story.sent()[2:] == ["sell 0.400 BTC/USDT"]
    story.fill(leg(story, "entry"))
    assert (story.working, story.notes()) == ([], ["undone"])


def test_an_undo_and_a_persons_close_do_not_both_sell(begin: Begin) -> None:
    for market in ("BTC/USDT", "BTC/USDT:USDT"):
        story = begin(TWO.replace("BTC/USDT", market))
        story.fill(story.working[0])
        entry = leg(story, "entry")
        story.tell(ClosePosition("main", market, at_ns=story.now))
        story.tell(VenueRejected(entry.id, story.now, "NO", "not today"))
        closes = [order for order in story.working if order.leg == "entry"]
        assert [order.owner for order in closes] == ["hand"]
        story.fill(closes[0])
        due(story, 1)
        assert (story.working, story.notes()) == ([], ["undone"])


def test_what_fills_behind_its_end_is_told_loudly(begin: Begin) -> None:
    story = begin(ONE)
    late = leg(story, "entry")
    due(story, 30)
    story.cancel(late)
    story.fill(late, "1")
    note = story.of(NoteWritten)[-1]
    assert "buy 1 of BTC/USDT was filled when" in note.text
    assert severity_of(note) is Severity.URGENT
    assert story.working == []


def test_an_undo_waits_as_long_as_trading_is_halted(begin: Begin) -> None:
    story = begin(TWO)
    story.fill(story.working[0])
    halted = TradingStateChanged(TradingState.HALTED, "the disk is full", "engine", story.now)
    story.desk = apply(story.desk, halted)
    story.tell(VenueRejected(leg(story, "entry").id, story.now, "NO", "not today"))
    for _ in range(20):
        due(story, 60)
    assert (story.sent()[2:], story.notes()) == ([], [])
    story.tell(Resume("the disk has room", at_ns=story.now))
    due(story, 60)
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT"]


def test_what_the_policy_cannot_trade_back_is_told_and_undone_by_the_transaction(
    begin: Begin,
) -> None:
    story = begin("""
    policy { partial_fill = cancel }
    state n = 0
    on PriceUpdate("BTC/USDT") {
        n = n + 1
        if n == 1 { Buy("BTC/USDT", 2) }
        if n == 2 {
            execute { Buy("ETH/USDT", 1); Sell("BTC/USDT", 1) } else { Print("undone") }
        }
    }
    """)
    story.fill(story.working[0])
    story.prices(100.0)
    story.fill(story.working[0])
    story.fill(story.working[0], "0.4")
    due(story, 30)
    story.cancel(story.working[0])
    for _ in range(2):
        story.fill(story.working[0])
    assert story.sent()[3:] == ["buy 0.400 BTC/USDT", "sell 1.000 ETH/USDT"]
    assert story.desk.positions["main", "BTC/USDT"].units == 2
    assert story.notes() == ["undone"]


def test_a_transaction_that_was_undone_is_no_work_done(begin: Begin) -> None:
    story = begin('on PriceUpdate("BTC/USDT:USDT") { Print("none") }')
    source = TWO.replace("on Start", 'on PriceUpdate("BTC/USDT")')
    other(story, source, work=Work.UNTIL_EXECUTED)
    story.fill(story.working[0])
    story.tell(VenueRejected(leg(story, "entry").id, story.now, "NO", "not today"))
    story.fill(leg(story, "entry"))
    assert story.notes()[-1] == "undone"
    assert story.desk.bots["other"].is_alive
    story.prices(100.0)
    for _ in range(2):
        story.fill(leg(story, "entry"))
    assert story.desk.bots["other"].status is BotStatus.FINALIZED


# ---- a bot that fails


class Fails(Automated):
    """Its script does more than it may at a price of 13."""

    def decide(self, state: Any, occasion: Occasion, snapshot: Snapshot) -> Decision:
        if any(quote.last == 13.0 for quote in occasion.quotes):
            return Decision(state, fault="more steps than it may take")
        return super().decide(state, occasion, snapshot)


def test_a_bot_that_fails_leaves_no_entry_behind_and_says_what_is_half_done(begin: Begin) -> None:
    story = begin('on PriceUpdate("BTC/USDT:USDT") { Print("none") }')
    story.desk = replace(story.desk, kinds={"automated": Fails()})
    other(story, f'{TWO}\non PriceUpdate("BTC/USDT") {{ Print("seen") }}')
    story.fill(story.working[0])
    entry = leg(story, "entry")
    story.prices(13.0)
    assert story.desk.bots["other"].status is BotStatus.FAULTED
    assert story.of(CancelOrders)[-1].orders == (entry.id,)
    assert {order.leg for order in story.working} == {"entry", "stop"}
    assert story.of(NoteWritten)[-1].kind == "stuck"
    assert "waited for buy ETH/USDT" in story.notes()[-1]


# ---- an end of every moment


def test_runs_that_wake_each_other_for_ever_leave_the_desk_its_time(begin: Begin) -> None:
    story = begin("""
    on Start { Emit("go") }
    on Event("go") { o = Close("BTC/USDT"); Emit("go") }
    """)
    said = len(story.said)
    assert said < 2_000
    due(story, 1)
    assert len(story.said) > said
    story.tell(Kill(at_ns=story.now + NS))
    assert story.desk.bots["b"].status is BotStatus.STOPPED
