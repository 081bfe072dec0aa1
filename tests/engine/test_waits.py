"""Runs that wait at the desk: for an order, for a person, for a step to be undone.

Each story is told twice: straight on, and with the desk made anew from its snapshot before every
message, as if the engine had been killed there.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from lefi_tui.core.approval import ApprovalRule
from lefi_tui.core.desk import BotStatus
from lefi_tui.core.messages import (
    AnswerApproval,
    ApprovalAnswered,
    ApprovalEnded,
    ApprovalRequested,
    BotFinalized,
    BotStopped,
    CancelOrders,
    CashFlowPlanned,
    ChangeSettings,
    CommandRefused,
    FundingCharged,
    IntentRefused,
    Kill,
    OrderDenied,
    OrderSubmitted,
    SetAlarm,
    SetApprovalRules,
    SetLimits,
    StopBot,
    TimersDue,
    VenueNeverSaw,
    VenueRejected,
)
from tests.engine.waiting_kit import NS, Story

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
ASKS = """
setting unused = 1
on Start {
    authorize within 10m { Buy("BTC/USDT", 50%); Print("yes") } else { Print("no") }
}
"""


Begin = Callable[..., Story]


@pytest.fixture(params=[False, True], ids=["straight on", "restarted"])
def begin(request: pytest.FixtureRequest) -> Begin:
    """A bot that was started, and has seen a price; `is_quiet`: none since it was started."""

    def begun(source: str, *, cash: str = "10000", is_quiet: bool = False) -> Story:
        story = Story(source, restarts=bool(request.param), cash=cash)
        if not is_quiet:
            story.prices(100.0)
        return story

    return begun


def due(story: Story, seconds: int) -> None:
    story.second += seconds
    story.tell(TimersDue("b", (), story.now))


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


# ---- an approval


def asked(story: Story) -> ApprovalRequested:
    """The newest question."""
    request: ApprovalRequested = story.of(ApprovalRequested)[-1]
    return request


def said(story: Story, *, by: str = "anna", role: str = "admin", yes: bool = True) -> None:
    command = AnswerApproval(asked(story).approval.id, yes, at_ns=story.now, by=by, role=role)
    story.tell(command)


def test_a_person_is_shown_units_the_worst_price_and_the_cost_and_then_it_is_sent(
    begin: Begin,
) -> None:
    story = begin(ASKS)
    approval = asked(story).approval
    row = approval.orders[0]
    assert story.sent() == []
    assert (row.action, row.symbol, row.account, row.unit) == ("buy", "BTC/USDT", "main", "USDT")
    assert row.units == Decimal("49.950")
    assert row.price == Decimal("100.05") * Decimal("1.01")
    assert row.cost is not None
    assert approval.deadline_ns == story.now + 600 * NS
    said(story)
    assert story.sent() == ["buy 49.950 BTC/USDT"]
    assert story.notes() == ["yes"]
    assert story.desk.approvals == {}


def test_a_word_is_taken_once(begin: Begin) -> None:
    story = begin(ASKS)
    said(story)
    said(story)
    assert len(story.of(OrderSubmitted)) == 1
    assert "was answered" in story.of(CommandRefused)[0].text


def test_a_word_that_comes_late_is_never_taken(begin: Begin) -> None:
    story = begin(ASKS)
    story.second += 600
    said(story)
    assert "over its deadline" in story.of(CommandRefused)[0].text
    story.tell(TimersDue("b", (), story.now))
    assert [each.outcome for each in story.of(ApprovalEnded)] == ["expired"]
    assert (story.sent(), story.notes()) == ([], ["no"])


def test_declined_takes_the_else(begin: Begin) -> None:
    story = begin(ASKS)
    said(story, yes=False)
    assert (story.sent(), story.notes()) == ([], ["no"])


def test_a_price_past_the_band_is_asked_about_again(begin: Begin) -> None:
    story = begin(ASKS)
    story.prices(102.0)
    said(story)
    assert (story.sent(), len(story.of(ApprovalRequested))) == ([], 2)
    said(story)
    assert story.sent() == ["buy 48.970 BTC/USDT"]


def test_cash_that_was_spent_meanwhile_is_refused_or_asked_again(begin: Begin) -> None:
    source = ASKS.replace("50%", "90")
    story = begin(source)
    story.tell(FundingCharged("main", "BTC/USDT:USDT", story.now, Decimal(9_000), "f1"))
    said(story)
    assert story.sent() == []
    assert len(story.of(OrderDenied)) == 1


def test_a_limit_that_was_lowered_meanwhile_holds(begin: Begin) -> None:
    story = begin(ASKS)
    story.tell(SetLimits(order_notional_max=Decimal(1_000)))
    said(story)
    assert story.sent() == []
    assert [v.code for v in story.of(OrderDenied)[0].verdicts if not v.passed] == [
        "NOTIONAL_EXCEEDS_MAXIMUM"
    ]


def test_another_script_or_other_settings_withdraw_the_question(begin: Begin) -> None:
    story = begin(ASKS)
    story.tell(ChangeSettings("b", (("unused", "2"),), at_ns=story.now))
    assert [each.outcome for each in story.of(ApprovalEnded)] == ["withdrawn"]
    said(story)
    assert (story.sent(), story.notes()) == ([], ["no"])
    other = begin(ASKS)
    other.tell(StopBot("b", at_ns=other.now))
    assert other.desk.bots["b"].status is BotStatus.STOPPED
    said(other)
    assert (other.sent(), len(other.of(CommandRefused))) == ([], 1)


def test_who_may_answer_hangs_on_the_script_the_rules_and_the_amount(begin: Begin) -> None:
    rules = SetApprovalRules((ApprovalRule("buy", Decimal(1_000), "admin"),))
    story = begin(ASKS, is_quiet=True)
    story.tell(rules)
    story.prices(100.0)
    for role in ("viewer", "trader", "approver"):
        said(story, by="bert", role=role)
    assert len(story.of(CommandRefused)) == 3
    assert "needs the role admin; bert is viewer" in story.of(CommandRefused)[0].text
    said(story, by="bert", role="admin")
    assert len(story.of(ApprovalAnswered)) == 1
    owner = begin(ASKS.replace("within", 'by "owner" within'))
    said(owner, by="bert", role="approver")
    assert owner.sent() == []
    said(owner, by="carl", role="owner")
    assert len(owner.sent()) == 1


def test_four_eyes_are_not_those_of_who_started_the_bot(begin: Begin) -> None:
    story = begin(ASKS, is_quiet=True)
    story.tell(SetApprovalRules((), four_eyes=True))
    story.prices(100.0)
    said(story, by="anna")
    assert "needs a second person" in story.of(CommandRefused)[0].text
    said(story, by="bert")
    assert len(story.sent()) == 1


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
