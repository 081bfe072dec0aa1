"""Runs that wait at the desk: for an order, for a person, for a step to be undone.

Each story is told twice: straight on, and with the desk made anew from its snapshot before every
message, as if the engine had been killed there.
"""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.desk import BotStatus
from lefi_tui.core.messages import (
    BotFinalized,
    BotStopped,
    CancelOrders,
    CashFlowPlanned,
    ChangeLimits,
    ChangeSettings,
    CommandRefused,
    HoldBots,
    IntentRefused,
    Kill,
    OrderDenied,
    ResumeBot,
    SetAlarm,
    StartBot,
    StopBot,
    VenueNeverSaw,
    VenueRejected,
)
from tests.engine.waiting_kit import NS, Begin, due

ONE = """
on Start {
    o = Buy("BTC/USDT", 1)
    Print("{o.status} {o.units} at {o.price}")
}
"""
TWO = """
setting unused = 1
on Start {
    execute {
        Buy("BTC/USDT", 1)
        Buy("ETH/USDT", 2)
        Print("both")
    } else { Print("not both") }
    Print("behind")
}
"""


# ---- an order whose result is used


def test_a_run_goes_on_when_its_order_is_filled(begin: Begin) -> None:
    story = begin(ONE)
    assert story.sent() == ["buy 1.000 BTC/USDT"]
    story.fill(story.working[0], "0.4", 100.0)
    assert story.notes() == []
    story.fill(story.working[0], "0.6", 101.0)
    assert story.notes() == ["filled 1 at 100.6"]
    assert story.desk.bots["b"].awaited == ()


def test_an_order_that_a_run_waits_for_is_canceled_when_the_policys_time_is_over(
    begin: Begin,
) -> None:
    story = begin(ONE)
    assert story.of(SetAlarm)[-1].at_ns == story.now + 30 * NS
    order = story.working[0]
    due(story, 29)
    assert story.of(CancelOrders) == []
    due(story, 1)
    assert story.of(CancelOrders)[0].orders == (order.id,)
    story.cancel(order)
    assert story.notes() == ["canceled 0 at none"]
    assert story.of(SetAlarm)[-1].at_ns == 0


def test_an_order_has_its_end_also_while_its_bot_waits_for_a_person(begin: Begin) -> None:
    story = begin(ONE)
    order = story.working[0]
    story.tell(HoldBots("ask", at_ns=story.now))
    due(story, 30)
    assert story.of(CancelOrders)[0].orders == (order.id,)
    story.cancel(order)
    assert story.notes() == []
    story.tell(ResumeBot("b", at_ns=story.now))
    assert story.notes() == ["canceled 0 at none"]


def test_a_limit_order_no_run_waits_for_rests(begin: Begin) -> None:
    story = begin('on Start { Buy("BTC/USDT", 1, at = 90) }')
    due(story, 3_600)
    assert [order.deadline_ns for order in story.working] == [0]
    assert story.of(CancelOrders) == []


def test_what_is_filled_of_an_order_stays_goes_or_is_completed_as_the_policy_says(
    begin: Begin,
) -> None:
    ends = {}
    for policy in ("keep", "cancel", "complete"):
        source = f"policy {{ partial_fill = {policy} }}\n{ONE}"
        story = begin(source)
        order = story.working[0]
        story.fill(order, "0.4")
        due(story, 30)
        if story.of(CancelOrders):
            story.cancel(story.working[0])
        ends[policy] = (story.sent()[1:], story.notes())
    assert ends == {
        "keep": ([], ["canceled 0.4 at 100"]),
        "cancel": (["sell 0.400 BTC/USDT"], ["canceled 0 at none"]),
        "complete": ([], []),
    }


def test_only_what_surely_never_reached_the_venue_is_sent_again_and_so_often(
    begin: Begin,
) -> None:
    story = begin(f"policy {{ retry = 2 }}\n{ONE}")
    ids = []
    for _ in range(3):
        ids.append(story.working[0].id)
        story.tell(VenueNeverSaw(ids[-1], story.now))
    assert len(set(ids)) == 3
    assert story.working == []
    assert story.notes() == ["canceled 0 at none"]
    rejected = begin(f"policy {{ retry = 2 }}\n{ONE}")
    rejected.tell(VenueRejected(rejected.working[0].id, rejected.now, "FUNDS", "too little"))
    assert (rejected.sent(), rejected.notes()) == (["buy 1.000 BTC/USDT"], ["refused 0 at none"])


