"""What limits look at is asked of the market only where one needs it; calendars are files."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters import calendar_files
from lefi_tui.adapters.call_tally import CallTally
from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.demo_market_feed import DemoHistory
from lefi_tui.adapters.market_conditions import DemoConditions
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.messages import ConditionsSeen, MarketInput
from lefi_tui.core.risk.release import Release
from lefi_tui.engine.conditions import ASK_EVERY_NS, BARS, ConditionsWatch
from lefi_tui.engine.venue_watch import VenueWatch
from lefi_tui.engine.world import World
from lefi_tui.errors import FileUnreadableError
from lefi_tui.ports.conditions import LEVELS_MAX, Calls, Conditions, Look
from lefi_tui.settings import load
from lefi_tui.views.fold import ScreenState
from lefi_tui.wiring.limits import opening_limits
from tests.engine.kit import ACCOUNT, EMPTY, LIST, OPEN, SYMBOL, start

NOON_NS = 1_767_268_800_000_000_000  # 2026-01-01 12:00 UTC
HOUR_NS = 3_600_000_000_000


def limited(*values: tuple[str, str]) -> Desk:
    desk = EMPTY
    for command in (OPEN, LIST, start(), m.ChangeLimits("desk", values)):
        desk, _ = advance(desk, command)
    return desk


@dataclass
class Silent:
    """A market that answers nothing, or fails."""

    error: type[Exception] | None = None
    asked: list[str] = field(default_factory=list)

    async def look(self, symbol: str, *, volume: bool, book: bool) -> Look:
        self.asked.append(f"{symbol} {volume} {book}")
        await asyncio.to_thread(lambda: None)
        if self.error is not None:
            raise self.error("the market is down")
        return Look()

    def calls(self) -> Calls:
        return Calls(40, 7)


def watch(clock: VirtualClock, source: Conditions) -> tuple[ConditionsWatch, list[MarketInput]]:
    market = DemoMarket("1")
    told: list[MarketInput] = []

    def hear(message: MarketInput) -> bool:
        told.append(message)
        return True

    world = World(
        clock,
        histories={ACCOUNT: DemoHistory(market)},
        conditions={ACCOUNT: source},
    )
    return ConditionsWatch(world, hear, ScreenState), told


async def done(watched: ConditionsWatch, desk: Desk) -> None:
    """One look, and all that it began."""
    watched.look(desk)
    tasks = [each.task for each in watched._asked.values() if each.task is not None]
    if tasks:
        await asyncio.wait(tasks)


@pytest.mark.asyncio
async def test_a_market_is_asked_for_what_its_limits_need_and_candles_only_once() -> None:
    clock = VirtualClock(NOON_NS)
    watched, told = watch(clock, DemoConditions(DemoMarket("1"), clock))
    desk = limited(
        ("volume_24h_min", "1"), ("slippage_bps_max", "9"), ("volatility_ratio_max", "2.5")
    )
    await done(watched, desk)
    (first,) = told
    assert isinstance(first, ConditionsSeen)
    assert (first.account, first.symbol, len(first.bars)) == (ACCOUNT, SYMBOL, BARS)
    assert first.volume_24h is not None
    assert first.volume_24h > 0
    assert len(first.bids) <= LEVELS_MAX
    assert first.bids[0][0] < first.asks[0][0]
    await done(watched, desk)
    assert len(told) == 1  # not yet
    clock.move_to(NOON_NS + ASK_EVERY_NS)
    await done(watched, desk)
    clock.move_to(NOON_NS + 2 * HOUR_NS)
    await done(watched, desk)
    assert [len(each.bars) for each in told if isinstance(each, ConditionsSeen)] == [BARS, 0, 2]
    desk, _ = advance(desk, first)
    assert desk.seen[ACCOUNT, SYMBOL].volume_24h == first.volume_24h


@pytest.mark.asyncio
async def test_nothing_is_asked_without_a_limit_and_what_is_not_needed_neither() -> None:
    source = Silent()
    watched, told = watch(VirtualClock(NOON_NS), source)
    await done(watched, limited(("order_notional_max", "5")))
    await done(watched, limited(("daily_loss_max", "5")))
    assert watched._asked == {}  # nothing is held that must be valued
    await done(watched, limited(("volume_24h_min", "5")))
    assert source.asked == [f"{SYMBOL} True False"]
    assert told == []  # it answered with nothing, which is no news
    await watched.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [OSError, FileUnreadableError, TimeoutError])
async def test_a_market_that_fails_tells_nothing_and_is_asked_again(
    error: type[Exception],
) -> None:
    clock = VirtualClock(NOON_NS)
    source = Silent(error)
    watched, told = watch(clock, source)
    await done(watched, limited(("volume_24h_min", "5")))
    clock.move_to(NOON_NS + ASK_EVERY_NS)
    await done(watched, limited(("volume_24h_min", "5")))
    assert (told, len(source.asked)) == ([], 2)


# ---- venues


def test_failed_calls_count_for_ten_minutes() -> None:
    tally = CallTally()
    tally.count(0.0, failed=True)
    tally.count(300.0, failed=False)
    assert tally.seen(600.0) == Calls(2, 1)
    assert tally.seen(600.1) == Calls(1, 0)


@pytest.mark.asyncio
async def test_a_venue_is_asked_every_ten_seconds_while_the_thermostat_is_on() -> None:
    clock, told = VirtualClock(NOON_NS), list[MarketInput]()
    world = World(clock, conditions={ACCOUNT: Silent()})
    venues = VenueWatch(world, told.append, lambda: 3)

    async def looked(desk: Desk) -> None:
        venues.look(desk)
        if venues._tasks:
            await asyncio.wait(venues._tasks.values())

    await looked(limited(("daily_loss_max", "5")))
    assert told == []
    warm = limited(("overlay", "yes"))
    for after_ns in (0, ASK_EVERY_NS - 1, ASK_EVERY_NS):
        clock.move_to(NOON_NS + after_ns)
        await looked(warm)
    at_ms = NOON_NS // 1_000_000
    assert told == [m.VenueStateSeen(ACCOUNT, each, 40, 7, 3) for each in (at_ms, at_ms + 10_000)]
    desk, _ = advance(warm, told[0])
    assert desk.venues[ACCOUNT].failed == 7


# ---- calendars

CSV = """at,name,impact
2026-01-14T13:30:00Z,CPI,high
2026-01-02 08:30-05:00,NFP,
"""
JSON = """[{"at": "2026-01-14T13:30:00Z", "name": "CPI"},
{"at": "2026-01-02T13:30", "name": "NFP", "impact": "High"}]"""
ICS = """BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:CP
 I
