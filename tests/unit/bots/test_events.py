"""Custom events of a bot: their place in a moment, what is refused, and that they end."""

from __future__ import annotations

import pytest

from bots.automated.events import EVENTS_MAX, GENERATIONS_MAX
from bots.automated.kind import Automated
from lefi_tui.core.bot import Bar, Decision, Emitted, Given, Occasion
from lefi_tui.core.game import Ground
from lefi_tui.core.read_key import ReadKey

BOT = Automated()
MINUTE = 60_000


class Nothing:
    def read(self, key: ReadKey) -> float:
        return float(len(key.kind) * 0)

    def ground(self, _symbol: str) -> Ground | None:
        return None

    def is_working(self, site: int) -> bool:
        return site < 0


def at(*events: Emitted, commands: tuple[str, ...] = (), with_bar: bool = False) -> Occasion:
    bars = (Bar("BTC/USDT", MINUTE, 0, 1, 1, 1, 1, 1),) if with_bar else ()
    return Occasion(MINUTE, bars, events=events, commands=commands, is_file=True)


def decide(source: str, occasion: Occasion) -> Decision:
    return BOT.decide(BOT.begin(source, {}), occasion, Nothing())


def told(decision: Decision) -> list[str]:
    return [each.text for each in decision.notes]


def news(**fields: Given) -> Emitted:
    return Emitted("news", tuple(fields.items()))


def test_events_run_behind_the_schedule_and_before_commands() -> None:
    source = """
    kind manual
    on Command("GO") { Print("command"); Emit("late") }
    on Event("late") { Print("late") }
    on Event("sent") { Print("sent") }
    on Event("news") { Print("news") }
    on Every(1m) { Print("every") }
    on Candle("BTC/USDT", 1m) { Print("candle"); Emit("sent") }
    """
    decision = decide(source, at(news(), commands=("GO",), with_bar=True))
    assert told(decision) == ["candle", "every", "news", "sent", "command", "late"]
    assert [each.name for each in decision.emitted] == ["sent", "late"]


def test_what_another_bot_hears_is_sent_all_the_same() -> None:
    decision = decide('on Event("news") { Emit("elsewhere", x = 1) }', at(news()))
    assert decision.emitted == (Emitted("elsewhere", (("x", 1.0),)),)
    assert told(decision) == []


FIELDS = """
on Event("news") {
    if event.hot and event.from == "wire" { Print("{event.score * 2} {event.words}") }
}
"""
RIGHT: dict[str, Given] = {"hot": True, "from": "wire", "score": 4, "words": "all good"}


def test_an_event_gives_its_fields() -> None:
    assert told(decide(FIELDS, at(news(**RIGHT, more=1)))) == ["8 all good"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"score": "4"}, "`score` is a Number, and '4' came"),
        ({"score": True}, "`score` is a Number, and True came"),
        ({"score": float("nan")}, "`score` is a Number, and nan came"),
        ({"hot": 1}, "`hot` is true or false, and 1 came"),
        ({"from": 5}, "`from` is a Text, and 5 came"),
    ],
)
def test_a_wrong_field_runs_nothing_and_says_why(changed: dict[str, Given], why: str) -> None:
    decision = decide(FIELDS, at(news(**{**RIGHT, **changed})))
    assert [(each.kind, each.text) for each in decision.notes] == [
        ("refused", f'event "news": {why}')
    ]
    assert decision.runs == ()


def test_a_missing_field_runs_nothing_and_says_which() -> None:
    given = {name: value for name, value in RIGHT.items() if name != "words"}
    assert told(decide(FIELDS, at(news(**given)))) == ['event "news": it has no field `words`']


def test_an_emit_that_triggers_itself_ends_and_says_so() -> None:
    source = 'state n = 0\non Event("news") { n = n + 1; Emit("news") }'
    decision = decide(source, at(news()))
    assert len(decision.runs) == GENERATIONS_MAX
    over = f"over {GENERATIONS_MAX} generations of events at one moment; it ends here"
    assert told(decision) == [f'event "news": {over}']


def test_events_that_multiply_end_and_say_so() -> None:
    source = 'on Event("news") { repeat 20 { Emit("news") } }'
    decision = decide(source, at(news()))
    assert len(decision.runs) == EVENTS_MAX
    assert told(decision) == [f'event "news": over {EVENTS_MAX} events at one moment; it ends here']


def test_nothing_is_heard_while_history_steps() -> None:
    source = 'on Event("news") { Print("heard") }'
    occasion = Occasion(MINUTE, events=(news(),), is_history=True)
    decision = decide(source, occasion)
    assert (decision.notes, decision.runs) == ((), ())


def test_what_a_bot_heard_last_is_explained_and_kept() -> None:
    state = BOT.begin(FIELDS, {})
    state = BOT.decide(state, at(news(**RIGHT)), Nothing()).state
    assert BOT.why(state).splitlines()[0].endswith("event news: print: 8 all good")
    kept = BOT.decode(FIELDS, {}, BOT.encode(state))
    assert BOT.why(kept) == BOT.why(state)
