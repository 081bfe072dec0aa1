"""`lefi data`: an exchange's candles to disk, resumed where it stopped; files in, files out.

The rule it keeps: what was fetched is kept, however the fetch ends; a gap is said, never filled.
"""

from __future__ import annotations

import asyncio
import random
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from lefi_tui.adapters.candle_store import (
    HEADER,
    Growing,
    Kept,
    Line,
    Shelf,
    kept,
    look,
    rows,
    wanting,
)
from lefi_tui.adapters.ccxt_candles import ExchangeCandles, again_s
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.column_cache import ColumnCache, passed
from lefi_tui.adapters.parquet_rows import write_parquet
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.candles import doubles
from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import candles as in_words
from lefi_tui.core.timeframe import span
from lefi_tui.errors import ExchangeError, RefusedError, UsageError
from lefi_tui.requests import Progress
from lefi_tui.settings import Settings
from lefi_tui.settings_tables import AccountSettings
from lefi_tui.wiring.demo_candles import FOLDER

DAY_MS: Final = 86_400_000
TRIES_MOST: Final = 5  # in a row; then the fetch ends, and the next one goes on
WAIT_MOST_S: Final = 600.0  # a longer ban is not sat out
PAGE: Final = 65_536  # candles that an import holds as text
SCOUTED_FROM: Final = 2_000  # candles: so much more than a page is worth a look for the listing

NAMES: Final = tuple(HEADER.strip().split(","))

Say = Callable[[str], None]


class Wanted(Record):
    """`place` is an account of config.toml, for its proxies and hostnames, or an exchange."""

    place: str
    symbol: str
    timeframe_ms: int
    from_ms: int | None = None
    to_ms: int | None = None


class Fetched(Record):
    kept: Kept
    new: int
    refused: int  # candles that could not be


def candles_folder(settings: Settings) -> Path:
    return settings.data_dir / "candles"


def shelf_of(settings: Settings, wanted: Wanted) -> Shelf:
    exchange = _account(settings, wanted.place).exchange
    return Shelf(candles_folder(settings), exchange, wanted.symbol, wanted.timeframe_ms)


def _account(settings: Settings, place: str) -> AccountSettings:
    return settings.accounts.get(place) or AccountSettings(exchange=place)


def kept_candles(settings: Settings) -> list[Kept]:
    """Those of exchanges, then those of the demo market that the desk has made."""
    return [*kept(candles_folder(settings)), *kept(settings.data_dir / FOLDER)]


def fetched(settings: Settings, wanted: Wanted, progress: Progress, say: Say) -> Fetched:
    """^C keeps what has come, and says so on its way out."""
    return asyncio.run(_fetched(settings, wanted, progress, say))


async def _fetched(settings: Settings, wanted: Wanted, progress: Progress, say: Say) -> Fetched:
    account, clock = _account(settings, wanted.place), SystemClock()
    shelf = shelf_of(settings, wanted)
    async with ExchangeLink(account.exchange, account.ccxt.table) as link:
        candles = ExchangeCandles(link, clock, random.SystemRandom().random)
        growing = Growing(shelf)
        fetch = _Fetch(candles, growing, shelf, progress, say)
        try:
            await fetch.all(wanted)
        except asyncio.CancelledError:
            there = growing.finish()
            say(f"Kept: {in_words(there.candles)}; the same command goes on from there.")
            raise
        except BaseException:
            growing.finish()
            raise
        return Fetched(growing.finish(), fetch.new, candles.refused)


