"""A bot whose run waits takes no other text before that is done; a question is withdrawn for it.

Each story is told straight on, and with a restart before each message.
"""

from __future__ import annotations

from typing import Any

from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import LiveFacts, ScriptTests
from lefi_tui.core.messages import (
    ApprovalEnded,
    ApprovalRequested,
    BotUpdated,
    CommandRefused,
    UpdateBot,
)
from tests.engine.waiting_kit import Begin, Story

ASKS = """
state asked = 0
on PriceUpdate("BTC/USDT") {
    if asked == 0 {
        asked = 1
        authorize { Buy("BTC/USDT", 0.001 BTC) } else { Print("no") }
    }
}
"""
WAITS = """
state asked = 0
on PriceUpdate("BTC/USDT") {
    if asked == 0 {
        asked = 1
        o = Buy("BTC/USDT", 0.001 BTC, at = 90)
        Print("bought at {o.price}")
    }
}
"""
OTHER = 'state asked = 0\non PriceUpdate("BTC/USDT") { asked = asked + 1 }\n'


def update(story: Story) -> list[Any]:
    facts = LiveFacts(tests=ScriptTests(version_of(OTHER), 1))
    return story.tell(UpdateBot("b", OTHER, at_ns=story.now, facts=facts))


def of(kind: type, said: list[Any]) -> list[Any]:
    return [each for each in said if isinstance(each, kind)]


def test_a_question_is_withdrawn_and_its_run_takes_its_else(begin: Begin) -> None:
    story = begin(ASKS)
    assert of(ApprovalRequested, story.said)
    said = update(story)
    assert [each.outcome for each in of(ApprovalEnded, said)] == ["withdrawn"]
    assert of(BotUpdated, said)
    bot = story.desk.bots["b"]
    assert (bot.source, bot.awaited, story.desk.approvals) == (OTHER, (), {})
    assert bot.state.bound.program.state_value(bot.state.slots, "asked") == 1


def test_a_run_that_waits_for_its_order_is_not_cut_off(begin: Begin) -> None:
    story = begin(WAITS)
    (refused,) = of(CommandRefused, update(story))
    assert "A run of b waits for" in refused.text
    assert "Update it when that is done" in refused.text
    assert story.desk.bots["b"].source == WAITS
