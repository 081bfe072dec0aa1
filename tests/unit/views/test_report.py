"""The report's numbers, against sums done by hand and against the desk's own books."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk, valuation
from lefi_tui.core.desk.booking import filled, funding, opening
from lefi_tui.core.desk.state import Account
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import AccountOpened, FundingBooked, OrderFilled, Sizing
from lefi_tui.core.money import exact_sum
from lefi_tui.ports.records import (
    Booked,
    EquityRecord,
    FillRecord,
    FundingRecord,
)
from lefi_tui.views import numbers
from lefi_tui.views.chronicle import Chronicle
from lefi_tui.views.curves import POINTS_MAX, SAMPLE_NS, Track, falls, points, thinned
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report import Known, report
from lefi_tui.views.report_words import facts
from tests.unit.views.report_kit import BTC, CASH, DAY, PERP, TAKER, D, fill, sample, told


def test_trades_share_the_fees_of_their_entry_and_add_up_to_the_change_of_equity() -> None:
    view = told(*DAY)
    second, first = view.trades
    assert (first.units, first.entry_price, first.exit_price) == (D(4), D(100), D(96))
    assert (first.fees, first.pnl) == (D("0.4"), D("-16.4"))
    assert (second.fees, second.pnl) == (D("0.63"), D("59.37"))
    assert (first.side, first.reason, first.owner) == ("long", "order", "ema")
    totals = view.totals
    assert totals.pnl == totals.realized == D("42.97")
    assert (totals.fees, totals.fills, totals.trades) == (D("1.03"), 3, 2)
    assert view.open == ()


def test_ratios_are_those_of_a_simulation_on_minute_candles() -> None:
    ratios = told(*DAY).ratios
    assert ratios.yield_share == pytest.approx(0.004297)
    assert ratios.fall_max == pytest.approx(70 / 10_019.5)
    assert ratios.win_rate == 0.5
    assert ratios.profit_factor == pytest.approx(59.37 / 16.4)
    assert ratios.exposure == pytest.approx(3 / 5)
    # Five minutes say nothing about a year.
    assert (ratios.yearly, ratios.sharpe, ratios.sortino) == (None, None, None)


def test_what_is_too_small_for_two_digits_is_not_told_as_nothing() -> None:
    shares = (0.00004, -0.00004, 0.0001, 1e-15, 0.0, None)
    told_shares = ["+<0.01%", "-<0.01%", "+0.01%", "0.00%", "0.00%", "–"]
    assert [numbers.share(each) for each in shares] == told_shares


def test_a_trade_between_two_closes_has_an_exposure_below_a_candle_for_each() -> None:
    view = told(
        sample(1, 1, "10000", "100"),
        fill(2, 1.2, "buy 1 100 0"),
        fill(3, 1.4, "sell 1 100.5 0"),
        sample(4, 2, "10000.5", "100.5"),
    )
    exposed = next(each.text for each in facts(view) if each.name == "exposure")
    assert exposed == "<50.00%"
    assert numbers.exposure(0.0, 0, 100) == "0.00%"
    assert numbers.exposure(0.0, 1, 100_000) == "<0.001%"
    assert numbers.exposure(0.25, 1, 100) == "25.00%"


def test_buy_and_hold_enters_at_the_first_sampled_price_for_the_taker_fee() -> None:
    view = told(*DAY)
    (hold,) = view.holds
    units = math.floor(10_000 / 100.05 * 1e8) / 1e8
    worth = 10_000 - units * 100.05 + units * 110
    assert (hold.symbol, hold.first, hold.last) == (BTC, D("100.0"), D("110.0"))
    assert hold.yield_share == pytest.approx(worth / 10_000 - 1)
    assert view.points[-1].hold == pytest.approx(worth)
    assert view.points[0].hold == pytest.approx(10_000 - units * 0.05)


def test_one_bots_curve_is_the_accounts_start_and_what_it_made_itself() -> None:
    other = replace(fill(9, 5.2, "buy 1 110 0.1"), owner="hand")
    after = sample(10, 6, "10052.87", "120")
    whole, bot, hand = (told(*DAY, other, after, bot=each) for each in ("", "ema", "hand"))
    assert bot.totals.pnl == pytest.approx(D("42.97"))
    assert hand.totals.pnl == pytest.approx(D("9.9"))
    assert whole.totals.pnl == pytest.approx(D("52.87"))
    assert [each.bot for each in whole.subjects] == ["", "ema", "hand"]
    assert [each.pnl for each in whole.subjects] == pytest.approx(
        [D("52.87"), D("42.97"), D("9.9")]
    )
    (held,) = hand.open
    assert (held.fees, held.pnl) == (D("0.1"), D("9.9"))
    assert bot.title == "EMA cross"
    assert hand.title == "by hand"


def test_a_period_begins_with_the_newest_sample_before_it() -> None:
    view = told(*DAY, since_ns=int(3.2 * SAMPLE_NS))
    assert view.totals.start == D("9949.5")
    assert view.totals.pnl == D("93.47")
    assert (view.totals.fills, view.totals.fees) == (2, D("0.53"))
    assert [each.at_ns // SAMPLE_NS for each in view.points] == [4, 5]


def test_without_a_fresh_price_no_profit_is_told() -> None:
    view = told(fill(1, 1, "buy 1 100 0.05"))
    assert (view.open[0].price, view.open[0].pnl) == (None, None)
    assert (view.totals.equity, view.totals.pnl, view.totals.unrealized) == (None, None, None)
    assert view.ratios.yield_share is view.ratios.fall_max is None
    assert "No fresh price of BTC/USDT" in view.unknown[0]


def test_what_never_traded_has_no_divisor_and_no_number() -> None:
    view = told()
    ratios = view.ratios
    assert (ratios.win_rate, ratios.profit_factor, ratios.sharpe) == (None, None, None)
    assert (view.points, view.trades, view.holds) == ((), (), ())
    assert report(Known(Chronicle(), (), {}), ReportQuery(), 7).account == ""


def test_a_gap_is_a_gap_only_while_something_was_open() -> None:
    bought = told(*DAY[:3], sample(4, 60, "10029.5", "103"))
    assert bought.points[-1].gap_ns == 58 * SAMPLE_NS
    assert not bought.points[-1].is_flat
    assert "1 gap of 58 min" in bought.unknown[0]
    sold = told(*DAY, sample(9, 60, "10042.97", None))
    assert sold.points[-1].gap_ns == 55 * SAMPLE_NS
    assert sold.points[-1].is_flat
    assert sold.unknown == ()


def test_a_clock_that_went_back_leaves_no_point_behind_an_earlier_one() -> None:
    view = told(*DAY, sample(9, 2.5, "10042.97", "110"))
    assert [each.at_ns for each in view.points] == sorted(each.at_ns for each in view.points)
    assert len(view.points) == 5


def test_a_fill_that_turns_a_position_over_is_a_trade_and_a_new_entry() -> None:
    view = told(
        fill(1, 1, "buy 2 100 0.2"),
        fill(2, 2, "sell 5 110 0.5"),
        sample(3, 3, "10033.9", "105"),
    )
    (trade,), (still_open,) = view.trades, view.open
    assert (trade.units, trade.fees, trade.pnl) == (D(2), D("0.4"), D("19.6"))
    assert (still_open.side, still_open.units, still_open.entry_price) == ("short", D(3), D(110))
    assert still_open.entry_ns == 2 * SAMPLE_NS
    assert (still_open.fees, still_open.pnl) == (D("0.3"), D("14.7"))


def test_only_the_newest_trades_are_told_and_all_are_counted() -> None:
    view = told(*DAY, trades=1)
    assert [each.pnl for each in view.trades] == [D("59.37")]
    assert view.totals.trades == 2
    assert view.is_cut


@given(st.integers(1, 3_000), st.integers(0, 2**32))
def test_few_points_keep_every_extreme_and_the_deepest_fall(count: int, seed: int) -> None:
    chance = Random(seed)
    values = [chance.uniform(1.0, 1e6) for _ in range(count)]
    times = [each * SAMPLE_NS for each in range(count)]
    track = Track(values[0], times, values, [1] * count, SAMPLE_NS)
    kept = points(track, lambda _at_ns: None)
    assert len(kept) <= POINTS_MAX
    assert max(each.equity for each in kept) == max(values)
    assert min(each.equity for each in kept) == min(values)
    assert max(each.fall for each in kept) == max(falls(track))
    assert (kept[0].equity, kept[-1].equity) == (values[0], values[-1])
    numbers = thinned(values, falls(track))
    assert numbers == sorted(set(numbers))


MOVES = st.tuples(
    st.sampled_from(["ema", "hand"]),
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 40),  # quarters of a unit
    st.integers(80, 125),
    st.sampled_from([BTC, PERP]),
    st.integers(-3, 3),  # funding, in hundredths, 0 none
)


@given(st.lists(MOVES, min_size=1, max_size=25), st.integers(80, 125))
def test_all_trades_and_all_that_is_open_are_what_the_desks_books_say(
    moves: list[tuple[str, str, int, int, str, int]], mark: int
) -> None:
    desk, booked = _booked(moves)
    quotes = {("main", each): Quote(each, 0, mark, mark, mark) for each in (BTC, PERP)}
    worth = valuation.equity(replace(desk, quotes=quotes), "main")
    prices = ((BTC, D(mark)), (PERP, D(mark)))
    last = EquityRecord(len(booked) + 1, "main", SAMPLE_NS, worth, worth, prices)
    view = told(*booked, last)
    totals = view.totals
    assert totals.unrealized is not None
    told_pnl = totals.realized + totals.unrealized - totals.funding
    assert told_pnl == pytest.approx(worth - CASH, abs=D("1e-15"))
    assert totals.fees == desk.ledger.of("main", "fees", "USDT")
    assert totals.funding == desk.ledger.of("main", "funding", "USDT")
    bots = [each.pnl for each in view.subjects if each.bot and each.pnl is not None]
    assert float(exact_sum(bots)) == pytest.approx(float(worth - CASH), abs=1e-6)


def _booked(moves: list[tuple[str, str, int, int, str, int]]) -> tuple[Desk, list[Booked]]:
    """The same fills in the desk's books and as records."""
    desk = _empty_desk()
    booked: list[Booked] = []
    for owner, side, quarters, price, symbol, cents in moves:
        n, units, fee = len(booked) + 1, D(quarters) / 4, D(quarters) / 1_000
        terms = (symbol, side, D(price), units, fee, "taker", "order", owner)
        desk = filled(desk, OrderFilled(f"o{n}", f"t{n}", n, "main", *terms, is_last=True), None)
        booked.append(
            FillRecord(n, "main", f"o{n}", owner, symbol, side, D(price), units, fee, "order", n)
        )
        is_open = bool(desk.positions["main", symbol].units)
        if cents and symbol == PERP and is_open:
            n += 1
            desk = funding(desk, FundingBooked("main", PERP, n, D(cents) / 100, f"c{n}"))
            booked.append(FundingRecord(n, "main", PERP, D(cents) / 100, n))
    return desk, booked


def _empty_desk() -> Desk:
    terms = (Sizing.AT_DECISION, D("0.0002"), TAKER, D(0))
    account = Account("main", "USDT", "dry_run", "demo market", *terms)
    spot = Instrument(BTC, "BTC", "USDT")
    markets = {("main", BTC): spot, ("main", PERP): replace(spot, symbol=PERP, settle="USDT")}
    desk = Desk(accounts={"main": account}, instruments=markets)
    return opening(desk, AccountOpened("main", "USDT", CASH, "dry_run", "demo market", *terms))
