"""What a run does, told from the outside: values against a plain reckoning, memory, its events."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable

import pytest

from lefi_tui.core.read_key import ReadKey
from lefi_tui.lang.program import check
from tests.unit.lang.stepping import Tape, codes, on_candles, program

NAN = math.nan
Reckoned = tuple[str, Callable[[dict[str, float]], float]]


# ---- arithmetic, against a reckoning written from the language's page alone


def _finite(of: Callable[[], float]) -> float:
    try:
        value = of()
    except (ValueError, OverflowError, ZeroDivisionError):
        return NAN
    return value if math.isfinite(value) else NAN


def _mod(a: float, b: float) -> float:
    return NAN if math.isnan(a) or math.isnan(b) or b == 0 else a - b * math.floor(a / b)


def _chosen(a: float, b: float, of: Callable[[float, float], float]) -> float:
    return NAN if math.isnan(a) or math.isnan(b) else of(a, b)


def expression(chance: random.Random, depth: int) -> Reckoned:
    """A random expression of Numbers, and what it must be."""
    if depth == 0 or chance.random() < 0.1:
        return leaf(chance)
    (left, one), (right, two) = expression(chance, depth - 1), expression(chance, depth - 1)
    made: list[Reckoned] = [
        (f"({left} + {right})", lambda at: one(at) + two(at)),
        (f"({left} - {right})", lambda at: one(at) - two(at)),
        (f"({left} * {right})", lambda at: one(at) * two(at)),
        (f"({left} / {right})", lambda at: one(at) / two(at) if two(at) else NAN),
        (f"Min({left}, {right})", lambda at: _chosen(one(at), two(at), min)),
        (f"Max({left}, {right})", lambda at: _chosen(one(at), two(at), max)),
        (f"(({left}) ?? ({right}))", lambda at: two(at) if math.isnan(one(at)) else one(at)),
        (
            f"(if {left} > {right} then {left} else {right})",
            lambda at: max(two(at), one(at)),
        ),
        (
            f"(if {left} != {right} then 1 else 0 - 1)",
            lambda at: 1.0 if one(at) < two(at) or one(at) > two(at) else -1.0,
        ),
        (f"-{left}", lambda at: -one(at)),
        (f"Abs({left})", lambda at: abs(one(at))),
        (f"Sqrt({left})", lambda at: _finite(lambda: math.sqrt(one(at)))),
        (f"Log({left})", lambda at: _finite(lambda: math.log(one(at)))),
        (f"Exp({left})", lambda at: _finite(lambda: math.exp(one(at)))),
        (f"({left} ^ 3)", lambda at: _finite(lambda: one(at) * one(at) * one(at))),
    ]
    return chance.choice(made)


def leaf(chance: random.Random) -> Reckoned:
    name = chance.choice(["a", "b", "missing", ""])
    if name:
        return name, lambda at: at[name]
    number = chance.choice([0.0, 1.0, 2.5, 1e-3, 7.0])
    return repr(number), lambda _: number


@pytest.mark.parametrize("seed", range(60))
def test_an_expression_is_the_same_double_as_reckoned_by_hand(seed: int) -> None:
    chance = random.Random(seed)
    written, wanted = expression(chance, 4)
    # Once of series, once of states: two ways through the compiler, one answer.
    head = "state out = none\nstate p = 0\nstate q = 0\nstate hole = none\n"
    series = f"a = close / open\nb = high / low - 1\nmissing = a / (a - a)\nout = {written}"
    kept = (
        "p = close / open\nq = high / low - 1\nhole = p / (p - p)\n"
        f"out = {written.replace('missing', 'hole')}"
    )
    for body in (series, kept.replace("out = ", "a = p; b = q; out = ")):
        tape = Tape(program(f'{head}on Candle("BTC/USDT", 1m) {{\n{body}\n}}'))
        for _ in range(5):
            low = chance.uniform(1, 100)
            high = low * chance.uniform(1, 1.5)
            candle = (chance.uniform(low, high), high, low, chance.uniform(low, high), 1.0)
            tape.candle(*candle)
            at = {"a": candle[3] / candle[0], "b": high / low - 1, "missing": NAN}
            value = tape.value("out")
            assert repr(NAN if value is None else float(value)) == repr(wanted(at)), written


@pytest.mark.parametrize("divisor", [3.0, -3.0, 0.7, 0.0])
def test_mod_has_the_divisors_sign(divisor: float) -> None:
    head = "state n = 0\nstate out = none"
    body = f"n = close - 5\nout = n / 1 mod ({divisor!r})"
    for close in (0.0, 1.0, 5.0, 7.5, 12.0):
        source = f'{head}\non Candle("BTC/USDT", 1m) {{\n{body}\n}}'
        value = Tape(program(source)).closes([close]).value("out")
        wanted = _mod(close - 5, divisor)
        assert (value is None) == math.isnan(wanted)
        if value is not None:
            assert value == pytest.approx(wanted, abs=1e-12)


def test_a_whole_constant_power_is_multiplied_from_the_left() -> None:
    chance = random.Random(11)
    body = "a = close / open\n" + "\n".join(f"p{n} = a ^ {n}" for n in range(2, 9))
    head = "\n".join(f"state p{n} = 0" for n in range(2, 9))
    tape = Tape(program(f'{head}\non Candle("BTC/USDT", 1m) {{\n{body}\n}}'))
    for _ in range(200):
        low, high = sorted((chance.uniform(1, 9), chance.uniform(1, 9)))
        tape.candle(low, high, low, high, 1.0)
        product = high / low
        for n in range(2, 9):
            product *= high / low
            assert tape.value(f"p{n}") == product


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("missing ^ 0", "none"),
        ("1 ^ missing", "none"),
        ("(close / close) ^ 0", "1"),
        ("(0 - close / close) ^ 0.5", "none"),
        ("(close / open * 1e200) ^ 2", "none"),
        ("(close / open * 1e200) ^ (close / open * 2)", "none"),
        ("(close / open * 3) ^ (close / open * 2)", "9"),
    ],
)
def test_a_power_without_a_finite_real_result_is_none(written: str, shown: str) -> None:
    body = f'missing = close / open / (close / open - 1)\nPrint("{{{written}}}")'
    assert on_candles(body, [5.0]).said == [shown]


# ---- memory


def test_a_local_may_be_read_back_over_the_runs_before() -> None:
    tape = on_candles('n = (n[1] ?? 0) + 1\nPrint("{n} {n[2] ?? -1}")', [1, 1, 1, 1])
    assert tape.said == ["1 -1", "2 -1", "3 1", "4 2"]


def test_a_condition_of_an_earlier_run_is_false_where_there_was_none() -> None:
    body = 'if was[1] { Print("was") } else { Print("was not") }\nwas = close > 2'
    assert on_candles(body, [1, 3, 1], "state was = false").said == ["was not", "was not", "was"]


def test_history_counts_runs_that_ended_early_too() -> None:
    body = 'n = n + 1\nif close > 5 { return }\nPrint("{n[1] ?? 0}")'
    assert on_candles(body, [1, 9, 1], "state n = 0").said == ["0", "2"]


def test_a_value_in_a_branch_is_not_taken_for_one_behind_it() -> None:
    body = """