DTSTART:20260114T133000Z
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20260102T083000
SUMMARY:NFP
IMPACT:high
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260101
SUMMARY:New Year
END:VEVENT
END:VCALENDAR
"""
READ = (Release(1_767_360_600_000, "NFP"), Release(1_768_397_400_000, "CPI"))


@pytest.mark.parametrize(("name", "text"), [("c.csv", CSV), ("c.json", JSON), ("c.ICS", ICS)])
def test_a_calendar_is_read_from_each_kind_of_file(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert calendar_files.read(file) == READ


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("c.csv", "at,name\nsoon,CPI\n", "no calendar"),
        ("c.csv", "when,name\n2026-01-01,CPI\n", "no calendar"),
        ("c.json", "[1]", "no calendar"),
        ("c.json", "{", "no calendar"),
        ("c.json", '[{"at": "2026-01-01", "name": "x", "impact": "huge"}]', "no impact"),
        ("c.ics", "BEGIN:VEVENT\nDTSTART;TZID=Mars/X:20260102T083000\n", "no calendar"),
        ("c.csv", "at,name\n" + "2026-01-01,x\n" * 5_001, "5000 are the most"),
        ("c.csv", "x" * 2_000_001, "over 2 MB"),
    ],
)
def test_a_calendar_that_can_not_be_read_says_why(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(FileUnreadableError, match=why):
        calendar_files.read(file)


def test_the_settings_say_limits_and_calendar_at_each_start(tmp_path: Path) -> None:
    home = tmp_path / "config.toml"
    home.write_text(
        '[limits]\ndaily_loss_max = 200\nday_zone = "Mars/X"\nevents_file = "own.csv"\n'
        'symbols_allowed = "BTC/USDT"\n'
    )
    loaded = load({"LEFI_HOME": str(tmp_path)})
    assert ["no time zone" in each.why for each in loaded.problems] == [True]
    (missing,) = opening_limits(loaded.settings)
    assert isinstance(missing, m.ChangeLimits)
    assert missing.values == (("symbols_allowed", "BTC/USDT"), ("daily_loss_max", "200"))
    (tmp_path / "own.csv").write_text(CSV)
    _, calendar = opening_limits(loaded.settings)
    assert isinstance(calendar, m.SetCalendar)
    assert calendar.releases == READ
    none = replace(loaded.settings, limits=type(loaded.settings.limits)())
    assert [each.values for each in opening_limits(none) if isinstance(each, m.ChangeLimits)] == [
        ()
    ]
    assert Decimal(200) == loaded.settings.limits.daily_loss_max
