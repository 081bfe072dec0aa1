"""It stops: what is written out, nested or doubled has a bound, and a message with the count."""

from __future__ import annotations

import pytest

from lefi_tui.lang.program import check
from tests.unit.lang.stepping import Tape, codes, mistakes, on_candles, place, program

HEAD = 'on Candle("BTC/USDT", 1m) {\n'


def nested(opening: str, levels: int) -> str:
    return f"{HEAD}{opening * levels}Print(1)\n{'}' * levels}\n}}"


@pytest.mark.parametrize(
    "source",
    [
        nested("repeat 20000 {\n", 3),
        "setting two = [1, 2]\n" + nested("for x in two {\n", 18),
        HEAD + "repeat 30000 { x = 1 + 1 }\n}",
        HEAD + "repeat 300 { repeat 300 { Print(close) } }\n}",
        HEAD + "".join(f"Print(StdDev(close, {n}))\n" for n in range(1200, 1204)) + "}",
        HEAD + 'if close > Highest(high, 5000) { Print("new") }\n}',
        "state n = 0\nfn f0(x) = x + x\n"
        + "".join(f"fn f{k}(x) = f{k - 1}(x) + f{k - 1}(x)\n" for k in range(1, 25))
        + HEAD
        + "n = f24(n)\n}",
    ],
)
def test_what_costs_over_20_000_steps_an_event_is_refused_once(source: str) -> None:
    assert [each.code for each in mistakes(source)] == ["LF216"]


def test_the_refusal_names_the_count() -> None:
    found = mistakes(HEAD + "repeat 300 { repeat 300 { Print(close) } }\n}")
    assert "90,000" in found[0].message
    found = mistakes("state n = 0\n" + HEAD + "repeat 9000 { n = n + close / open }\n}")
    assert "27,000" in found[0].message


def test_a_loop_within_the_bound_runs_all_its_turns() -> None:
    tape = on_candles("repeat 5000 { n = n + 1 }", [1.0], "state n = 0")
    assert tape.value("n") == 5000


@pytest.mark.parametrize("link", ["-" * 20 + "{}", "{} + 1", "Max({}, 1)", "({} ?? 1)"])
def test_functions_inside_each_other_have_a_bound(link: str) -> None:
    chain = "".join(f"fn f{k}(x) = {link.format(f'f{k + 1}(x)')}\n" for k in range(40))
    source = f'state n = 0\n{chain}fn f40(x) = x\n{HEAD}Print("{{f0(n)}}")\n}}'
    assert codes(source) == ["LF106"]


def test_a_text_that_doubles_at_every_event_stays_readable() -> None:
    source = 'state t = "ab"\n' + HEAD + "t = t + t\n}"
    tape = Tape(program(source)).closes([1.0] * 40)
    assert len(tape.value("t")) == 4_000
    assert tape.value("t").endswith("…")


def test_there_is_no_event_outside_handlers() -> None:
    for source in (
        "setting at = Now()",
        "state at = Now()",
        "on Every(Now()) { Print(1) }",
        "policy { timeout = Now() }",
    ):
        assert codes(source) == ["LF208"], source


def test_a_handler_of_an_unknown_event_is_looked_at_all_the_same() -> None:
    source = """
on Candel("BTC/USDT", 5m) {
    x = EMA(close, 5) + clsoe
    if event.close > ATR(14) { Byu("BTC/USDT", x) }
}
"""
    found = mistakes(source)
    assert [(each.code, place(source, each)) for each in found] == [
        ("LF217", "2:4+6"),
        ("LF201", "3:25+5"),
        ("LF203", "4:32+3"),
    ]


def test_a_handler_whose_market_is_wrong_is_looked_at_all_the_same() -> None:
    source = "on Candle(symbl, 5m) { Print(clsoe); x = Now().hour + event.time }"
    assert [place(source, each) for each in mistakes(source)][:2] == ["1:11+5", "1:30+5"]


def test_a_function_that_nothing_calls_is_looked_at_all_the_same() -> None:
    source = f"fn f(a) = a + close + clsoe\n{HEAD}Print(close)\n}}"
    assert [place(source, each) for each in mistakes(source)] == ["1:23+5"]


def test_a_long_script_is_checked() -> None:
    lines = "\n".join(
        f'x{n} = EMA(close, {n % 40 + 2})\nif x{n} > close {{ Print("{{x{n}}}") }}'
        for n in range(250)
    )
    checked = check(f"{HEAD}{lines}\n}}")
    assert checked.diagnostics == ()
    assert checked.program is not None
