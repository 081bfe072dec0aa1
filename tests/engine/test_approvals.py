"""Runs that wait for a person: what they are shown, who may answer, and what becomes of a word.

Each story is told twice: straight on, and with the desk made anew from its snapshot before every
message, as if the engine had been killed there.
"""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.approval import ApprovalRule
from lefi_tui.core.desk import BotStatus
from lefi_tui.core.messages import (
    AnswerApproval,
    ApprovalAnswered,
    ApprovalEnded,
    ApprovalRequested,
    ChangeLimits,
    ChangeSettings,
    CommandRefused,
    FundingCharged,
    OrderDenied,
    OrderSubmitted,
    SetApprovalRules,
    StopBot,
    TimersDue,
    Work,
)
from tests.engine.waiting_kit import NS, Begin, Story

ASKS = """
setting unused = 1
on Start {
    authorize within 10m { Buy("BTC/USDT", 50%); Print("yes") } else { Print("no") }
}
"""


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


def test_a_person_is_shown_leverage_exits_and_conditions(begin: Begin) -> None:
    order = (
        'Buy("BTC/USDT:USDT", 1, at = 95, leverage = 5, stop_loss = 2%, take_profit = 110, '
        "post_only = true)"
    )
    approval = asked(begin(f"on Start {{ authorize {{ {order} }} }}")).approval
    shown = "limit 95, 5x, stop 2%, target 110, post only"
    assert [each.terms for each in approval.orders] == [shown]


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
    story.tell(ChangeLimits("desk", (("order_notional_max", "1000"),)))
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


def test_a_bot_that_runs_once_asks_once_however_often_its_timer_rings(begin: Begin) -> None:
    source = """
    on Every(1m) { if Position("BTC/USDT") == 0 { authorize { Buy("BTC/USDT", 1) } } }
    """
    story = begin(source, work=Work.ONCE)
    for _ in range(3):
        story.second += 60
        story.tell(TimersDue("b", (0,), story.now))
    assert len(story.of(ApprovalRequested)) == 1
    said(story)
    assert story.sent() == ["buy 1.000 BTC/USDT"]
    story.fill(story.working[0])
    assert len(story.of(ApprovalRequested)) == 1
    assert story.desk.bots["b"].status is BotStatus.FINALIZED
