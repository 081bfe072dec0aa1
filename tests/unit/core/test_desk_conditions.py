"""What limits look at of the market, as the desk keeps it; and the fall that closes everything."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import advance
from lefi_tui.core.desk.limiting import wanted, watched
from lefi_tui.core.desk.risk_changes import has_limits
from lefi_tui.core.order import Order, OrderKind, OrderStatus, Side
from tests.unit.core.desk_kit import PERPETUAL, SPOT, bought, of, started, submitted
from tests.unit.core.test_desk_limits import changed, conditions, order, refused

D = Decimal
HOUR_MS = 3_600_000


# ---- the market's conditions


def test_nothing_is_asked_of_the_market_where_no_limit_looks_at_it() -> None:
    desk = started("buy")
    assert not has_limits(desk)
    assert wanted(desk) == ()
    assert wanted(changed(desk, order_notional_max="5")) == ()
    assert advance(desk, conditions(60_000, 5))[1].events == ()


def test_what_the_limits_of_a_bot_need_is_asked_for_its_markets_and_what_is_held() -> None:
    desk = changed(started("buy"), "bot/b", slippage_bps_max="5")
    assert [(each.symbol, each.volume, each.book, each.bars) for each in wanted(desk)] == [
        (SPOT.symbol, False, True, False),
        (PERPETUAL.symbol, False, True, False),
    ]
    held = changed(bought()[0], "account/main", drawdown_day_close="0.05")
    held, _ = advance(held, m.StopBot("b", at_ns=9))
    assert [(each.symbol, each.book) for each in wanted(held)] == [(SPOT.symbol, False)]


def bars(count: int, first: int = 0, price: float = 60_000.0) -> tuple[Bar, ...]:
    return tuple(
        Bar(SPOT.symbol, HOUR_MS, number * HOUR_MS, price, price, price, price, 1.0)
        for number in range(first, first + count)
    )


def test_candles_join_those_that_are_known_and_nonsense_is_left_out() -> None:
    desk = changed(started("buy"), volatility_ratio_max="2.5")
    desk, _ = advance(desk, conditions(60_000, 1, bars=bars(120)))
    desk, _ = advance(desk, conditions(60_000, 2, bars=bars(2, 119)))
    desk, _ = advance(desk, conditions(60_000, 3, bars=bars(1, 121, price=0.0)))
    known = desk.seen["main", SPOT.symbol].bars
    assert [bar.time_ms for bar in known] == [number * HOUR_MS for number in range(121)]
    desk, _ = advance(desk, conditions(60_000, 4, bars=bars(110, 500)))
    assert desk.seen["main", SPOT.symbol].bars == bars(110, 500)


def test_the_best_prices_are_the_books_or_a_young_quotes() -> None:
    desk = changed(started("buy"), spread_bps_max="5")
    key = ("main", SPOT.symbol)
    young, _ = advance(desk, conditions(60_000, 50_000))
    assert young.seen[key].bid == D("59999.95")
    assert young.quotes[key].last == 60_000
    old = replace(conditions(61_000, 50_000), at_ms=80_001)
    assert advance(young, old)[0].seen[key].bid is None
    earlier = conditions(61_000, 40_000)
    assert advance(young, earlier)[0].quotes[key].last == 60_000
    none = replace(conditions(0.0, 50_000))
    assert advance(desk, none)[0].seen[key].ask is None
    without = replace(conditions(1.0, 50_000), quote=None)
    assert advance(desk, without)[0].seen[key].ask is None
    book = conditions(60_000, 50_000, bids=((D(1), D(1)),), asks=((D(2), D(1)),))
    assert advance(desk, book)[0].seen[key].ask == 2


# ---- the venue


def told(at_ms: int, units: str | None) -> m.VenueStateSeen:
    held = None if units is None else ((SPOT.symbol, D(units)),)
    return m.VenueStateSeen("main", at_ms, 40, 2, 1, held)


def test_a_venue_is_looked_at_while_the_thermostat_is_on() -> None:
    desk, _ = bought()
    assert watched(desk) == ()
    assert advance(desk, told(1, "5"))[1].events == ()
    assert advance(changed(desk, daily_loss_max="5"), told(1, "5"))[1].events == ()
    assert watched(changed(desk, "bot/b", overlay="yes")) == ("main",)


def test_books_and_venue_are_apart_when_two_readings_say_so() -> None:
    desk = changed(bought()[0], overlay="yes")
    mine = desk.positions["main", SPOT.symbol].units
    price = D(str(desk.quotes["main", SPOT.symbol].last))
    desk, _ = advance(desk, told(1, f"{mine + 1}"))
    assert (desk.venues["main"].apart, desk.venues["main"].drift) == (price, D(0))
    assert (desk.venues["main"].asked, desk.venues["main"].failed) == (40, 2)
    desk, _ = advance(desk, told(2, None))  # it did not say: what was known stands
    assert desk.venues["main"].drift == price
    desk, _ = advance(desk, told(3, f"{mine}"))
    assert desk.venues["main"].drift == 0


# ---- the breach that closes


def test_a_day_that_fell_too_far_closes_everything_once() -> None:
    desk = changed(bought()[0], "account/main", drawdown_day_close="0.01")
    desk, step = advance(desk, conditions(49_000, 2_000))
    (breach,) = of(m.LimitBreached, step)
    assert (breach.limit, breach.bound, breach.value) == ("drawdown_day_close", "1 %", "1.1 %")
    closing = submitted(step)
    assert closing.terms.is_reduce_only
    assert closing.terms.side is Side.SELL
    desk, again = advance(desk, conditions(48_000, 3_000))
    assert of(m.LimitBreached, again) == []
    assert refused(desk, order(), 3_000_000_000) == ["DRAWDOWN_CLOSE"]


def test_a_breach_takes_working_entries_back_first() -> None:
    desk = bought()[0]
    terms = replace(order(quantity="0.001").terms, kind=OrderKind.LIMIT, limit=D(10_000))
    resting = Order("rest", "main", terms, "hand", status=OrderStatus.ACCEPTED)
    desk = replace(desk, orders={"rest": replace(resting, quantity=D("0.001"))})
    desk = changed(desk, drawdown_day_close="0.01")
    _, step = advance(desk, conditions(49_000, 2_000))
    assert [each.order for each in of(m.OrderCancelRequested, step)] == ["rest"]
    assert len(of(m.OrderSubmitted, step)) == 1


@pytest.mark.parametrize("price", [59_000, 60_000])
def test_a_fall_within_the_bound_closes_nothing(price: int) -> None:
    desk = changed(bought()[0], drawdown_day_close="0.01")
    assert of(m.LimitBreached, advance(desk, conditions(price, 2_000))[1]) == []


def test_an_account_without_positions_and_a_halted_desk_close_nothing() -> None:
    flat = changed(started("buy"), drawdown_day_close="0.01")
    flat = replace(flat, ledger=bought()[0].ledger)  # 600 of its money is nowhere
    assert of(m.LimitBreached, advance(flat, conditions(60_000, 2_000))[1]) == []
    halted = changed(bought()[0], drawdown_day_close="0.01")
    halted = replace(halted, trading_state=m.TradingState.HALTED)
    assert of(m.LimitBreached, advance(halted, conditions(49_000, 2_000))[1]) == []