def test_what_the_gate_refuses_is_heard_at_once(begin: Begin) -> None:
    story = begin(ONE, cash="10")
    assert len(story.of(OrderDenied)) == 1
    assert story.notes() == ["refused 0 at none"]


def test_a_close_of_nothing_counts_as_filled(begin: Begin) -> None:
    source = 'on Start { if Close("BTC/USDT") { Print("flat") } else { Print("not flat") } }'
    assert begin(source).notes() == ["flat"]


# ---- a transaction


def test_a_transaction_sends_each_step_behind_the_one_before(begin: Begin) -> None:
    story = begin(TWO)
    assert story.sent() == ["buy 1.000 BTC/USDT"]
    story.fill(story.working[0])
    assert story.sent()[1:] == ["buy 2.000 ETH/USDT"]
    story.fill(story.working[0])
    assert story.notes() == ["both", "behind"]


def test_a_step_that_fails_undoes_the_ones_before_it(begin: Begin) -> None:
    story = begin(TWO)
    story.fill(story.working[0])
    story.tell(VenueRejected(story.working[0].id, story.now, "NO", "not today"))
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT"]
    assert story.notes() == []
    story.fill(story.working[0])
    assert story.notes() == ["not both", "behind"]
    assert story.desk.positions["main", "BTC/USDT"].units == 0


def test_an_undo_that_is_refused_is_tried_again_and_then_told(begin: Begin) -> None:
    story = begin(f"policy {{ retry = 2 }}\n{TWO}")
    story.fill(story.working[0])
    story.tell(VenueRejected(story.working[0].id, story.now, "NO", "not today"))
    for wait_s in (1, 2):
        story.tell(VenueRejected(story.working[0].id, story.now, "BUSY", "later"))
        assert story.working == []
        assert story.desk.bots["b"].awaited[0].kind == "again"
        due(story, wait_s)
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT"] * 3
    story.tell(VenueRejected(story.working[0].id, story.now, "BUSY", "later"))
    stuck = "sell BTC/USDT was not undone: later. What it leaves stays; look after it."
    assert story.notes() == [stuck, "not both", "behind"]


def test_a_close_of_a_perpetual_is_undone_at_the_leverage_it_had(begin: Begin) -> None:
    source = """
    state n = 0
    on PriceUpdate("BTC/USDT:USDT") {
        n = n + 1
        if n == 1 { Buy("BTC/USDT:USDT", 1, leverage = 10, stop_loss = 5%) }
        if n == 2 {
            execute { Close("BTC/USDT:USDT"); Buy("ETH/USDT", 1) } else { Print("undone") }
        }
    }
    """
    story = begin(source)
    story.fill(story.working[0])
    story.prices(100.0)
    story.fill(story.working[-1])
    story.tell(VenueRejected(story.working[0].id, story.now, "NO", "not today"))
    again = story.working[-1]
    assert (again.terms.side.value, again.terms.leverage) == ("buy", Decimal(10))
    story.fill(again)
    assert story.desk.positions["main", "BTC/USDT:USDT"].leverage == 10


def test_a_bot_that_is_stopped_trades_back_what_was_half_done_and_begins_nothing(
    begin: Begin,
) -> None:
    source = TWO.replace('Print("behind")', 'Buy("BTC/USDT", 3)')
    story = begin(source)
    story.fill(story.working[0])
    story.tell(StopBot("b", at_ns=story.now))
    assert story.of(BotStopped) == []
    story.cancel(story.working[0])
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT"]
    story.fill(story.working[0])
    assert [each.code for each in story.of(IntentRefused)] == ["BOT_STOPPING"]
    assert len(story.of(BotStopped)) == 1
    assert story.desk.bots["b"].status is BotStatus.STOPPED


def test_a_kill_ends_every_wait(begin: Begin) -> None:
    story = begin(TWO)
    story.fill(story.working[0])
    order = story.working[0]
    story.tell(Kill(at_ns=story.now))
    story.cancel(order)
    assert story.sent()[2:] == []
    assert story.desk.bots["b"].status is BotStatus.STOPPED


def test_settings_wait_for_an_order_under_way(begin: Begin) -> None:
    story = begin(TWO)
    story.tell(ChangeSettings("b", (("unused", "2"),), at_ns=story.now))
    assert "waits for buy BTC/USDT" in story.of(CommandRefused)[0].text


