"""A percent beside another unit: the way out that is offered is the one that is meant."""

from __future__ import annotations

from typing import Final

import pytest

from lefi_tui.lang.diagnostic import Diagnostic, applied
from lefi_tui.lang.program import check

HANDLER: Final = """\
state stake = 100 USDT
setting part = 5%
on Candle("BTC/USDT", 5m) {{
    strength = RSI(close, 14)
    if strength > 1 {{ Print("{{stake}}{{part}}") }}
    {}
}}
"""
MENDED: Final = (
    ('if PnL("BTC/USDT") < -5% { Print(1) }', 'if PnL("BTC/USDT") < -5% * Equity() { Print(1) }'),
    (
        "if AccountBalance() < part { Print(1) }",
        "if AccountBalance() < part * Equity() { Print(1) }",
    ),
    ("Print(1% + 2% + 100 USDT)", "Print(100 USDT + (1% + 2%))"),
    ("Print(5% + close)", "Print(close + 5%)"),
    ("Print(5% - 100 USDT)", "Print(5% * Equity() - 100 USDT)"),
    ("Print(AccountBalance() ?? 5%)", "Print(AccountBalance() ?? (5% * Equity()))"),
    (
        "Print(if close > open then 5% else 10 USDT)",
        "Print(if close > open then 5% * Equity() else 10 USDT)",
    ),
    ("stake = 5%", "stake = 5% * Equity()"),
    ("if RSI(close, 14) > 70% { Print(1) }", "if RSI(close, 14) > 70 { Print(1) }"),
    ("if strength[1] < 30% { Print(1) }", "if strength[1] < 30 { Print(1) }"),
    ("if ROC(close, 9) < -5% { Print(1) }", "if ROC(close, 9) < -5 { Print(1) }"),
    ("if ADX(9).plus > 25% { Print(1) }", "if ADX(9).plus > 25 { Print(1) }"),
    ("if close / open > 105% { Print(1) }", "if close / open > 1.05 { Print(1) }"),
    ("if ATR(14) > 2% { Print(1) }", "if ATR(14) > 2% * close { Print(1) }"),
    ("if Change(close, 3) > 5% { Print(1) }", "if Change(close, 3) > 5% * close[3] { Print(1) }"),
)
OPEN: Final = (  # what it is of can't be known
    "if close > 5% { Print(1) }",
    "if Equity() > 5% { Print(1) }",
    "if Change(close - open, 3) > 5% { Print(1) }",
    'if Position("BTC/USDT") > 5% { Print(1) }',
    "Print(RSI(close, 14) + 5%)",  # 5 more, or 5% more
    "if ZScore(close, 9) > 5% { Print(1) }",
)


def one(source: str) -> Diagnostic:
    (found,) = check(source).diagnostics
    assert found.code == "LF202"
    return found


@pytest.mark.parametrize(("wrong", "right"), MENDED)
def test_a_percent_that_is_surely_of_one_thing_is_written_so(wrong: str, right: str) -> None:
    source = HANDLER.format(wrong)
    fix = one(source).fix
    assert fix is not None
    after = applied(source, fix)
    assert after == HANDLER.format(right)
    assert [each for each in check(after).diagnostics if each.is_error] == []


@pytest.mark.parametrize("wrong", OPEN)
def test_where_that_is_not_sure_the_next_step_is_told(wrong: str) -> None:
    found = one(HANDLER.format(wrong))
    assert found.fix is None
    assert found.hint == "A percent is a share: write what it is of, as in 5% * close."


def test_nothing_of_an_account_is_offered_where_all_is_constant() -> None:
    found = one('setting least = 5% - 100 USDT\non Start { Print("{least}") }')
    assert found.fix is None