if close > 5 { Print("{twice(close)}") }
Print("{twice(close)}")
if close > 5 { Print("{twice(n)}") } else { Print("{twice(n) + 1}") }
n = n + 1
"""
    head = "state n = 0\nfn twice(x) = (x + x) * 1 + (x + x) * 0"
    assert on_candles(body, [1, 6], head).said == ["2", "1", "12", "12", "2"]


def test_a_function_written_out_in_itself_stays_small() -> None:
    nested = "double(" * 20 + "n" + ")" * 20
    source = (
        "state n = 1\nfn double(x) = x + x\n"
        f'on Candle("BTC/USDT", 1m) {{ if {nested} > 1 {{ Print("{{{nested}}}") }} }}'
    )
    made = program(source)
    assert made.handlers[0].steps_max < 1_000
    assert Tape(made).closes([1.0]).said == [str(2**20)]


def test_a_table_of_a_hundred_rows_takes_the_first_that_is_true() -> None:
    rows = "\n".join(f'close < {n} => Print("{n}")' for n in range(1, 101))
    body = f'decide {{\n{rows}\nelse => Print("none of them")\n}}'
    assert on_candles(body, [50.5, 0.5, 500.0]).said == ["51", "1", "none of them"]


def test_a_state_is_kept_as_json_and_goes_on_as_if_never_stopped() -> None:
    body = """
