"""A recorded market is read whole or refused with its place, and played as it was, on our clock."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from lefi_tui.adapters.recorded_feed import RecordedFeed, RecordedHistory, RecordedTerms
from lefi_tui.adapters.recorded_market import PAUSE_MS, Place, RecordedMarket
from lefi_tui.adapters.recording import Recording, read_recording
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.book import Book, Traded
from lefi_tui.core.messages import (
    BarsClosed,
    FeedStated,
    MarketInput,
    QuoteChanged,
    TradePrinted,
    Watch,
)
from lefi_tui.errors import MarketFileError
from tests.exchange.hand_market import INSTRUMENTS, PERPETUAL
from tests.exchange.recordings import (
    BEGIN_NS,
    ROWS,
    STEM,
    made,
    playing,
    real_recording,
    write_recording,
)

SECOND_NS = 1_000_000_000
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def real() -> Recording:
    return real_recording()


# ---- reading


def test_the_real_recording_is_small_in_memory_and_whole(real: Recording) -> None:
    rows = (len(real.trades.times), len(real.quotes.times), len(real.depths.times))
    assert rows == (21_313, 34_246, 346)
    assert real.bytes_held < 7_000_000
    assert real.instrument.symbol == "BTC/USDT:USDT"


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_recording(tmp_path)
    read = read_recording(tmp_path)
    assert list(read.trades.prices) == [1_000, 1_001]
    assert list(read.trades.lots) == [500, 500]
    assert (read.begins_ms, read.ends_ms) == (1_000, 2_000)


@pytest.mark.parametrize(
    ("part", "rows", "place", "why"),
    [
        ("trades", ["1000,1,100.0,0.5,sell", "900,2,100.0,1,buy"], ":3", "is before the row above"),
        ("trades", ["1000,1,100.05,0.5,sell"], ":2", "100.05 is no price of this market"),
        ("trades", ["1000,1,100.0,0.5,up"], ":2", "neither buy nor sell"),
        ("trades", ["1000,1,100.0"], ":2", "not enough values"),
        ("trades", [], "", "it has no rows"),
        ("bbo", ["1000,100.1,1,100.1,1"], ":2", "is not below its ask"),
        ("bbo", ["1000,100.0,-1,100.1,1"], ":2", "-1 is no size"),
        ("book20_1s", ["1000,1,1"], ":2", "it has 3 columns"),
        ("book20_1s", [ROWS["book20_1s"][0].replace("99.9,", "99.7,")], ":2", "not in order"),
    ],
)
def test_a_row_that_can_not_be_is_refused_with_its_place(
    tmp_path: Path, part: str, rows: list[str], place: str, why: str
) -> None:
    write_recording(tmp_path, **{part: rows})
    with pytest.raises(MarketFileError, match=why) as caught:
        read_recording(tmp_path)
    assert caught.value.where == f"{tmp_path / STEM.format(part)}{place}"
    assert caught.value.next_step


def test_a_folder_without_a_recording_and_files_that_are_cut_off_are_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(MarketFileError, match="no such folder"):
        read_recording(tmp_path / "away")
    with pytest.raises(MarketFileError, match="holds no recording"):
        read_recording(tmp_path)
    write_recording(tmp_path)
    file = tmp_path / STEM.format("bbo")
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(MarketFileError, match="ended before"):
        read_recording(tmp_path)
    file.unlink()
    with pytest.raises(MarketFileError, match="lacks this file"):
        read_recording(tmp_path)


def test_parts_of_different_times_are_no_recording(tmp_path: Path) -> None:
    late = [row.replace("000,", "000000,", 1) for row in ROWS["book20_1s"]]
    write_recording(tmp_path, book20_1s=late)
    with pytest.raises(MarketFileError, match="no time in common"):
        read_recording(tmp_path)


# ---- playing


def test_the_book_is_what_it_was_and_never_crossed(real: Recording) -> None:
    market = playing(real, at_ms=30_000)
    quotes = real.quotes
    for number in range(0, len(quotes.times), 997):
        place = Place(0, max(quotes.times[number] - real.begins_ms, 0))
        now_ns = market.now_of(place)
        assert market.place(now_ns) == place
        book = market.book(PERPETUAL, now_ns)
        bids, asks = ([each.price for each in side] for side in (book.bids, book.asks))
        assert bids == sorted(set(bids), reverse=True)
        assert asks == sorted(set(asks))
        assert bids[0] < asks[0]
        assert market.best(PERPETUAL, now_ns) == (bids[0], asks[0])


def test_what_was_traded_is_told_once_at_its_own_time(real: Recording) -> None:
    market = playing(real)
    minutes = [
        market.traded(PERPETUAL, BEGIN_NS + at * SECOND_NS, BEGIN_NS + (at + 60) * SECOND_NS)
        for at in range(0, 360, 60)
    ]
    told = [each for minute in minutes for each in minute]
    skipped = sum(at_ms < real.begins_ms for at_ms in real.trades.times)
    first = real.trades.times[skipped] - real.begins_ms
    # The last quarter of a minute is the next round's beginning.
    again = [each for each in told if each.at_ns > market.now_of(Place(1, 0))]
    assert len(told) - len(again) == len(real.trades.times) - skipped
    assert told[0].at_ns == BEGIN_NS + first * 1_000_000
    assert all(before.at_ns <= after.at_ns for before, after in pairwise(told))
    assert told[: len(again)] == [
        Traded(each.at_ns - market.now_of(Place(1, 0)) + BEGIN_NS, *each[1:]) for each in again
    ]


def test_twice_as_quick_is_the_same_market_in_half_the_time(real: Recording) -> None:
    once, twice = playing(real), playing(real, speed=Decimal(2))
    for seconds in (1, 17, 133):
        slow, quick = BEGIN_NS + 2 * seconds * SECOND_NS, BEGIN_NS + seconds * SECOND_NS
        assert once.best(PERPETUAL, slow) == twice.best(PERPETUAL, quick)
        assert len(once.traded(PERPETUAL, BEGIN_NS, slow)) == len(
            twice.traded(PERPETUAL, BEGIN_NS, quick)
        )


def test_between_two_rounds_the_market_is_shut_and_after_the_last_it_stays_so() -> None:
    market = playing(made(INSTRUMENTS[1], [(0, 995)], seconds=10), rounds=2)
    shut_ns = BEGIN_NS + 11 * SECOND_NS
    assert market.book(PERPETUAL, shut_ns) == Book(PERPETUAL, shut_ns, (), ())
    assert market.best(PERPETUAL, shut_ns) is None
    assert market.mark(PERPETUAL, shut_ns) is None
    again_ns = BEGIN_NS + (10_000 + PAUSE_MS) * 1_000_000
    assert market.best(PERPETUAL, again_ns) == (Decimal("99.5"), Decimal(100))
    over_ns = BEGIN_NS + 2 * (10_000 + PAUSE_MS) * 1_000_000
    assert market.place(over_ns) is None
    assert market.best(PERPETUAL, over_ns) is None


def test_before_it_began_there_was_only_what_was_recorded_before(real: Recording) -> None:
    """Rounds of before would show on the chart what comes next."""
    market = playing(real, at_ms=130_000)
    now_ms = BEGIN_NS // 1_000_000
    bars = market.bars(MINUTE_MS, 1_000, now_ms)
    assert len(bars) == 2  # a whole minute and a part
    assert market.place(BEGIN_NS - 131 * SECOND_NS) is None
    assert market.traded(PERPETUAL, BEGIN_NS - 600 * SECOND_NS, BEGIN_NS - 130 * SECOND_NS) == []


# ---- its feed


class Heard:
    """All that a feed tells while its clock goes on."""

    def __init__(self, market: RecordedMarket, latency_ms: int = 0) -> None:
        self.clock = VirtualClock(BEGIN_NS)
        self.feed = RecordedFeed(market, self.clock, RecordedTerms("main", latency_ms))
        self.told: list[MarketInput] = []
        self.feed.listen(self.told.append)
        wanted = Watch("main", ((PERPETUAL, MINUTE_MS),), (PERPETUAL,), (PERPETUAL,))
        asyncio.run(self.feed.watch(wanted))

    def until(self, seconds: float) -> None:
        while self.feed.next_ns() <= BEGIN_NS + seconds * SECOND_NS:
            self.clock.move_to(self.feed.next_ns())
            self.feed.move()

    @property
    def words(self) -> list[FeedStated]:
        return [each for each in self.told if isinstance(each, FeedStated)]


def test_candles_are_what_the_prints_were_and_what_history_tells(real: Recording) -> None:
    market = playing(real)
    heard = Heard(market)
    heard.until(200)
    prints = [each.print for each in heard.told if isinstance(each, TradePrinted)]
    bars = [bar for each in heard.told if isinstance(each, BarsClosed) for bar in each.bars]
    whole = [bar for bar in bars if bar.time_ms * 1_000_000 >= BEGIN_NS]
    assert len(whole) >= 2
    for bar in whole:
        inside = [each for each in prints if 0 <= each.time_ms - bar.time_ms < MINUTE_MS]
        prices = [each.price for each in inside]
        assert (bar.open, bar.close) == (prices[0], prices[-1])
        assert (bar.high, bar.low) == (max(prices), min(prices))
        assert bar.volume == pytest.approx(sum(each.units for each in inside), rel=1e-9)
    close_ms = whole[-1].time_ms + MINUTE_MS
    told = asyncio.run(RecordedHistory(market).bars(PERPETUAL, MINUTE_MS, len(whole), close_ms))
    assert list(told) == whole


def test_what_is_told_took_half_of_the_latency_and_bears_the_markets_time(real: Recording) -> None:
    market = playing(real)
    heard = Heard(market, latency_ms=200)
    heard.until(20)
    quote = [each.quote for each in heard.told if isinstance(each, QuoteChanged)][-1]
    sent_ns = heard.clock.now_ns() - 100_000_000
    assert quote.time_ms == sent_ns // 1_000_000
    best = market.best(PERPETUAL, sent_ns)
    assert best is not None
    assert (quote.bid, quote.ask) == tuple(map(float, best))


def test_its_end_and_its_next_beginning_are_said_in_words() -> None:
    heard = Heard(playing(made(INSTRUMENTS[1], [(0, 995)], seconds=10), rounds=2))
    heard.until(30)
    said = [(each.is_waiting, each.what) for each in heard.words]
    assert said == [
        (False, "plays the recording from 2024-08-08 23:54:16 UTC on"),
        (False, "the recording is at its end; it begins again in 3 s"),
        (False, "plays the recording from 2024-08-08 23:54:16 UTC on"),
        (False, "the recording is at its end; it begins again in 3 s"),
        (True, "the recording is over"),
    ]
    assert all(each.why for each in heard.words)
    assert [bool(each.next) for each in heard.words] == [False, True, False, True, True]


def test_a_feed_that_goes_on_after_a_sleep_tells_each_candle_once(real: Recording) -> None:
    heard = Heard(playing(real))
    heard.until(61)
    heard.feed.advance(BEGIN_NS + 240 * SECOND_NS)
    heard.feed.advance(BEGIN_NS + 100 * SECOND_NS)  # a clock that went back
    closes = [each.at_ms for each in heard.told if isinstance(each, BarsClosed)]
    assert [after - before for before, after in pairwise(closes)] == [MINUTE_MS] * 3
