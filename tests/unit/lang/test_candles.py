"""`Candles(symbol, timeframe)`: what steps by which candles, and how long a handler waits."""

from __future__ import annotations

import math

import pytest

from lefi_tui.lang.program import Program, check
from tests.unit.lang.stepping import Tape, codes, mistakes, place, program

HOUR = 'on Candle("BTC/USDT", 1m) {{ {} }}'


def feed_of(made: Program, timeframe_ms: int) -> int:
    (number,) = [n for n, each in enumerate(made.feeds) if each.timeframe_ms == timeframe_ms]
    return number


def other(tape: Tape, close: float, timeframe_ms: int = 3_600_000) -> None:
    """A candle of the other timeframe closes."""
    candle = close, close + 1, close - 1, close, 2.0
    tape.state = tape.program.feed(feed_of(tape.program, timeframe_ms), tape.state, candle)


def tape_of(body: str, head: str = "state seen = none") -> Tape:
    return Tape(program(f"{head}\n{HOUR.format(body)}"))


def test_a_series_of_other_candles_alone_steps_by_them() -> None:
    tape = tape_of('seen = SMA(Candles("BTC/USDT", 1h).close, 2)')
    other(tape, 10)
    tape.closes([1, 2, 3])
    assert tape.warming[-1] == (1, 2)
    other(tape, 20)
    tape.closes([4])
    assert tape.value("seen") == 15
    tape.closes([5, 6, 7])
    assert tape.value("seen") == 15


def test_its_past_counts_by_them_too() -> None:
    tape = tape_of('day = Candles("BTC/USDT", 1h).close; seen = day[1]')
    for close in (10, 20, 30):
        other(tape, close)
        tape.closes([1, 2])
    assert tape.value("seen") == 20


def test_mixed_with_the_handlers_own_it_steps_by_the_handlers_events() -> None:
    tape = tape_of('gap = close - Candles("BTC/USDT", 1h).close; seen = gap[1]')
    other(tape, 10)
    tape.closes([11, 12])
    assert tape.value("seen") == 1
    other(tape, 20)
    tape.closes([26])
    assert tape.value("seen") == 2
    tape.closes([27])
    assert tape.value("seen") == 6


def test_two_timeframes_mixed_step_by_the_handlers_events() -> None:
    body = 'wide = Candles("BTC/USDT", 1h).close - Candles("BTC/USDT", 1d).close; seen = wide[1]'
    tape = tape_of(body)
    other(tape, 10)
    other(tape, 4, 86_400_000)
    tape.closes([1, 1])
    assert tape.value("seen") == 6
    other(tape, 30)
    tape.closes([1])
    assert tape.value("seen") == 6
    tape.closes([1])
    assert tape.value("seen") == 26


def test_a_cross_of_other_candles_lasts_as_long_as_their_candle() -> None:
    body = 'hour = Candles("BTC/USDT", 1h); seen = 1'
    assert codes(HOUR.format(body)) == []
    body = 'c = Candles("BTC/USDT", 1h).close; seen = if CrossesAbove(c, SMA(c, 2)) then 1 else 0'
    tape = tape_of(body)
    for close in (10, 10, 9):
        other(tape, close)
    tape.closes([1])
    assert tape.value("seen") == 0
    other(tape, 20)
    tape.closes([1, 1, 1])
    assert tape.value("seen") == 1
    other(tape, 21)
    tape.closes([1])
    assert tape.value("seen") == 0


def test_all_fields_are_there_with_their_units() -> None:
    tape = tape_of(
        'c = Candles("BTC/USDT", 1h).high - Candles("BTC/USDT", 1h).low; '
        'seen = Candles("BTC/USDT", 1h).volume * c'
    )
    other(tape, 10)
    tape.closes([1])
    assert tape.value("seen") == 4
    wrong = HOUR.format('x = close + Candles("ETH/USDT", 1h).close; Print(x)')
    assert codes(wrong) == ["LF202"]


