"""What limits see of a candle file: hours built as they close, turnover of a day, any size."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lefi_tui.core.bot import Bar
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import AccountReading
from lefi_tui.core.order import OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.core.risk.facts import Seen
from lefi_tui.core.risk.limits import SETTINGS, Limits, strictest
from lefi_tui.core.risk.on_candles import HOUR_MS, Judged, Scene, judged, seen_after
from lefi_tui.core.risk.periods import Calendar, first_worth

MINUTE_MS = 60_000
SYMBOL = "BTC/USDT:USDT"
CASH = Decimal(10_000)


def candles(count: int, wide: float = 1.0, since: int = 0, step_ms: int = MINUTE_MS) -> Seen:
    seen = None
    for number in range(since, since + count):
        bar = Bar(SYMBOL, step_ms, number * step_ms, 100.0, 100 + wide, 100 - wide, 100.0, 2.0)
        seen = seen_after(seen, bar, (number + 1) * step_ms * 1_000_000)
    assert seen is not None
    return seen


def answer(seen: Seen, limits: Limits, size: Size, side: Side = Side.BUY) -> Judged:
    scene = Scene(
        seen.at_ns,
        AccountReading(10_000.0, 10_000.0, ()),
        first_worth(seen.at_ns, CASH, Calendar()),
        {SYMBOL: seen},
        {SYMBOL: Instrument(SYMBOL, "BTC", "USDT", "USDT")},
        taker=Decimal("0.0005"),
        slippage=Decimal("0.001"),
    )
    terms = OrderTerms(SYMBOL, side, OrderKind.MARKET, size)
    return judged(terms, scene, strictest(((SETTINGS, limits),)))


TENTH = Size(SizeKind.SHARE, Decimal("0.1"))


def test_hours_are_whole_and_the_one_in_the_making_is_not_told() -> None:
    limits = Limits(volatility_ratio_max=Decimal(2))
    (found,) = answer(candles(114 * 60 - 1), limits, TENTH).refusals
    assert found.code == "NOT_KNOWN"
    assert "113 hourly candles" in found.text
    assert not answer(candles(114 * 60), limits, TENTH).refusals


def test_data_that_begins_inside_an_hour_leaves_that_hour_out() -> None:
    seen = candles(90, since=30)
    assert [bar.time_ms for bar in seen.bars] == [HOUR_MS]
    assert seen.bars[0].volume == pytest.approx(120)


def test_turnover_needs_a_whole_day_of_candles() -> None:
    limits = Limits(volume_24h_min=Decimal(288_000))  # 1,440 minutes of 2 at 100
    (early,) = answer(candles(1_439), limits, TENTH).refusals
    assert early.code == "NOT_KNOWN"
    assert not answer(candles(1_440), limits, TENTH).refusals
    more = Limits(volume_24h_min=Decimal(288_001))
    assert answer(candles(1_440), more, TENTH).refusals[0].code == "VOLUME_BELOW_MINIMUM"


def test_the_slippage_said_is_what_the_book_gives() -> None:
    seen = candles(1)
    assert not answer(seen, Limits(slippage_bps_max=Decimal(10)), TENTH).refusals
    (found,) = answer(seen, Limits(slippage_bps_max=Decimal(9)), TENTH).refusals
    assert found.value == "10 bps"


@pytest.mark.parametrize("units", ["1e300", "1e-300"])
def test_any_size_a_script_may_ask_for_is_answered_in_words(units: str) -> None:
    limits = Limits(position_notional_max=Decimal(500), slippage_bps_max=Decimal(20))
    size = Size(SizeKind.UNITS, Decimal(units))
    codes = {each.code for each in answer(candles(1), limits, size, Side.SELL).refusals}
    expected = {"POSITION_EXCEEDS_MAXIMUM", "SLIPPAGE_EXCEEDS_MAXIMUM"}
    assert codes == (expected if units == "1e300" else set())


def test_a_size_that_sizers_cut_becomes_units() -> None:
    found = answer(candles(1), Limits(size_fixed=Decimal(250)), TENTH)
    assert found.terms.size == Size(SizeKind.UNITS, Decimal("2.5"))
    assert "a fixed size" in found.verdicts[-1].bound
