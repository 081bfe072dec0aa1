"""What the checker says: one mistake, one message, at the guilty place; and nothing where all is
well."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.lang.diagnostic import CODES, applied
from lefi_tui.lang.program import check
from lefi_tui.lang.source import Source
from tests.unit.lang.scripts import FIRST_LOOK

CANDLE = 'on Candle("BTC/USDT", 5m) {{ {} }}'

RIGHT = [
    FIRST_LOOK,
    'spot = Spot("AAPL/USD")\nif spot > 100 { Notify("AAPL is above 100: {spot}") }',
    (
        'state peak = none; on Candle("BTC/USDT", 1h) { peak = Max(peak ?? close, close); '
        'if close < peak * 90% { Close("BTC/USDT") } }'
    ),
    (
        'on Candle("BTC/USDT", 5m) { if close > open { if close > Highest(high, 50)[1] '
        '{ Buy("BTC/USDT", 25%, stop_loss = close - 2 * ATR(14)) } } }'
    ),
    (
        'setting coins = ["BTC/USDT", "ETH/USDT"]; on Schedule("0 9 * * 1", "UTC") '
        "{ for coin in coins { Buy(coin, 50 USDT) } }"
    ),
    (
        'on Candle("BTC/USDT:USDT", 1h) { x = RSI(close, 14); decide { x < 30 => '
        'Buy("BTC/USDT:USDT", 10%, leverage = 3, stop_loss = 2%); '
        'x > 70 => { Close("BTC/USDT:USDT") } else => return } }'
    ),
    'ok = Spot("BTC/USDT") > 5\nif ok { Notify("x") }',
    'a = Spot("BTC/USDT")\nif a + 1 > 2 { Notify("x") }',
    "fn mid(a, b) = (a + b) / 2\n" + CANDLE.format("if close > mid(high, low) { Print(close) }"),
    CANDLE.format("repeat 3 { x = EMA(close, 5); if x > open { Print(x) } }"),
    "kind indicator; " + CANDLE.format('Notify("{RSI(close, 14)}")'),
]


@pytest.mark.parametrize("script", RIGHT)
def test_a_right_script_gets_no_message(script: str) -> None:
    assert [each.render(Source(script)) for each in check(script).diagnostics] == []


WRONG = [
    ("setting fast = 12 in 20..40", 1, 16, 2, "LF205"),
    ("x = 0.5 BTC + 10 USDT", 1, 5, 17, "LF202"),
    # one mistake, although the name also stands for a price of the candle
    (
        'setting low = 50 in 5..45; on Candle("BTC/USDT", 1m) { if low > 3 { Print(low) } }',
        *(1, 15, 2),
        "LF205",
    ),
    ('state n = 0; on Candle("BTC/USDT", 5m) { n = n[1] ?? 0 + 1 }', 1, 56, 1, "LF104"),
    (CANDLE.format("if close > open { y = close * 2; z = EMA(y, 5) }"), 1, 70, 1, "LF206"),
    ('if Spot("BTC/USDT") > 1 and Buy("BTC/USDT", 5%) { Notify("in") }', 1, 29, 19, "LF207"),
    ('if Spot("BTC/USDT") > 100 { Notify("high") } x = 1', 1, 46, 1, "LF103"),
    (CANDLE.format('Byu("BTC/USDT", 1)'), 1, 29, 3, "LF203"),
    (CANDLE.format("Print(clse)"), 1, 35, 4, "LF201"),
    (CANDLE.format("if close > 0.5% { Print(1) }"), 1, 32, 12, "LF202"),
    (CANDLE.format("if 25% > 0.5 { Print(1) }"), 1, 32, 9, "LF202"),
    (CANDLE.format("if close { Print(1) }"), 1, 32, 5, "LF211"),
    (CANDLE.format("if close > open { x = 1 }; Print(x)"), 1, 62, 1, "LF209"),
    (CANDLE.format("close = 5"), 1, 29, 5, "LF218"),
    (CANDLE.format('Buy("BTC/USDT", 5 ETH)'), 1, 45, 5, "LF202"),
    (CANDLE.format('Buy("BTC/USDT", 5%, stop = 2%)'), 1, 49, 4, "LF204"),
    (CANDLE.format('Buy("BTC/USDT")'), 1, 29, 3, "LF204"),
    (CANDLE.format("Print(EMA(close, open))"), 1, 46, 4, "LF208"),
    (CANDLE.format("Print(EMA(close, 2.5))"), 1, 46, 3, "LF204"),
    (CANDLE.format("Print(Bollinger(close, 20, 2))"), 1, 35, 23, "LF214"),
    ("fn f(x) = f(x)", 1, 4, 1, "LF210"),
    ("setting a = 1; state a = 2", 1, 22, 1, "LF212"),
    ('kind indicator; on Candle("BTC/USDT", 5m) { Close("BTC/USDT") }', 1, 45, 17, "LF213"),
    ('on Candel("BTC/USDT", 5m) { Print(1) }', 1, 4, 6, "LF217"),
    ('on Schedule("61 * * * *", "UTC") { Print(1) }', 1, 13, 12, "LF204"),
    ('on Schedule("0 9 * * 1", "Mars/Base") { Print(1) }', 1, 26, 11, "LF204"),
    ("policy { rte = 3 }", 1, 10, 3, "LF401"),
    ("policy { overlap = often }", 1, 20, 5, "LF402"),
    (CANDLE.format("x = 1var"), 1, 33, 4, "LF002"),
    (CANDLE.format('Print("open'), 1, 35, 7, "LF003"),
    ('on Candle("BTC/USDT", 5m) { Print(1)', 1, 27, 1, "LF102"),
    (CANDLE.format("Print(1 < 2 < 3)"), 1, 41, 1, "LF105"),
]


@pytest.mark.parametrize(("script", "line", "column", "length", "code"), WRONG)
def test_a_mistake_is_named_once_and_at_its_place(
    script: str, line: int, column: int, length: int, code: str
) -> None:
    errors = [each for each in check(script).diagnostics if each.is_error]
    first = errors[0]
    place = Source(script).place(first.span.start)
    found = (first.code, place.line, place.column, first.span.end - first.span.start)
    assert found == (code, line, column, length)
    assert {each.span.start for each in errors} <= {first.span.start} or code in {"LF003", "LF102"}


FIVE_MISTAKES = """setting a = 5 in 10..20
on Candle("BTC/USDT", 5m) {
    x = clse
    y = 1 BTC + 2 USDT
    Byu("BTC/USDT", 1)
    if close > { }
}
"""


def test_five_mistakes_get_five_messages() -> None:
    errors = [each for each in check(FIVE_MISTAKES).diagnostics if each.is_error]
    places = [Source(FIVE_MISTAKES).place(each.span.start).line for each in errors]
    assert places == [1, 3, 4, 5, 6]


def test_the_fix_of_mixed_units_converts_by_the_spot_price() -> None:
    script = "x = 0.5 BTC + 10 USDT\nPrint(x)"
    fix = check(script).diagnostics[0].fix
    assert fix is not None
    mended = applied(script, fix)
    assert mended == 'x = 0.5 BTC * Spot("BTC/USDT") + 10 USDT\nPrint(x)'
    assert check(mended).program is not None


def test_a_misspelled_method_is_mended_by_its_fix() -> None:
    script = CANDLE.format('Byu("BTC/USDT", 1)')
    fix = check(script).diagnostics[0].fix
    assert fix is not None
    assert check(applied(script, fix)).program is not None


def test_a_bare_name_takes_one_unit_only() -> None:
    both = "setting level = 100; " + CANDLE.format(
        "if close > level { Print(1) }; if volume > level { Print(2) }"
    )
    assert [each.code for each in check(both).diagnostics] == ["LF202"]


def test_a_state_may_meet_its_unit_before_its_first_assignment() -> None:
    script = "state peak = none; " + CANDLE.format("if peak > close { Print(1) }; peak = close")
    assert check(script).diagnostics == ()


def test_every_message_has_four_parts() -> None:
    for script, *_ in WRONG:
        for each in check(script).diagnostics:
            rendered = each.render(Source(script))
            assert CODES[each.code].title in rendered
            assert "^" in rendered
            assert each.message in rendered


def test_a_perpetual_entry_without_a_stop_is_warned_of() -> None:
    script = 'on Candle("BTC/USDT:USDT", 5m) { Buy("BTC/USDT:USDT", 5%, leverage = 5) }'
    assert [each.code for each in check(script).diagnostics] == ["LF252"]


def test_an_order_at_every_price_needs_a_rate() -> None:
    script = 'if Spot("BTC/USDT") > 1 { Buy("BTC/USDT", 5%) }'
    assert [each.code for each in check(script).diagnostics] == ["LF255"]
    assert check("policy { rate = 1 per 1h }\n" + script).diagnostics == ()


def test_a_settings_value_from_outside_is_held_to_its_bounds() -> None:
    assert check(FIRST_LOOK, settings={"fast": "20"}).program is not None
    for wrong in ("1", "500", "2%", "x", "(", "symbol"):
        assert check(FIRST_LOOK, settings={"fast": wrong}).program is None
    assert check(FIRST_LOOK, settings={"speed": "1"}).program is None
    assert check(FIRST_LOOK, settings={"symbol": "ETH/USDT"}).program is not None


def test_a_script_that_would_run_too_long_is_refused_with_the_count() -> None:
    script = CANDLE.format("repeat 1000 { repeat 20 { Print(close) } }")
    refused = [each for each in check(script).diagnostics if each.is_error]
    assert [each.code for each in refused] == ["LF216"]


PIECES = st.sampled_from(
    [
        *'{}()[]";\n=+-*/^<>?:.,% ',
        *("if ", "else ", "for x in ", "on Candle(", "5m", "100 USDT", "25%", "EMA(close, 3)", "x"),
        *("Buy(", "state ", "setting ", "test ", "fn ", "none", "??", "=>", "decide ", "return"),
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_text_makes_the_checker_fail(text: str) -> None:
    checked = check(text)
    assert (checked.program is None) == any(each.is_error for each in checked.diagnostics)


@settings(max_examples=100)
@given(st.integers(0, len(FIRST_LOOK)))
def test_every_prefix_of_a_script_is_checked(length: int) -> None:
    check(FIRST_LOOK[:length])


@settings(max_examples=150)
@given(st.integers(0, len(FIRST_LOOK) - 1), st.integers(0, 30), PIECES)
def test_every_mutation_of_a_script_is_checked(at: int, cut: int, piece: str) -> None:
    check(FIRST_LOOK[:at] + piece + FIRST_LOOK[at + cut :])


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 5000,
        "x = " + "-" * 5000 + "1",
        "x = " + "not " * 3000 + "1",
        "x = 1" + " + 1" * 4000,
        "on Start {" * 500,
        "if a {" * 400,
        "x = 2" + "^2" * 3000,
        "if a {} else " * 500,
        'x = "' + "{a} " * 20_000 + '"',
        "on A {\n" * 5_000,
        'x = "' + '{"' * 50 + "1" + '"}' * 50 + '"',
        "fn a(x) = x + x; " + "".join(f"fn f{n}(x) = {p}(x) + {p}(x); " for n, p in
         enumerate(["a", *(f"f{k}" for k in range(30))])) + "on Start { Print(f30(1)) }",
    ],
)  # fmt: skip
def test_depth_has_a_bound_and_a_message(deep: str) -> None:
    assert any(each.is_error for each in check(deep).diagnostics)