n = (n[1] ?? 0) + close
up = close > EMA(close, 5)
if up[1] and not up { Sell("BTC/USDT", 5%) }
if CrossesAbove(close, Bollinger(close, 6, 1.5).upper) { best = Max(best ?? close, close) }
note = if up then "rising" else "falling"
Print("{n} {best} {note} {RSI(close, 4)} {ATR(3)} {Highest(high, 7)} {StdDev(open, 3)} {close[4]}")
"""
    head = 'state best = none\nstate note = "new"'
    source = f'{head}\non Candle("BTC/USDT", 1m) {{\n{body}\n}}'
    chance = random.Random(3)
    prices = [100.0]
    for _ in range(200):
        prices.append(prices[-1] * (1 + chance.gauss(0, 0.01)))
    never, often = Tape(program(source)), Tape(program(source))
    for price in prices:
        never.candle(price)
        often.candle(price)
        kept = json.loads(json.dumps(often.program.encode(often.state), allow_nan=False))
        often.state = program(source).decode(kept)
    assert often.said == never.said
    assert often.wanted == never.wanted
    assert never.wanted
    assert len(never.said) > 150


# ---- warm-up


def test_a_named_series_left_of_the_question_marks_is_not_waited_for() -> None:
    tape = on_candles('day = SMA(close, 3)\nPrint("{day ?? close}")', [1, 2, 3, 4])
    assert tape.said == ["1", "2", "2", "3"]


def test_a_series_used_elsewhere_too_is_waited_for() -> None:
    body = 'day = SMA(close, 3)\nPrint("{day ?? close}")\nif day > 100 { Print("high") }'
    tape = on_candles(body, [1, 2, 3, 4])
    assert tape.said == ["2", "3"]
    assert tape.warming == [(1, 3), (2, 3), None, None]


@pytest.mark.parametrize(
    ("series", "events"),
    [
        ("close", 1),
        ("SMA(close, 5)", 5),
        ("EMA(close, 5)", 5),
        ("RSI(close, 5)", 6),
        ("ATR(5)", 6),
        ("StdDev(close, 5)", 5),
        ("Highest(high, 5)", 5),
        ("Change(close, 5)", 6),
        ("close[5]", 6),
        ("SMA(close, 5)[2]", 7),
        ("SMA(EMA(close, 5), 3)", 7),
        ("EMA(RSI(close, 4), 3)", 7),
        ("EMA(close[2], 3)", 5),
        ("Bollinger(close, 20, 2).lower", 20),
    ],
)
def test_a_handler_waits_exactly_for_the_events_its_series_need(series: str, events: int) -> None:
    tape = on_candles(f'Print("{{{series}}}")', [1.0 + n % 3 for n in range(30)])
    assert tape.program.handlers[0].warmup == events
    assert len(tape.said) == 30 - events + 1
    assert "none" not in tape.said


# ---- events and reads


def test_what_is_read_is_asked_for_by_key_and_answered_in_order() -> None:
    source = """
on Candle("BTC/USDT", 1m) {
    worth = Position("BTC/USDT") * Spot("BTC/USDT") + AccountBalance(account = "second")
    Print("{worth} {Fee("BTC/USDT").taker} {OpenOrders("BTC/USDT")}")
}
"""
    reads = {
        ReadKey("position", "BTC/USDT"): 2.0,
        ReadKey("spot", "BTC/USDT"): 50.0,
        ReadKey("cash", "", "second"): 7.0,
        ReadKey("taker", "BTC/USDT"): 0.0005,
        ReadKey("open_orders", "BTC/USDT"): 1.0,
    }
    made = program(source)
    assert set(made.reads) == set(reads)
    assert Tape(made, reads).closes([1.0]).said == ["107 0.05% 1"]


def test_a_body_runs_at_the_prices_of_all_markets_it_reads() -> None:
    source = 'if Spot("ETH/USD") > 5 and Spot("BTC/USD") > 5 { Notify("{Spot("ETH/USD")}") }'
    made = program(source)
    assert made.symbols == ("ETH/USD", "BTC/USD")
    assert made.handlers[0].event == "body"
    tape = Tape(made, {ReadKey("spot", "ETH/USD"): 6.0, ReadKey("spot", "BTC/USD"): 50.0})
    tape.event({"time": 0.0})
    assert tape.said == ["6"]


def test_the_account_counts_in_the_quote_of_the_first_market() -> None:
    source = """
