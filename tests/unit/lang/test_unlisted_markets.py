"""Markets that no account has: told at their places, and mended where a slip is plain."""

from __future__ import annotations

import pytest

from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.diagnostic import Diagnostic, applied

MARKETS = {"demo": ("BTC/USDT", "ETH/USDT", "ETC/USDT", "SOL/USDT")}


def said(text: str, markets: dict[str, tuple[str, ...]] | None = None) -> list[Diagnostic]:
    found = analysed(text).found(MARKETS if markets is None else markets)
    return [each for each in found if each.code == "LF259"]


def places(text: str) -> list[str]:
    return [text[each.span.start : each.span.end] for each in said(text)]


def test_each_place_that_names_an_unknown_market_is_told() -> None:
    text = 'on Candle("DOGE/USDT", 1h) { Buy("DOGE/USDT", 100 USDT, stop_loss = 2%) }'
    assert places(text) == ['"DOGE/USDT"', '"DOGE/USDT"']
    assert not any(each.is_error or each.fix for each in said(text))
    assert said(text)[0].message == "Account demo has no market DOGE/USDT."
    assert said(text)[0].hint == "It lists BTC/USDT, ETH/USDT, ETC/USDT, SOL/USDT."


def test_one_that_a_setting_names_is_told_at_its_value_once() -> None:
    text = 'setting coin = "DOGE/USDT"\non Candle(coin, 1h) { Buy(coin, 5%, stop_loss = 2%) }'
    assert [tuple(each.span) for each in said(text)] == [(15, 26)]


def test_a_market_of_any_account_is_none_of_these_and_nothing_is_told_of_unknown_ones() -> None:
    text = 'on Candle("DOGE/USDT", 1h) { if close > open { Notify("up") } }'
    assert said(text, {**MARKETS, "second": ("DOGE/USDT",)}) == []
    assert said(text, {}) == []
    (found,) = said(text, {**MARKETS, "second": ("ADA/USDT",)})
    assert found.message == "None of demo, second has a market DOGE/USDT."


@pytest.mark.parametrize("written", ["BTC/USTD", "BTC/USD", "BTV/USDT", "BTC/USDTT", "CBT/USDT"])
def test_what_one_slip_made_of_a_market_is_written_as_that(written: str) -> None:
    text = f'on Candle("{written}", 1h) {{ if close > open {{ Notify("up") }} }}'
    fixes = [each.fix for each in said(text)]
    if written == "CBT/USDT":  # two
        assert fixes == [None]
        return
    assert fixes[0] is not None
    assert applied(text, fixes[0]) == text.replace(written, "BTC/USDT")


def test_a_coin_that_is_known_is_not_taken_for_another() -> None:
    text = 'on Candle("ETH/BTC", 1h) { if close > open { Notify("up") } }'
    (found,) = said(text, {"demo": ("ETC/BTC", "ETH/USDT")})
    assert found.fix is None
    assert found.hint == "It lists ETH/USDT, ETC/BTC."


def test_a_size_in_money_that_is_not_the_markets_says_that_there_is_none_such() -> None:
    text = 'on Start { Buy("BTC/USTD", 100 USDT, stop_loss = 2%) }'
    found = analysed(text).found(MARKETS)
    assert [each.code for each in found] == ["LF259", "LF202"]
