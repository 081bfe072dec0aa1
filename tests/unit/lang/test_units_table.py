"""The table of units, row by row: what fits is accepted, what does not is named by both units."""

from __future__ import annotations

import pytest

from tests.unit.lang.stepping import codes, mistakes, place, program

BTC, USDT, NUMBER, PERCENT = "0.5 BTC", "10 USDT", "RSI(close, 2)", "5%"
PRICE, TIME, DURATION, TEXT = "close", "time", "5m", '"a"'
# A witness: adding it is right only beside a value of the same unit.
WITNESS = {
    "BTC": BTC,
    "USDT": USDT,
    "Price": PRICE,
    "Number": NUMBER,
    "Percent": PERCENT,
    "Duration": DURATION,
}
ROWS = (
    (f"{BTC} + {BTC}", "BTC"),
    (f"{BTC} - {BTC}", "BTC"),
    (f"{PRICE} + {PRICE}", "Price"),
    (f"{PRICE} - open", "Price"),
    (f"{BTC} * {PRICE}", "USDT"),
    (f"{PRICE} * {BTC}", "USDT"),
    (f"{USDT} / {PRICE}", "BTC"),
    (f"{USDT} / {BTC}", "Price"),
    (f"{BTC} / {BTC}", "Number"),
    (f"{PRICE} / {PRICE}", "Number"),
    (f"{DURATION} / {DURATION}", "Number"),
    (f"{USDT} * {NUMBER}", "USDT"),
    (f"{NUMBER} * {USDT}", "USDT"),
    (f"{PRICE} * {PERCENT}", "Price"),
    (f"{PERCENT} * {BTC}", "BTC"),
    (f"{USDT} / {NUMBER}", "USDT"),
    (f"-{PRICE}", "Price"),
    (f"{USDT} + {PERCENT}", "USDT"),
    (f"{PRICE} - {PERCENT}", "Price"),
    (f"{PERCENT} + {PERCENT}", "Percent"),
    (f"{PERCENT} - {PERCENT}", "Percent"),
    (f"{PERCENT} * {PERCENT}", "Percent"),
    (f"{PERCENT} * {NUMBER}", "Percent"),
    (f"{PERCENT} / {NUMBER}", "Percent"),
    (f"{PERCENT} / {PERCENT}", "Number"),
    (f"{TIME} - {TIME}", "Duration"),
    (f"({TIME} - {DURATION}) - {TIME}", "Duration"),
    (f"({TIME} + {DURATION}) - {TIME}", "Duration"),
    (f"{DURATION} + {DURATION}", "Duration"),
    (f"{DURATION} * {NUMBER}", "Duration"),
    (f"{DURATION} / {NUMBER}", "Duration"),
    (f"2 * {PRICE}", "Price"),
    (f"1 + {USDT}", "USDT"),
    (f"{PRICE} ?? 1", "Price"),
    (f"if close > open then 1 else {BTC}", "BTC"),
    (f"({NUMBER}) ^ 2", "Number"),
    (f"Max({PRICE}, open)", "Price"),
    ("Position(symbol)", "BTC"),
    ("Equity()", "USDT"),
    ("AccountBalance()", "USDT"),
    ("Spread(symbol)", "Price"),
    ("Funding(symbol)", "Percent"),
    ("Fee(symbol).taker", "Percent"),
    ("OpenOrders(symbol)", "Number"),
    ("volume", "BTC"),
    ("SMA(close, 3)", "Price"),
    ("RSI(close, 3)", "Number"),
    ("ATR(3)", "Price"),
    ("Bollinger(close, 3, 2).upper", "Price"),
)
REFUSED = (
    (f"{BTC} + {USDT}", "BTC", "USDT"),
    (f"{BTC} + {PRICE}", "BTC", "USDT per BTC"),
    (f"{USDT} - {PRICE}", "USDT", "USDT per BTC"),
    (f"{USDT} * {BTC}", "USDT", "BTC"),
    (f"{PRICE} * {USDT}", "USDT per BTC", "USDT"),
    (f"{PRICE} * {PRICE}", "USDT per BTC", "USDT per BTC"),
    (f"{BTC} / {PRICE}", "BTC", "USDT per BTC"),
    (f"{NUMBER} + {PERCENT}", "number", "percent"),
    (f"{TIME} + {TIME}", "time", "time"),
    (f"{DURATION} + {USDT}", "duration", "USDT"),
    (f"{TIME} * 2", "time", "number"),
    (f"{NUMBER} / {PRICE}", "number", "USDT per BTC"),
    (f"{PRICE} > {USDT}", "USDT per BTC", "USDT"),
    (f"{BTC} == {USDT}", "BTC", "USDT"),
    (f"{PERCENT} > 0.5", "percent", "number"),
    (f"{DURATION} > 5", "duration", "number"),
    (f"{PRICE} ^ 2", "USDT per BTC", "number"),
    (f"{PRICE} ?? {USDT}", "USDT per BTC", "USDT"),
)