setting cap = 1000
on Candle("AAPL/USD", 1d) { if Equity() > cap { Close("AAPL/USD") } }
"""
    program(source)
    assert codes(source.replace("> cap", "> cap + 1 USDT")) == ["LF202"]


def test_a_fill_has_the_units_of_the_scripts_one_market() -> None:
    source = """
state spent = 0 USDT
on Start { Buy("BTC/USDT", 50 USDT) }
on Fill {
    if event.side == "buy" { spent = spent + event.price * event.amount + event.fee }
    Print("{event.symbol} {event.reason} {spent}")
}
"""
    tape = Tape(program(source), handler=1)
    fill: dict[str, float | str] = {
        "symbol": "BTC/USDT",
        "side": "buy",
        "price": 20.0,
        "amount": 2.0,
        "fee": 0.5,
        "reason": "order",
    }
    tape.event(fill)
    tape.event({**fill, "side": "sell"})
    assert tape.said == ["BTC/USDT order 40.5", "BTC/USDT order 40.5"]


def test_a_schedule_tells_its_handler_when_and_where() -> None:
    source = 'on Schedule("0 9 * * 1", "Europe/Berlin") { Buy("BTC/USDT", 50 USDT) }\n'
    handler = program(source + "on Every(90m) { Print(1) }").handlers
    assert [(each.cron, each.zone, each.every_ms) for each in handler] == [
        ("0 9 * * 1", "Europe/Berlin", 0),
        ("", "", 5_400_000),
    ]


# ---- settings from outside


def test_settings_are_chosen_as_lefi_text() -> None:
    source = """
setting symbol = "BTC/USDT"
setting cash = 50 USDT
setting share = 5% in 1%..50%
setting n = 3 in 1..9
on Candle(symbol, 5m) { if SMA(close, n) > close { Buy(symbol, cash, stop_loss = share) } }
"""
    chosen = {"symbol": "ETH/USDT", "cash": "75", "share": "10%", "n": "4"}
    made = program(source, chosen)
    assert made.symbols == ("ETH/USDT",)
    assert made.handlers[0].warmup == 4
    assert [each.value for each in made.settings] == ["ETH/USDT", "75", "10%", "4"]
    intent = Tape(made).closes([9, 8, 7, 6]).wanted[0]
    assert intent.size is not None
    assert (str(intent.size.kind), str(intent.size.value)) == ("worth", "75.0")


@pytest.mark.parametrize(
    ("name", "value"),
    [("n", "10"), ("n", "2.5"), ("n", "25%"), ("share", "0.5"), ("share", "60%"), ("n", "(")],
)
def test_a_setting_that_does_not_fit_is_refused(name: str, value: str) -> None:
    source = """
setting share = 5% in 1%..50%
setting n = 3 in 1..9
on Candle("BTC/USDT", 5m) { if SMA(close, n) > close { Buy("BTC/USDT", share) } }
"""
    checked = check(source, settings={name: value})
    assert checked.program is None
    assert len(checked.diagnostics) == 1


def test_another_timeframe_runs_the_candle_handlers_on_it() -> None:
    source = 'on Candle("BTC/USDT", 5m) { Print("{close}") }'
    checked = check(source, timeframe_ms=900_000)
    assert checked.program is not None
    assert checked.program.handlers[0].timeframe_ms == 900_000


def test_a_condition_kept_in_a_state_without_a_value_is_false() -> None:
    body = 'if was { Print("up") }; if not was { Print("not") }; was = close > open'
    assert on_candles(body, [1, 2, 3], "state was = none").said == ["not", "not", "up"]
    copied = 'now = was; if now { Print("up") }; was = close > open'
    assert on_candles(copied, [1, 2, 3], "state was = none").said == ["up"]


def test_a_bias_and_an_indicator_bots_word_are_numbers_or_none() -> None:
    body = 'b = Bias("BTC/USDT") ?? 9; i = Indicator("rsi", "value") ?? 9; Print("{b} {i}")'
    made = program(f'on Candle("BTC/USDT", 1m) {{ {body} }}')
    known = {ReadKey("bias", "BTC/USDT"): -0.25, ReadKey("indicator", bot="rsi", field="value"): 70}
    assert Tape(made, known).closes([1]).said == ["-0.25 70"]
    assert Tape(made).closes([1]).said == ["9 9"]
    assert codes('on Start { Print(Indicator("rsi", Equity())) }') == ["LF208"]
    assert codes('on Start { if Bias("BTC/USDT") > 5% { Print(1) } }') == ["LF202"]
