"""Runs that wait, moment by moment: late answers, candles of the past, events in a queue."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bots.automated import Automated, moment
from bots.automated.state import BotState
from lefi_tui.core.bot import Answer, Bar, Decision, Occasion
from lefi_tui.core.game import Ground
from lefi_tui.core.read_key import ReadKey

BOT = Automated()
MINUTE = 60_000


class Seen:
    def read(self, key: ReadKey) -> float:
        return {"cash": 10_000.0, "spot": 100.0}.get(key.kind, 0.0)

    def ground(self, _symbol: str) -> Ground | None:
        return None

    def is_working(self, site: int) -> bool:
        return site < 0


def at(number: int, close: float = 100.0) -> Occasion:
    bar = Bar("BTC/USDT", MINUTE, number * MINUTE, close, close, close, close, 1.0)
    return Occasion((number + 1) * MINUTE, (bar,), is_file=True)


def decided(state: BotState, occasion: Occasion) -> Decision:
    decision = BOT.decide(state, occasion, Seen())
    assert not decision.fault
    return decision


def texts(decision: Decision) -> list[str]:
    return [each.text for each in decision.notes]


ASKS = """
policy { overlap = queue }
state n = 0
on Candle("BTC/USDT", 1m) {
    old = close[1] ?? 0
    n = n + 1
    Print("{n}: {close} after {old}")
    authorize within 10m { Print("yes") } else { Print("no") }
}
"""


def asked_once() -> BotState:
    state: BotState = decided(BOT.begin(ASKS, {}), at(0)).state
    assert [each.ticket for each in state.waiting] == [1]
    return state


def test_an_approval_that_comes_after_the_deadline_is_a_no() -> None:
    late = Occasion(12 * MINUTE, answers=(Answer(1, is_approved=True),))
    assert texts(decided(asked_once(), late)) == ["no"]
    early = replace(late, at_ms=10 * MINUTE)
    assert texts(decided(asked_once(), early)) == ["yes"]


def test_candles_missed_while_a_run_waited_step_series_and_carry_out_nothing() -> None:
    state = asked_once()
    for number in range(1, 15):  # the deadline passes among them
        decision = decided(state, replace(at(number, 100.0 + number), is_history=True))
        assert (texts(decision), decision.intents) == ([], ())
        state = decision.state
    state = BOT.decode(ASKS, {}, BOT.encode(state))
    assert texts(decided(state, at(15, 200.0))) == ["no", "2: 200 after 114"]


def test_a_full_queue_skips_its_oldest_event_and_keeps_the_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moment, "QUEUED_MAX", 2)
    state = asked_once()
    for number in range(1, 5):
        state = decided(state, at(number, 100.0 + number)).state
    yes = Occasion(5 * MINUTE, answers=(Answer(1, is_approved=True),))
    assert texts(decided(state, yes)) == ["yes", "2: 103 after 102"]


def test_a_person_is_shown_what_the_block_does_and_nothing_behind_it() -> None:
    source = """
    state size = none
    on Start {
        execute { authorize { Buy("BTC/USDT", 1); Buy("BTC/USDT", size * 1) } }
        if size == none { size = 1 }
        Buy("BTC/USDT", 3)
    }
    """
    decision = decided(BOT.begin(source, {}), replace(at(0), started=True))
    assert [float(each.size.value) for each in decision.asked[0].orders if each.size] == [1.0]


@pytest.mark.parametrize("size", ["0 BTC - 2 BTC", "1% - 10%", "0 USDT - 5 USDT"])
def test_a_size_below_zero_is_asked_for_once(size: str) -> None:
    """A yes that asks again of itself would never end, where a rule says yes at once."""
    source = f'on Candle("BTC/USDT", 1m) {{ authorize {{ Buy("BTC/USDT", {size}) }} }}'
    asked = decided(BOT.begin(source, {}), at(0))
    (question,) = asked.asked
    yes = Occasion(2 * MINUTE, answers=(Answer(question.ticket, is_approved=True),))
    approved = decided(asked.state, yes)
    assert (approved.asked, len(approved.intents)) == ((), 1)  # which the gate then refuses