def test_nobody_else_spends_what_a_transaction_under_way_still_needs(begin: Begin) -> None:
    source = """
    on Start {
        execute { Buy("BTC/USDT", 20); Buy("ETH/USDT", 30); Buy("BTC/USDT", 40) }
    }
    """
    spends = 'on PriceUpdate("BTC/USDT") { Buy("BTC/USDT", 30) }'
    story = begin(source)
    story.tell(StartBot("other", "automated", "main", spends, at_ns=story.now))
    story.fill(story.working[0])
    story.prices(100.0)
    assert [each.order.owner for each in story.of(OrderDenied)] == ["other"]
    story.tell(VenueRejected(story.working[0].id, story.now, "NO", "not today"))
    story.fill(story.working[0])
    story.prices(100.0)
    assert story.sent()[-1] == "buy 30.000 BTC/USDT", "the transaction is undone: its cash is free"


def kept(begin: Begin, block: str) -> list[float]:
    """Free cash that is kept for the steps to come, behind each order that was sent."""
    story = begin(f"on Start {{ execute {{ {block} }} }}")
    out = []
    while story.working:
        out.append(story.desk.bots["b"].reserved)
        story.fill(story.working[0])
    return [round(each) for each in (*out, story.desk.bots["b"].reserved)]


def test_a_cancel_between_its_steps_moves_nothing_that_is_kept_for_them(begin: Begin) -> None:
    steps = 'Buy("BTC/USDT", 10)', 'Buy("ETH/USDT", 20)', 'Buy("BTC/USDT", 5)'
    plain = kept(begin, "; ".join(steps))
    assert plain == [2501, 500, 0, 0]
    for number in range(len(steps)):
        among = [*steps[:number], 'Cancel("BTC/USDT:USDT")', *steps[number:]]
        assert kept(begin, "; ".join(among)) == plain


def test_what_was_kept_for_a_step_that_is_passed_over_is_free_behind_it(begin: Begin) -> None:
    block = """
        Buy("BTC/USDT", 10)
        if Position("BTC/USDT") < 5 { Buy("ETH/USDT", 20) }
        Buy("ETH/USDT", 5)
    """
    assert kept(begin, block)[1:] == [0, 0]


def test_no_limit_leaves_a_transaction_half_done(begin: Begin) -> None:
    source = """
    state n = 0
    on PriceUpdate("BTC/USDT:USDT") {
        n = n + 1
        if n == 1 { Buy("BTC/USDT:USDT", 1) }
        if n == 2 { execute { Close("BTC/USDT:USDT"); Buy("ETH/USDT", 1) } else { Print("back") } }
    }
    """
    story = begin(source)
    story.fill(story.working[0])
    story.tell(ChangeLimits("desk", (("order_notional_max", "10"),)))
    story.prices(100.0)
    story.fill(story.working[-1])
    assert len(story.of(OrderDenied)) == 1, "the entry of its second step"
    assert story.sent()[2:] == ["buy 1.000 BTC/USDT:USDT"]


# ---- the end of a script, cash flows


def test_a_script_that_is_done_leaves_the_executor(begin: Begin) -> None:
    source = 'on PriceUpdate("BTC/USDT") { finalize { Buy("BTC/USDT", 1) } }'
    story = begin(source)
    story.fill(story.working[0])
    assert len(story.of(BotFinalized)) == 1
    story.prices(101.0)
    assert story.sent() == ["buy 1.000 BTC/USDT"]
    assert story.desk.bots["b"].status is BotStatus.FINALIZED


def test_a_transaction_that_is_not_filled_leaves_the_script_alive(begin: Begin) -> None:
    source = 'on PriceUpdate("BTC/USDT") { finalize { Buy("BTC/USDT", 1) } }'
    story = begin(source)
    story.tell(VenueRejected(story.working[0].id, story.now, "NO", "not today"))
    assert story.of(BotFinalized) == []
    story.prices(101.0)
    assert len(story.sent()) == 2


def test_a_planned_cash_flow_is_recorded_with_its_date_and_its_worth(begin: Begin) -> None:
    source = "state due = 0 USDT\non Start { due pays 1_000 USDT in 365d at 5% }"
    flow = begin(source).of(CashFlowPlanned)[0].flow
    assert (flow.amount, flow.unit, round(flow.present, 6)) == (1_000.0, "USDT", 952.380952)