def test_what_stands_left_of_the_question_marks_is_not_waited_for() -> None:
    tape = tape_of('seen = Candles("BTC/USDT", 1h).close ?? 7')
    tape.closes([1])
    assert tape.value("seen") == 7
    other(tape, 10)
    tape.closes([1])
    assert tape.value("seen") == 10


def test_warming_up_names_what_is_furthest_behind() -> None:
    body = 'seen = SMA(close, 4) + SMA(Candles("BTC/USDT", 1h).close, 2)'
    tape = tape_of(body).closes([1])
    assert tape.warming == [(0, 2)]
    other(tape, 10)
    other(tape, 10)
    tape.closes([1, 1, 1])
    assert tape.warming[1:] == [(2, 4), (3, 4), None]


def test_a_memory_of_other_candles_waits_for_events_with_them_there() -> None:
    tape = tape_of('seen = SMA(close - Candles("BTC/USDT", 1h).close, 3)')
    tape.closes([1, 1, 1, 1])
    other(tape, 10)
    tape.closes([20, 30, 40])
    assert [each is None for each in tape.warming] == [False] * 6 + [True]
    assert tape.value("seen") == 20


def test_the_timeframe_a_person_chose_does_not_change_other_candles() -> None:
    source = HOUR.format('Print(Candles("BTC/USDT", 1h).close)')
    made = check(source, timeframe_ms=300_000).program
    assert made is not None
    assert (made.handlers[0].timeframe_ms, made.feeds[0].timeframe_ms) == (300_000, 3_600_000)


def test_handlers_have_their_own_other_candles() -> None:
    source = """
    state a = none; state b = none
    on Candle("BTC/USDT", 1m) { a = SMA(Candles("BTC/USDT", 1h).close, 2) }
    on PriceUpdate("BTC/USDT") { b = Candles("BTC/USDT", 1h).close }
    """
    made = program(source)
    assert [(each.handler, each.symbol, each.warmup) for each in made.feeds] == [
        (0, "BTC/USDT", 2),
        (1, "BTC/USDT", 1),
    ]


def test_a_state_kept_and_restored_goes_on_as_never_stopped() -> None:
    body = 'c = Candles("BTC/USDT", 1h).close; seen = EMA(c, 3) + EMA(close - c, 2)'
    body += '; if CrossesAbove(c, EMA(c, 2)) { Print("up") }'
    whole, cut = tape_of(body), tape_of(body)
    closes = [10.0, 12.0, 9.0, 14.0, 8.0, 15.0, 13.0]
    for number, close in enumerate(closes):
        for tape in (whole, cut):
            other(tape, close)
            tape.closes([close * 2, close * 3])
        cut.state = cut.program.decode(cut.program.encode(cut.state))
        assert whole.value("seen") == cut.value("seen")
        assert number < 3 or whole.value("seen") is not None
    assert whole.said == cut.said
    assert whole.said


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ('Print(Candles("BTC/USDT", close).close)', "LF204", "1:55+5"),
        ('Print(Candles("BTC/USDT", 500ms).close)', "LF204", "1:55+5"),
        ('Print(Candles("BTC/USDT", 1h).clse)', "LF214", "1:59+4"),
        ('Print(Candles("BTC/USDT", 1h))', "LF214", "1:35+23"),
        ('Print(Candles("BTC/USDT").close)', "LF204", "1:35+7"),
    ],
)
def test_what_candles_can_not_be(body: str, code: str, where: str) -> None:
    source = HOUR.format(body)
    (found,) = mistakes(source)
    assert found.code == code
    assert place(source, found) == where


def test_a_missing_value_of_other_candles_is_none() -> None:
    tape = tape_of('seen = Change(Candles("BTC/USDT", 1h).close, 2) ?? 0')
    other(tape, 5)
    tape.closes([1])
    assert tape.value("seen") == 0
    assert not math.isnan(tape.value("seen"))