def script(expression: str) -> str:
    return f'setting symbol = "BTC/USDT"\non Candle(symbol, 1m) {{\n  Print("{{{expression}}}")\n}}'


@pytest.mark.parametrize(("expression", "unit"), ROWS)
def test_a_row_of_the_table_gives_its_unit(expression: str, unit: str) -> None:
    program(script(f"({expression}) + {WITNESS[unit]}"))


@pytest.mark.parametrize(("expression", "unit"), ROWS)
def test_a_row_of_the_table_gives_no_other_unit(expression: str, unit: str) -> None:
    # A percent may be added to amounts and prices, so it is no witness against them.
    others = set(WITNESS) - {unit} - ({"Percent"} if unit in {"BTC", "USDT", "Price"} else set())
    for other in sorted(others):
        assert codes(script(f"({expression}) + {WITNESS[other]}")) in (["LF202"], ["LF211"]), other


@pytest.mark.parametrize(("expression", "left", "right"), REFUSED)
def test_anything_else_names_both_units_and_marks_both_operands(
    expression: str, left: str, right: str
) -> None:
    source = script(expression)
    found = mistakes(source)
    assert len(found) == 1
    assert found[0].code in {"LF202", "LF211"}
    assert left in found[0].message
    assert right in found[0].message
    assert place(source, found[0]) == f"3:11+{len(expression)}"


def test_a_bare_name_takes_the_unit_it_first_meets_and_keeps_it() -> None:
    head = 'setting level = 100\non Candle("BTC/USDT", 1m) { '
    program(head + 'if close > level { Close("BTC/USDT") } }')
    both = head + 'if close > level and Position("BTC/USDT") > level { Close("BTC/USDT") } }'
    assert codes(both) == ["LF202"]


def test_a_unit_met_further_down_counts_above_too() -> None:
    source = """
state held = 0
on Candle("BTC/USDT", 1m) {
    worth = held * close
    if worth > 10 USDT { Close("BTC/USDT") }
    held = held + 1 BTC
}
"""
    program(source)


def test_two_handlers_may_use_one_word_for_two_units() -> None:
    source = """
on Candle("BTC/USDT", 1m) {
    level = 5
    if close > level { Close("BTC/USDT") }
}
on Candle("BTC/USDT", 5m) {
    level = 5
    if Position("BTC/USDT") > level { Close("BTC/USDT") }
}
"""
    program(source)


def test_a_function_is_checked_with_the_units_of_each_call() -> None:
    source = """
fn double(x) = x + x
on Candle("BTC/USDT", 1m) {
    if double(close) > open and double(Position("BTC/USDT")) > 1 BTC { Close("BTC/USDT") }
}
"""
    program(source)
    assert codes(source.replace("1 BTC", "1 USDT")) == ["LF202"]


def test_a_state_that_begins_as_none_takes_its_unit_from_what_is_assigned() -> None:
    source = """
state peak = none
on Candle("BTC/USDT", 1m) {
    peak = Max(peak ?? close, close)
    if peak - close > 5 USDT { Close("BTC/USDT") }
}
"""
    assert codes(source) == ["LF202"]
    program(source.replace("5 USDT", "5"))


def test_a_name_keeps_its_type() -> None:
    source = 'on Candle("BTC/USDT", 1m) {\n x = close\n x = Position("BTC/USDT")\n Print("{x}") }'
    assert codes(source) == ["LF202"]


def test_a_stop_is_a_percent_or_a_price_and_nothing_else() -> None:
    head = 'on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", 5%, stop_loss = '
    for right in ("2%", "close * 90%", "100"):
        program(f"{head}{right}) }}")
    for wrong in ("5 USDT", "1 BTC", "5m"):
        assert codes(f"{head}{wrong}) }}") == ["LF202"], wrong


def test_a_size_of_another_coin_is_refused() -> None:
    head = 'on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", '
    for right in ("0.1", "0.1 BTC", "50 USDT", "5%", "AccountBalance() / 2"):
        program(f"{head}{right}, stop_loss = 2%) }}")
    for wrong in ("1 ETH", "5m", '"all"', "close"):
        assert codes(f"{head}{wrong}, stop_loss = 2%) }}") in (["LF202"], ["LF211"]), wrong
