"""A transaction under way when the engine ends: it goes on while its bot waits to be asked.

Each story is told twice: straight on, and with the desk made anew from its snapshot before every
message, as if the engine had been killed there.
"""

from __future__ import annotations

from lefi_tui.core.desk import BotStatus
from lefi_tui.core.messages import (
    AnswerApproval,
    HoldBots,
    IntentRefused,
    ResumeBot,
    VenueRejected,
    Watch,
)
from tests.engine.waiting_kit import Begin, Story, due

TWO = """
on Start {
    execute {
        Buy("BTC/USDT", 1)
        Buy("ETH/USDT", 2)
        Print("both")
    } else { Print("not both") }
    Buy("BTC/USDT", 3)
}
"""


def held(begin: Begin, source: str = TWO) -> Story:
    """The engine has started again with `on_restart = "ask"`."""
    story = begin(source)
    story.tell(HoldBots("ask", at_ns=story.now))
    assert story.desk.bots["b"].status is BotStatus.ASKED
    return story


def test_a_transaction_under_way_is_finished_and_nothing_is_begun_behind_it(begin: Begin) -> None:
    story = held(begin)
    story.fill(story.working[0])
    story.fill(story.working[0])
    assert story.sent() == ["buy 1.000 BTC/USDT", "buy 2.000 ETH/USDT"]
    assert story.notes() == ["both"]
    (refused,) = story.of(IntentRefused)
    assert refused.code == "BOT_WAITS_FOR_YOU"
    assert "Resume it" in refused.text
    assert story.desk.bots["b"].status is BotStatus.ASKED


def test_a_transaction_that_fails_is_undone_though_nobody_has_answered(begin: Begin) -> None:
    story = held(begin)
    story.fill(story.working[0])
    story.tell(VenueRejected(story.working[0].id, story.now, "NO", "not today"))
    story.tell(VenueRejected(story.working[0].id, story.now, "BUSY", "later"))
    due(story, 1)
    story.fill(story.working[0])
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT"] * 2
    assert story.notes() == ["not both"]
    assert all(not each.units for each in story.desk.positions.values())


def test_a_step_has_its_time_limit_while_its_bot_waits(begin: Begin) -> None:
    story = held(begin)
    story.fill(story.working[0])
    due(story, 30)
    story.cancel(story.working[0])
    assert story.sent()[2:] == ["sell 1.000 BTC/USDT"]


def test_the_market_is_watched_as_long_as_a_transaction_may_need_it(begin: Begin) -> None:
    story = held(begin, TWO.replace("Buy(", 'if Spot("BTC/USDT") > 1 { Print("seen") }; Buy(', 1))
    assert story.of(Watch)[-1].quotes == ("BTC/USDT",)
    story.prices(120.0)
    assert story.desk.quotes["main", "BTC/USDT"].last == 120.0


def test_a_run_that_waits_outside_a_transaction_stays_held_beside_it(begin: Begin) -> None:
    story = held(
        begin,
        """
        on Start { o = Buy("BTC/USDT", 1); Print("plain") }
        on PriceUpdate("ETH/USDT") { execute { Buy("ETH/USDT", 2); Buy("ETH/USDT", 3) } }
        """,
    )
    plain, step = story.working
    story.fill(plain)
    story.fill(step)
    assert story.notes() == []
    assert story.sent()[2:] == ["buy 3.000 ETH/USDT"]
    story.fill(story.working[0])
    story.tell(ResumeBot("b", at_ns=story.now))
    assert story.notes() == ["plain"]


def test_a_second_transaction_of_its_run_is_not_begun(begin: Begin) -> None:
    source = TWO.replace('Buy("BTC/USDT", 3)', 'execute { Buy("BTC/USDT", 3) } else { Print("2") }')
    story = held(begin, source)
    story.fill(story.working[0])
    story.fill(story.working[0])
    assert len(story.sent()) == 2
    assert story.notes() == ["both", "2"]


def test_a_person_may_answer_what_a_transaction_asks_while_its_bot_waits(begin: Begin) -> None:
    source = """
    on Start {
        execute {
            Buy("BTC/USDT", 1)
            authorize within 1h { Buy("ETH/USDT", 2) } else { Print("no") }
        }
    }
    """
    story = held(begin, source)
    story.fill(story.working[0])
    (question,) = story.desk.approvals.values()
    story.tell(AnswerApproval(question.id, is_approved=True, role="admin", at_ns=story.now))
    assert story.sent()[1:] == ["buy 2.000 ETH/USDT"]
