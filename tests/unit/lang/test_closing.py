"""A bracket or a brace that is missing is said where it is missing, and a key writes it there."""

from __future__ import annotations

import pytest

from lefi_tui.lang.diagnostic import applied
from lefi_tui.lang.program import check
from lefi_tui.lang.source import Source

HEAD = 'on Candle("BTC/USDT", 5m) {\n'
LOST = [
    ("    x = EMA(close, 5|\n    if close > x { Print(1) }\n}\n", ")"),
    ("    x = EMA(close, 5| // slow\n    Print(x)\n}\n", ")"),
    ("    x = Max(EMA(close, 5), EMA(close, 7|\n    Print(x)\n}\n", "))"),
    ("    x = close[1|\n    Print(x)\n}\n", "]"),
    ("    x = EMA(close, 5|\n}\n", ")"),
    ("    Print(1|", ")"),
]


@pytest.mark.parametrize(("body", "closing"), LOST)
def test_a_lost_bracket_is_said_where_its_line_ends_and_written_there(
    body: str, closing: str
) -> None:
    text = HEAD + body.replace("|", "")
    found = next(each for each in check(text).diagnostics if each.code == "LF101")
    at = len(HEAD) + body.index("|")
    assert found.span.start == at
    assert found.message.endswith(", but the line ends here.")
    assert found.fix is not None
    assert found.fix.title == f"Write {closing}"
    mended = applied(text, found.fix)
    assert mended == text[:at] + closing + text[at:]
    assert "LF101" not in {each.code for each in check(mended).diagnostics}


def test_a_lost_bracket_before_a_block_is_written_before_it() -> None:
    text = HEAD + '    if (close > EMA(close, 5 { Print("a") }\n}\n'
    (found,) = check(text).diagnostics
    assert found.message == "Expected `,` or `)`, not `{`."
    assert found.fix is not None
    assert check(applied(text, found.fix)).diagnostics == ()


def test_what_is_no_statement_may_stand_on_a_new_line_and_is_said_itself() -> None:
    text = HEAD + "    x = EMA(close\n        12)\n    Print(x)\n}\n"
    (found, *_) = check(text).diagnostics
    assert Source(text).place(found.span.start).line == 3
    assert found.fix is None


WHOLE = [
    HEAD + "    if close > 5 {\n        Print(1) // why\n    }~\n    Print(2)\n}\n",
    HEAD + "    if close > 5 {\n        Print(1)\n    }\n}~\n",
    HEAD + "    if close > 5 {\n        Print(1)\n    }~\n    else {\n        Print(2)\n    }\n}\n",
    HEAD + "    if close > 5 { Print(1) }~ else { Print(2) }\n}\n",
    HEAD + '    Print(1)\n}~\n\ntest "x" {\n    candles 1 2\n    expect Print\n}\n',
    'on Candle("BTC/USDT", 5m) { Print(1); }~',
]


@pytest.mark.parametrize("marked", WHOLE)
def test_a_lost_brace_is_written_where_its_block_ends(marked: str) -> None:
    right = marked.replace("~", "")
    line, _, rest = marked.partition("}~")
    text = line.rstrip(" \n" if line.endswith(("\n", " ")) else "") + rest
    (found,) = (each for each in check(text).diagnostics if each.is_error)
    assert found.code == "LF102"
    assert found.fix is not None
    assert applied(text, found.fix) == right


def test_of_two_lost_braces_each_key_leaves_one_mistake_less() -> None:
    text = HEAD + "    if close > 5 {\n        Print(1)\n    Print(2)\n"
    for left in (1, 0):
        found = next(each for each in check(text).diagnostics if each.code == "LF102")
        assert found.fix is not None
        text = applied(text, found.fix)
        assert sum(each.is_error for each in check(text).diagnostics) == left