class _Fetch(Struct):
    candles: ExchangeCandles
    growing: Growing
    shelf: Shelf
    progress: Progress
    say: Say
    new: int = 0
    failures: int = 0
    done: int = 0  # of the candles of all stretches, come or missing
    total: int = 0

    async def all(self, wanted: Wanted) -> None:
        now_ms = await self._insisted_now()
        to_ms = min(wanted.to_ms or now_ms, now_ms)
        stretches = wanting(self.shelf, self._begin(wanted), to_ms)
        self.total = sum(end - begin for begin, end in stretches) // self.shelf.timeframe_ms
        for begin, end in stretches:
            await self._stretch(begin, end)

    def _begin(self, wanted: Wanted) -> int:
        if wanted.from_ms is not None:
            return wanted.from_ms
        there = look(self.shelf)
        if not there.candles:
            raise UsageError(
                "from when on? There are no candles of this market yet",
                where=f"lefi data fetch {wanted.place} {wanted.symbol}",
                next_step="Add --from 2026-01-01; later fetches go on from the last candle",
            )
        return there.to_ms

    async def _insisted_now(self) -> int:
        while True:
            try:
                return await self.candles.now_ms()
            except ExchangeError as error:
                await self._wait(error)

    async def _stretch(self, at_ms: int, end_ms: int) -> None:
        symbol, frame_ms = self.shelf.symbol, self.shelf.timeframe_ms
        begin_ms = await self._listed(at_ms, end_ms)
        self._moved(begin_ms - at_ms)
        at_ms = begin_ms
        while at_ms + frame_ms <= end_ms:
            try:
                async for page, next_ms in self.candles.pages(symbol, frame_ms, at_ms, end_ms):
                    self.growing.add(page)
                    self.new += len(page)
                    self.failures = 0
                    self._moved(next_ms - at_ms)
                    at_ms = next_ms
            except ExchangeError as error:
                await self._wait(error)

    def _moved(self, by_ms: int) -> None:
        self.done += by_ms // self.shelf.timeframe_ms
        self.progress(min(self.done, self.total), self.total)

    async def _listed(self, from_ms: int, end_ms: int) -> int:
        """The day before the first daily candle, which may be that of the first whole day: years
        before a listing are not asked for minute by minute."""
        frame_ms = self.shelf.timeframe_ms
        if frame_ms >= DAY_MS or (end_ms - from_ms) // frame_ms < SCOUTED_FROM:
            return from_ms
        try:
            async for page, _ in self.candles.pages(self.shelf.symbol, DAY_MS, from_ms, end_ms):
                if page:
                    return max(from_ms, page[0].time_ms - DAY_MS)
        except ExchangeError as error:
            await self._wait(error)
        return from_ms

    async def _wait(self, error: ExchangeError) -> None:
        self.failures += 1
        wait_s = again_s(self.failures, error, self.candles.chance())
        if not error.is_passing or self.failures >= TRIES_MOST or wait_s > WAIT_MOST_S:
            raise error
        self.say(f"{error.what}: {error.why}. Asked again in {wait_s:.0f} s.")
        await SystemClock().sleep(wait_s)


# ---- files


class Taken(Record):
    kept: Kept
    had_funding: bool
    differing: int  # candles that are kept here with other numbers


class Foreign(Record):
    """A candle file from elsewhere. `exchange` is what it is kept under."""

    file: Path
    exchange: str
    symbol: str
    timeframe_ms: int | None = None  # that somebody says it has


def taken_in(settings: Settings, foreign: Foreign, columns: Path, progress: Progress) -> Taken:
    """Checked like any, joined to what is there; ours stays. `columns`: the folder for long ones
    on their way."""
    read = ColumnCache(columns).read(foreign.file, foreign.symbol, progress)
    if foreign.timeframe_ms not in {None, read.timeframe_ms}:
        raise UsageError(
            f"the candles of {foreign.file} are {span(read.timeframe_ms)} long",
            where=f"--timeframe {span(foreign.timeframe_ms)}",
            next_step="Leave it out: a file is taken in as it is, and a script that asks for "
            "longer candles builds them by itself",
        )
    shelf = Shelf(candles_folder(settings), foreign.exchange, foreign.symbol, read.timeframe_ms)
    growing, count = Growing(shelf), len(read.bars)
    for begin in range(0, count, PAGE):
        end = min(begin + PAGE, count)
        growing.add(read.bars[begin:end])
        passed(read.bars, begin, end)
        progress(end, count)
    there = growing.finish()
    return Taken(there, read.has_funding, growing.differing)


def given_out(settings: Settings, wanted: Wanted) -> Iterable[Line]:
    shelf = shelf_of(settings, wanted)
    demo = replace(shelf, folder=settings.data_dir / FOLDER)
    if not shelf.file.exists() and demo.file.exists():
        shelf = demo
    if not shelf.file.exists():
        step = f"lefi data fetch {wanted.place} {wanted.symbol} --from 2026-01-01"
        raise RefusedError("there are no such candles", where=str(shelf.file), next_step=step)
    return rows(shelf, wanted.from_ms, wanted.to_ms)


def given_out_as_parquet(settings: Settings, wanted: Wanted, out: Path) -> int:
    """How many candles; the file is whole or is not there."""
    columns = [array("d") for _ in NAMES]
    for _, line in given_out(settings, wanted):
        for column, cell in zip(columns, line.split(","), strict=True):
            column.append(float(cell))
    early = out.with_name(f".{out.name}.part")
    try:
        write_parquet(early, NAMES, [doubles(each) for each in columns])
        early.replace(out)
    finally:
        early.unlink(missing_ok=True)
    return len(columns[0])
