"""Other timeframes and markets of a bot: fed before any run of a moment, never ahead of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from bots.automated import TIMEFRAME_SETTING, Automated
from lefi_tui.core.bot import Bar, Decision, Occasion
from lefi_tui.core.game import Ground
from lefi_tui.core.read_key import ReadKey

BOT = Automated()
MINUTE = 60_000
SYMBOL = "BTC/USDT"


@dataclass
class Nothing:
    """No position, no orders, no prices."""

    asked: list[ReadKey] = field(default_factory=list)

    def read(self, key: ReadKey) -> float:
        self.asked.append(key)
        return 0.0

    def ground(self, _symbol: str) -> Ground | None:
        return None

    def is_working(self, site: int) -> bool:
        return site < 0


def bar(number: int, close: float, symbol: str = SYMBOL, minutes: int = 1) -> Bar:
    opened = number * minutes * MINUTE
    return Bar(symbol, minutes * MINUTE, opened, close, close + 1, close - 1, close, 1.0)


def run(source: str, bars: Sequence[tuple[Bar, ...]]) -> list[Decision]:
    """A candle file, moment by moment."""
    assert BOT.refused(source, {}) == ""
    state, out = BOT.begin(source, {}), []
    for moment in bars:
        occasion = Occasion(moment[0].time_ms + MINUTE, moment, is_file=True)
        out.append(BOT.decide(state, occasion, Nothing()))
        state = out[-1].state
    return out


def said(decisions: list[Decision]) -> list[list[str]]:
    return [[note.text for note in each.notes] for each in decisions]


def test_what_has_closed_is_known_to_every_run_of_its_moment() -> None:
    source = """
    on PriceUpdate("BTC/USDT") { Print("price {Candles("BTC/USDT", 2m).close ?? 0}") }
    on Candle("BTC/USDT", 1m) { Print("candle {Candles("BTC/USDT", 2m).close ?? 0}") }
    on Every(1m) { Print("every {Candles("BTC/USDT", 2m).close ?? 0}") }
    """
    decisions = run(source, [(bar(n, 10.0 + n),) for n in range(3)])
    assert said(decisions) == [
        ["price 0", "candle 0", "every 0"],
        ["price 11", "candle 11", "every 11"],
        ["price 11", "candle 11", "every 11"],
    ]


def test_other_markets_are_read_at_their_own_candles() -> None:
    source = 'on Candle("A/USDT", 1m) { Print(SMA(Candles("B/USDT", 1m).close, 2)) }'
    moments = [
        (bar(0, 1, "A/USDT"), bar(0, 10, "B/USDT")),
        (bar(1, 2, "A/USDT"),),
        (bar(2, 3, "A/USDT"), bar(2, 30, "B/USDT")),
        (bar(3, 4, "A/USDT"),),
    ]
    decisions = run(source, moments)
    assert [each.warming for each in decisions] == ["1 of 2", "1 of 2", "", ""]
    assert said(decisions)[2:] == [["20"], ["20"]]


def test_live_candles_of_both_kinds_come_as_they_are() -> None:
    source = 'on Candle("BTC/USDT", 1m) { Print(Candles("BTC/USDT", 1h).close) }'
    state = BOT.begin(source, {})
    hour = bar(0, 50, minutes=60)
    first = BOT.decide(state, Occasion(60 * MINUTE, (bar(59, 7), hour)), Nothing())
    assert said([first]) == [["50"]]


def test_the_desk_is_told_of_them_and_warms_them() -> None:
    source = 'on Candle("BTC/USDT", 5m) { Print(EMA(Candles("ETH/USDT", 1d).close, 20)) }'
    needs = BOT.needs(source, {TIMEFRAME_SETTING: f"{MINUTE}"})
    assert needs.symbols == ("BTC/USDT", "ETH/USDT")
    assert needs.bars == (("BTC/USDT", MINUTE), ("ETH/USDT", 1_440 * MINUTE))
    assert needs.history_bars == 20 * 12  # of an EMA: the same wherever history began
    last = 'on PriceUpdate("BTC/USDT") { Print(Candles("BTC/USDT", 1d).close) }'
    assert BOT.needs(last, {}).history_bars > 0


def test_candles_missed_meanwhile_step_series_and_carry_out_nothing() -> None:
    source = 'on PriceUpdate("BTC/USDT") { Print(SMA(Candles("BTC/USDT", 1h).close, 2)) }'
    state = BOT.begin(source, {})
    for number in range(2):
        hour = bar(number, 10.0 * (number + 1), minutes=60)
        past = Occasion((number + 1) * 60 * MINUTE, (hour,), is_history=True)
        decision = BOT.decide(state, past, Nothing())
        assert (decision.notes, decision.runs) == ((), ())
        state = decision.state
    now = Occasion(180 * MINUTE, (bar(179, 5),), is_file=True)
    assert said([BOT.decide(state, now, Nothing())]) == [["15"]]


LOOKS = """
script "reads ETH by candles of five minutes only"
state above = 0
on Candle("BTC/USDT", 2m) {
    hour = Candles("ETH/USDT", 5m).close
    steps = EMA(hour, 2) - hour[1]
    if CrossesAbove(hour, SMA(hour, 2)) or steps > steps[1] { Buy("BTC/USDT", 5%) }
    if Candles("ETH/USDT", 5m).high > 90 { above = above + 1 }
    Print("{hour ?? 0} {Candles("ETH/USDT", 5m).volume ?? 0} {above}")
}
on Every(1m) { Print("{Candles("ETH/USDT", 5m).low ?? 0} {Candles("ETH/USDT", 5m).open ?? 0}") }
on PriceUpdate("BTC/USDT") { if Candles("ETH/USDT", 5m).close > 50 { Sell("BTC/USDT", 5%) } }
"""
PRICES = st.lists(st.floats(1, 100), min_size=30, max_size=30)


def decided(eth: list[float]) -> list[object]:
    moments = [(bar(n, 50.0 + n % 3), bar(n, eth[n], "ETH/USDT")) for n in range(30)]
    return [(each.intents, each.notes, each.warming) for each in run(LOOKS, moments)]


@settings(max_examples=100)
@given(PRICES, st.integers(0, 29), st.floats(1, 100))
def test_a_candle_that_has_not_closed_changes_nothing_decided_before_it_closes(
    eth: list[float], changed: int, to: float
) -> None:
    """A minute of ETH is part of its five minutes, and those are known when they are over."""
    other = [*eth[:changed], to, *eth[changed + 1 :]]
    closes = (changed // 5 + 1) * 5 - 1  # the decision at the end of its last minute
    assert decided(eth)[:closes] == decided(other)[:closes]


def test_the_same_script_does_see_a_candle_that_has_closed() -> None:
    assert decided([50.0] * 30)[5:] != decided([50.0] * 4 + [70.0] * 26)[5:]


@settings(max_examples=40)
@given(st.lists(st.floats(1, 100), min_size=20, max_size=60), st.sets(st.integers(1, 59)))
def test_other_candles_are_those_of_a_handler_of_their_timeframe(
    closes: list[float], missing: set[int]
) -> None:
    """Built in the same buckets, and series over them have the same values."""
    source = """
    on Candle("BTC/USDT", 1m) {
        five = Candles("BTC/USDT", 5m).close
        Print("{EMA(five, 2)} {Candles("BTC/USDT", 5m).high} {five[1]}")
    }
    on Candle("BTC/USDT", 5m) { Print("{EMA(close, 2)} {high} {close[1]}") }
    """
    moments = [(bar(n, c),) for n, c in enumerate(closes) if n not in missing]
    both = [each for each in said(run(source, moments)) if len(each) > 1]
    assert all(told[0] == told[-1] for told in both)  # after a gap two of them close at once
    assert both or len(moments) < 12 or len(missing) > 5


def test_why_names_other_candles_with_what_they_were() -> None:
    source = 'on PriceUpdate("BTC/USDT") { if Candles("BTC/USDT", 1m).close > 5 { Print("up") } }'
    state = BOT.begin(source, {})
    state = BOT.decide(state, Occasion(MINUTE, (bar(0, 9),), is_file=True), Nothing()).state
    assert "close BTC/USDT 1m 9" in BOT.why(state)
