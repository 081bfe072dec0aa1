"""A script as a bot: which handlers run when, what is refused, what it says of itself."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from bots.automated import TIMEFRAME_SETTING, Automated
from bots.automated.state import BotState
from lefi_tui.core.bot import Bar, Decision, FillSeen, Occasion, Print, Quote
from lefi_tui.core.game import Ground
from lefi_tui.core.order import Side, Size, SizeKind
from lefi_tui.core.read_key import ReadKey

BOT = Automated()
MINUTE = 60_000
SYMBOL = "BTC/USDT"


@dataclass
class Seen:
    """What a script may read, as a test sets it."""

    values: dict[str, float] = field(default_factory=dict)
    working: set[int] = field(default_factory=set)

    def read(self, key: ReadKey) -> float:
        return self.values.get(key.kind, 0.0)

    def ground(self, _symbol: str) -> Ground | None:
        return None

    def is_working(self, site: int) -> bool:
        return site in self.working


def minute(number: int, close: float = 100.0, symbol: str = SYMBOL) -> Bar:
    return Bar(symbol, MINUTE, number * MINUTE, close, close + 1, close - 1, close, 1.0)


def closes(number: int, close: float = 100.0) -> Occasion:
    return Occasion((number + 1) * MINUTE, (minute(number, close),), is_file=True)


def begun(source: str, **settings: str) -> BotState:
    assert BOT.refused(source, settings) == ""
    return BOT.begin(source, settings)


def told(decision: Decision) -> list[str]:
    return [note.text for note in decision.notes]


def test_runs_of_one_moment_go_in_the_languages_order() -> None:
    source = """
    on Stop { Print("stop") }
    on Schedule("* * * * *", "UTC") { Print("schedule") }
    on Every(1m) { Print("every") }
    on Candle("BTC/USDT", 5m) { Print("five") }
    on Candle("BTC/USDT", 1m) { Print("one") }
    on Trade("BTC/USDT") { Print("trade {event.side} {event.amount}") }
    on PriceUpdate("BTC/USDT") { Print("price {event.price}") }
    on Fill { Print("fill {event.reason}") }
    on Start { Print("start") }
    """
    state = begun(source)
    for number in range(4):
        state = BOT.decide(state, closes(number), Seen()).state
    fill = FillSeen("o1", SYMBOL, Side.BUY, 100, 1, 0.1, "order", 4 * MINUTE)
    decision = BOT.decide(
        state,
        Occasion(
            5 * MINUTE,
            (minute(4),),
            prints=(Print(SYMBOL, 5 * MINUTE, 100, 2, Side.SELL),),
            fills=(fill,),
            started=True,
            stopping=True,
            is_file=True,
        ),
        Seen(),
    )
    assert told(decision) == [
        *("start", "fill order", "price 100", "trade sell 2", "one", "five"),
        *("every", "schedule", "stop"),
    ]


def test_a_body_runs_at_each_price_of_the_markets_it_reads() -> None:
    state = begun('if Spot("BTC/USDT") > 100 { Print("high") }')
    seen = Seen({"spot": 101.0})
    quote = Quote(SYMBOL, 5, 100.9, 101.1, 101.0)
    assert told(BOT.decide(state, Occasion(5, quotes=(quote,)), seen)) == ["high"]
    other = Quote("ETH/USDT", 5, 1, 1, 1)
    assert told(BOT.decide(state, Occasion(5, quotes=(other,)), seen)) == []
    assert told(BOT.decide(state, closes(1), seen)) == ["high"]


def test_live_candles_come_built_and_file_candles_are_built_here() -> None:
    state = begun('on Candle("BTC/USDT", 5m) { Print("{close}") }')
    five = Bar(SYMBOL, 5 * MINUTE, 0, 1, 9, 1, 7, 5)
    assert told(BOT.decide(state, Occasion(5 * MINUTE, (five,)), Seen())) == ["7"]
    notes: list[str] = []
    for number in range(3, 11):
        decision = BOT.decide(state, closes(number, 100.0 + number), Seen())
        state, notes = decision.state, notes + told(decision)
    assert notes == ["109"], "the data began inside the first candle, so it is left out"


def test_a_candle_whose_last_row_is_missing_closes_before_the_next_row() -> None:
    state = begun('on Candle("BTC/USDT", 5m) { Print("{close} at {time}") }')
    for number in (0, 1, 2):
        state = BOT.decide(state, closes(number), Seen()).state
    decision = BOT.decide(state, Occasion(8 * MINUTE, is_file=True), Seen())
    assert told(decision) == [f"100 at {5 * MINUTE}"]
    assert told(BOT.decide(decision.state, closes(8), Seen())) == []


def test_a_timer_runs_once_at_the_first_close_at_or_after_its_time() -> None:
    state = begun('on Schedule("*/5 * * * *", "UTC") { Print("due") }')
    notes: list[tuple[int, list[str]]] = []
    for number in (1, 2, 3, 4, 17, 18):
        decision = BOT.decide(state, closes(number), Seen())
        state = decision.state
        notes += [(number + 1, told(decision))] if decision.notes else []
    assert notes == [(5, ["due"]), (18, ["due"])]


def test_live_timers_run_when_the_scheduler_says_so() -> None:
    state = begun('on Every(5m) { Print("due") }')
    assert told(BOT.decide(state, Occasion(7, due=(0,)), Seen())) == ["due"]
    assert told(BOT.decide(state, Occasion(7, due=()), Seen())) == []


BUYS = """
policy { rate = 3 per 5m }
on Candle("BTC/USDT", 1m) {
    Buy("BTC/USDT", 10%, stop_loss = 1%)
    if close > 200 { Cancel("BTC/USDT") ; Sell("BTC/USDT", 50%) }
}
"""


def test_one_place_of_the_text_has_at_most_one_working_order() -> None:
    state = begun(BUYS)
    decision = BOT.decide(state, closes(0), Seen(working={0}))
    assert decision.intents == ()
    (refusal,) = decision.refusals
    assert refusal.code == "STILL_WORKING"
    assert refusal.text.startswith("still working")


def test_a_cancel_on_a_candle_file_is_final_at_once_and_frees_the_place() -> None:
    source = """
    on Candle("BTC/USDT", 1m) { Cancel("BTC/USDT") ; Buy("BTC/USDT", 10%, at = close * 99%) }
    """
    seen = Seen(working={1})
    decision = BOT.decide(begun(source), closes(0), seen)
    assert [each.action for each in decision.intents] == ["cancel", "buy"]
    live = Occasion(MINUTE, (minute(0),))
    decision = BOT.decide(begun(source), live, seen)
    assert [each.action for each in decision.intents] == ["cancel"]


def test_the_policys_rate_counts_orders_by_event_time() -> None:
    state = begun(BUYS)
    counts: list[tuple[int, list[str]]] = []
    for number in range(7):
        decision = BOT.decide(state, closes(number), Seen())
        state = decision.state
        counts.append((len(decision.intents), [each.code for each in decision.refusals]))
    refused = ["POLICY_RATE"]
    assert counts == [(1, []), (1, []), (1, []), (0, refused), (0, refused), (1, []), (1, [])]


def test_a_close_of_nothing_uses_no_rate() -> None:
    source = 'policy { rate = 1 per 1h } on Candle("BTC/USDT", 1m) { Close("BTC/USDT") }'
    state = begun(source.replace("} on", "}\non"))
    for number in range(3):
        decision = BOT.decide(state, closes(number), Seen())
        state = decision.state
        assert [each.action for each in decision.intents] == ["close"]
    held = Seen({"position": 1.0})
    state = BOT.decide(state, closes(3), held).state
    decision = BOT.decide(state, closes(4), held)
    assert [each.code for each in decision.refusals] == ["POLICY_RATE"]


def test_open_orders_of_earlier_runs_of_the_moment_are_seen() -> None:
    source = """
    on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", 1%, at = 1) ; Buy("BTC/USDT", 2%, at = 1) }
    on Every(1m) { Print("{OpenOrders("BTC/USDT")}") }
    """
    decision = BOT.decide(begun(source), closes(0), Seen({"open_orders": 1.0}))
    assert told(decision) == ["3"]


def test_intents_carry_what_the_script_asked() -> None:
    source = """
    on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", 50 USDT, at = close, take_profit = 4%) }
    """
    (intent,) = BOT.decide(begun(source), closes(0, 99.5), Seen()).intents
    assert (intent.action, intent.symbol, intent.limit) == ("buy", SYMBOL, Decimal("99.5"))
    assert intent.size == Size(SizeKind.WORTH, Decimal("50.0"))
    assert intent.exits.take_profit is not None


WARM = 'on Candle("BTC/USDT", 1m) { if close > SMA(close, 3) { Notify("above") } }'


def test_while_it_warms_up_it_says_how_far_it_is() -> None:
    state = begun(WARM)
    decision = BOT.decide(state, closes(0), Seen())
    assert decision.warming == "1 of 3"
    assert [run.why for run in decision.runs] == ["warming up, 1 of 3"]
    assert "warming up, 1 of 3" in BOT.why(decision.state)


def test_history_steps_series_and_carries_out_nothing() -> None:
    state = begun(WARM)
    for number in range(3):
        past = Occasion((number + 1) * MINUTE, (minute(number),), is_history=True)
        decision = BOT.decide(state, past, Seen())
        assert (decision.notes, decision.runs) == ((), ())
        state = decision.state
    assert told(BOT.decide(state, Occasion(4 * MINUTE, (minute(3, 110),)), Seen())) == ["above"]


def test_why_names_the_conditions_with_their_values() -> None:
    state = begun("""
    on Candle("BTC/USDT", 1m) {
        calm = SMA(close, 2)
        if close > calm and Position("BTC/USDT") == 0 { Buy("BTC/USDT", 10%, stop_loss = 1%) }
    }
    """)
    assert BOT.why(state) == "It has not run since it was started or changed."
    for number, close in enumerate((100.0, 90.0)):
        state = BOT.decide(state, closes(number, close), Seen()).state
    said = BOT.why(state)
    assert "candle BTC/USDT 1m: no order" in said
    assert "-> no" in said
    assert "calm 95" in said
    state = BOT.decide(state, closes(2, 110.0), Seen()).state
    assert "candle BTC/USDT 1m: buy BTC/USDT" in BOT.why(state)
    assert "-> yes" in BOT.why(state)


def test_its_state_survives_being_written_and_read() -> None:
    source = """
    state seen = 0
    state best = none
    on Candle("BTC/USDT", 5m) { seen = seen + 1; best = Max(best ?? close, close) }
    on Every(3m) { Buy("BTC/USDT", 1%, stop_loss = 1%) }
    """
    state = begun(source)
    for number in range(7):
        state = BOT.decide(state, closes(number, 100.0 + number), Seen({"spot": math.nan})).state
    again = BOT.decode(source, {}, json.loads(json.dumps(BOT.encode(state))))
    assert BOT.why(again) == BOT.why(state)
    for number in range(7, 20):
        one = BOT.decide(state, closes(number), Seen())
        other = BOT.decide(again, closes(number), Seen())
        assert one.intents == other.intents
        assert BOT.encode(one.state) == BOT.encode(other.state)
        state, again = one.state, other.state


def test_deciding_changes_nothing_that_was_given() -> None:
    state = begun(WARM)
    before = json.dumps(BOT.encode(state))
    BOT.decide(state, closes(0), Seen())
    assert json.dumps(BOT.encode(state)) == before


def test_changed_settings_keep_states_and_begin_indicators_anew() -> None:
    source = """
    setting length = 2 in 2..9
    state count = 0
    on Candle("BTC/USDT", 1m) {
        calm = SMA(close, length)
        count = count + 1
        Print("{count} {calm}")
    }
    """
    state = begun(source)
    for number in range(3):
        state = BOT.decide(state, closes(number), Seen()).state
    state = BOT.rebind(state, source, {"length": "3"})
    decision = BOT.decide(state, closes(3), Seen())
    assert decision.warming == "1 of 3"
    for number in (4, 5):
        decision = BOT.decide(decision.state, closes(number), Seen())
    assert told(decision) == ["3 100"]


def test_needs_name_what_it_must_be_fed() -> None:
    source = """
    on Candle("BTC/USDT", 5m) { if SMA(close, 10) > 1 { Print("{Spot("ETH/USDT")}") } }
    on Schedule("0 9 * * 1", "UTC") { Print("y") }
    on Trade("BTC/USDT") { Print("z") }
    """
    needs = BOT.needs(source, {})
    assert needs.symbols == ("BTC/USDT", "ETH/USDT")
    assert needs.bars == (("BTC/USDT", 5 * MINUTE),)
    assert (needs.quotes, needs.prints) == (("ETH/USDT",), ("BTC/USDT",))
    assert needs.timers == ((1, "0 9 * * 1", "UTC"),)
    assert needs.history_bars >= 10


def test_a_chosen_timeframe_runs_its_candle_handlers_on_it() -> None:
    settings = {TIMEFRAME_SETTING: str(2 * MINUTE)}
    assert BOT.needs(WARM, settings).bars == ((SYMBOL, 2 * MINUTE),)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("on Candle(", "LF1"),
        ('on Candle("BTC/USDT", 1m) { Byu("BTC/USDT", 1) }', "in line 1"),
    ],
)
def test_what_can_not_run_is_refused_in_words(source: str, words: str) -> None:
    assert words.lower() in BOT.refused(source, {}).lower()
    assert "timeframe" in BOT.refused(WARM, {TIMEFRAME_SETTING: "5m"})
