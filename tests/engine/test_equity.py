"""The equity curve's points: one a minute and one at each change, and none that is invented."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.codec import decode
from lefi_tui.core.desk import valuation
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.recovery import rebuild_projections, recover
from lefi_tui.engine.sampling import SAMPLE_EVERY_NS, Sampler
from lefi_tui.ports.records import EquityRecord
from lefi_tui.views.equity_line import POINTS_MAX, EquityLine, longer
from lefi_tui.views.fold import QUOTE_LIMIT_MS
from lefi_tui.views.picture import picture
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import (
    ACCOUNT,
    EMPTY,
    LIST,
    OPEN,
    SYMBOL,
    MemoryVenue,
    bars,
    send,
    start,
    until,
)
from tests.engine.kit import setup as set_up
from tests.screens.hand_fed import MS, START_NS, HandFed, busy

MINUTE_S = SAMPLE_EVERY_NS / 1e9


def _due(sampler: Sampler, fed: HandFed) -> tuple[m.EquitySampled, ...]:
    return sampler.due(fed.desk, fed.state.prices, fed.now_ns)


def _prices(fed: HandFed) -> None:
    """The same prices again, so that none is old."""
    for symbol, last in (("BTC/USDT", 42_350.0), ("BTC/USDT:USDT", 42_360.0)):
        fed.quote(symbol, last)


def test_a_desk_at_rest_is_not_sampled() -> None:
    fed = HandFed()
    fed.quote("BTC/USDT", 42_100.0)
    sampler = Sampler()
    assert _due(sampler, fed) == ()
    fed.later(2 * MINUTE_S)
    assert _due(sampler, fed) == ()


def test_a_sample_is_the_desks_own_equity_with_the_prices_that_say_so() -> None:
    fed = busy()
    _prices(fed)
    (sample,) = _due(Sampler(), fed)
    account = fed.desk.accounts["demo"]
    assert (sample.free, sample.equity) == valuation.worth(fed.desk, account)
    assert dict(sample.prices) == {
        "BTC/USDT": Decimal("42350.0"),
        "BTC/USDT:USDT": Decimal("42360.0"),
    }


def test_one_a_minute_and_one_when_a_position_or_a_bot_changes() -> None:
    fed = busy()
    sampler = Sampler()
    _prices(fed)
    assert len(_due(sampler, fed)) == 1
    assert _due(sampler, fed) == ()  # nothing is new
    fed.tell(m.StopBot("ema-cross", at_ns=fed.now_ns))
    assert len(_due(sampler, fed)) == 1
    assert _due(sampler, fed) == ()
    fed.later(MINUTE_S)
    _prices(fed)
    assert len(_due(sampler, fed)) == 1


def test_while_a_needed_price_is_old_there_is_no_sample_and_then_there_is() -> None:
    fed = busy()
    sampler = Sampler()
    fed.later(QUOTE_LIMIT_MS / 1_000)
    fed.quote("BTC/USDT", 42_350.0)  # and the perpetual's is old
    assert _due(sampler, fed) == ()
    fed.quote("BTC/USDT:USDT", 42_360.0)
    assert len(_due(sampler, fed)) == 1


def test_a_price_that_only_a_bot_reads_may_be_missing() -> None:
    fed = HandFed()
    fed.start()
    (sample,) = _due(Sampler(), fed)
    assert (sample.equity, sample.prices) == (Decimal(10_000), ())


async def _held(engine: Engine, records: SqliteRecords) -> EquityRecord:
    """The first sample of an engine that has bought and sees a price of now."""
    send(engine, OPEN, LIST, start())
    now_ms = SystemClock().now_ns() // MS
    assert engine.hear(m.QuoteChanged(ACCOUNT, Quote(SYMBOL, now_ms, 99.5, 100.5, 101.0)))
    assert engine.hear(bars(0, +1.0))
    await until(lambda: bool(engine.answer(DeskQuery()).positions))
    clock = SystemClock()
    end_ns = clock.monotonic_ns() + 60 * 10**9
    while True:
        for each in await records.booked(0, 1_000):
            if isinstance(each, EquityRecord) and each.equity != OPEN.cash:
                return each
        assert clock.monotonic_ns() < end_ns, "no sample was taken"
        await clock.sleep(0.01)


def test_the_engine_samples_what_it_holds_and_the_table_says_what_the_journal_says(
    tmp_path: Path,
) -> None:
    engine = Engine(set_up(tmp_path, MemoryVenue()))
    engine.start()
    try:
        sample = asyncio.run(_held(engine, SqliteRecords(tmp_path)))
    finally:
        engine.stop()
    # 0.01 bought at 100 for a fee of 0.0005, marked at 101
    assert sample.equity == Decimal(1_000_000) + Decimal("0.01") - Decimal("0.0005")
    journal = SqliteJournal(tmp_path)
    try:
        row = next(row for row in journal.rows() if row.n == sample.n)
        told = decode(row.type, row.version, row.body)
        assert (row.kind, told.equity, told.prices) == ("engine", sample.equity, sample.prices)
        assert recover(journal, EMPTY).difference is None
        asyncio.run(rebuild_projections(journal, EMPTY))
    finally:
        journal.close()
    assert sample in asyncio.run(SqliteRecords(tmp_path).booked(0, 1_000))


def test_the_line_on_the_screen_has_a_gap_where_a_price_is_old() -> None:
    fed = busy()
    publisher = Publisher()
    for second in range(60):
        fed.later(1)
        if not 20 <= second < 40:
            fed.quote("BTC/USDT", 42_350.0 + second)
            fed.quote("BTC/USDT:USDT", 42_355.0)
        publisher.screen = replace(fed.state, equity=publisher.screen.equity)
        publisher.look(fed.desk, fed.now_ns)
    line = picture(publisher.screen, fed.desk, fed.now_ns).accounts[0].line
    lacks = [at_ns for at_ns, _ in line.points if 27 <= (at_ns - START_NS) / 1e9 - 4 < 40]
    assert lacks == []  # the prices of second 20 are old five seconds later
    assert len(line.points) in {5, 6}
    (first, *_, newest), equity = line.points, picture(publisher.screen, fed.desk, fed.now_ns)
    assert newest[1] > first[1]
    assert newest[1] <= float(equity.accounts[0].equity)


def test_a_long_line_keeps_few_points_and_all_of_its_time() -> None:
    line = EquityLine()
    for second in range(100_000):
        line = longer(line, second * 1_000_000_000, float(second))
    assert len(line.points) < POINTS_MAX
    assert line.points[-1][1] == pytest.approx(100_000, abs=line.step_ns / 1e9)
    gaps = {after[0] - before[0] for before, after in pairwise(line.points)}
    assert gaps == {line.step_ns}
