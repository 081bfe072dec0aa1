"""The second run of a candle file reads no text, and never what the file is no more."""

from __future__ import annotations

import gzip
import importlib
import os
import random
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lefi_tui.adapters.column_cache import HEAD_BYTES, ColumnCache
from lefi_tui.adapters.history_files import read_candles
from lefi_tui.adapters.parquet_rows import write_parquet
from lefi_tui.core.candles import doubles
from lefi_tui.errors import MarketFileError

ROOT = Path(__file__).parents[2]
MARKET = "XBT/USDT:USDT"
BEGIN_MS = 1_704_067_200_000
MINUTE = 60_000
HEAD = "time,open,high,low,close,volume"

hearers: list[list[str]] = []


def _hear(event: str, given: tuple[object, ...]) -> None:
    if hearers and event == "open":
        hearers[-1].append(str(given[0]))


sys.addaudithook(_hear)


@contextmanager
def watched() -> Iterator[list[str]]:
    """The files that are opened meanwhile."""
    hearers.append([])
    try:
        yield hearers[-1]
    finally:
        hearers.pop()


def table(count: int, price: float = 500.0, *, gap_at: int = 5) -> list[list[float]]:
    """A candle a minute, three missing; the funding of every eighth."""
    out: list[list[float]] = []
    for number in range(count):
        at_ms = BEGIN_MS + MINUTE * (number + 3 * (number >= gap_at))
        close = price + number % 7 / 3
        rate = 0.0001 if number % 8 == 0 else 0.0
        out.append([at_ms, price, close + 1, price - 1 / 3, close, 5.0, rate])
    return out


def as_csv(path: Path, rows: list[list[float]]) -> Path:
    lines = (",".join(f"{each:.6f}" for each in row) for row in rows)
    path.write_text("\n".join((HEAD + ",funding", *lines)) + "\n")
    return path


def as_gzip(path: Path, rows: list[list[float]]) -> Path:
    plain = as_csv(path.with_suffix(".csv"), rows)
    path = plain.with_suffix(".csv.gz")
    path.write_bytes(gzip.compress(plain.read_bytes()))
    return path


def as_parquet(path: Path, rows: list[list[float]]) -> Path:
    arrow, parquet = (importlib.import_module(f"pyarrow{each}") for each in ("", ".parquet"))
    names = (HEAD + ",funding").split(",")
    path = path.with_suffix(".parquet")
    table = arrow.table(dict(zip(names, zip(*rows, strict=True), strict=True)))
    parquet.write_table(table, path)
    return path


def settled(folder: Path) -> ColumnCache:
    """As if every file had been written long ago."""
    return ColumnCache(folder, settled_ns=-(10**18))


@pytest.mark.parametrize("written", [as_csv, as_gzip, as_parquet])
def test_the_second_reading_opens_no_text_and_tells_the_same(
    tmp_path: Path, written: Callable[[Path, list[list[float]]], Path]
) -> None:
    path, cache = written(tmp_path / "candles", table(40)), settled(tmp_path / "columns")
    with watched() as first:
        once = cache.read(path, MARKET)
    with watched() as second:
        again = cache.read(path, MARKET)
    assert str(path) in first
    assert second
    assert str(path) not in second
    plain = read_candles(path, MARKET)
    assert once == again == plain
    assert [list(each) for each in (once.bars, again.bars)] == [list(plain.bars)] * 2
    assert (again.gaps, again.missing, again.has_funding) == (1, 3, True)
    assert again.bars[8].funding == 0.0001


def test_a_part_of_what_is_kept_is_that_part_of_the_file(tmp_path: Path) -> None:
    path, cache = as_csv(tmp_path / "a.csv", table(40)), settled(tmp_path / "columns")
    window = (BEGIN_MS + 2 * MINUTE, BEGIN_MS + 20 * MINUTE)
    cache.read(path, MARKET)
    kept, plain = (each(path, MARKET).between(*window) for each in (cache.read, read_candles))
    assert (kept.gaps, list(kept.bars)) == (plain.gaps, list(plain.bars))


def same_times(path: Path, change: Callable[[], object]) -> None:
    """A change that leaves size and time as they were."""
    before = path.stat()
    change()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def test_a_file_that_changed_is_read_anew_even_where_its_size_and_time_did_not(
    tmp_path: Path,
) -> None:
    path, cache = as_csv(tmp_path / "a.csv", table(40)), ColumnCache(tmp_path / "columns")
    assert cache.read(path, MARKET).bars[0].open == 500
    same_times(path, lambda: as_csv(path, table(40, 700.0)))
    assert cache.read(path, MARKET).bars[0].open == 700
    beside = as_csv(tmp_path / "b.csv", table(40, 300.0))
    same_times(path, lambda: beside.replace(path))
    assert cache.read(path, MARKET).bars[0].open == 300
    as_csv(path, table(41, 300.0))
    assert len(cache.read(path, MARKET).bars) == 41
    path.write_text(HEAD + "\nnothing\n")
    with pytest.raises(MarketFileError):
        cache.read(path, MARKET)
    path.unlink()
    with pytest.raises(Exception, match="No such file"):
        cache.read(path, MARKET)


def test_a_file_that_was_only_touched_is_not_parsed_again(tmp_path: Path) -> None:
    path, cache = as_csv(tmp_path / "a.csv", table(40)), settled(tmp_path / "columns")
    cache.read(path, MARKET)
    (kept,) = (tmp_path / "columns").iterdir()
    body = kept.stat().st_ino
    os.utime(path, ns=(1, 1))
    assert cache.read(path, MARKET) == read_candles(path, MARKET)
    assert kept.stat().st_ino == body
    with watched() as names:
        cache.read(path, MARKET)
    assert str(path) not in names


def _cut(kept: Path) -> None:
    os.truncate(kept, kept.stat().st_size // 2)


def _zeros(kept: Path) -> None:
    """As a file is after the power failed between its name and its bytes."""
    data = kept.read_bytes()
    kept.write_bytes(data[: HEAD_BYTES + 64] + bytes(len(data) - HEAD_BYTES - 64))


def _one_bit(kept: Path) -> None:
    data = bytearray(kept.read_bytes())
    data[HEAD_BYTES + 1_000] ^= 1
    kept.write_bytes(data)


def _foreign(kept: Path) -> None:
    kept.write_bytes(b"of another program" * 1_000)


def _torn_head(kept: Path) -> None:
    data = kept.read_bytes()
    kept.write_bytes(data[:100] + bytes(100) + data[200:])


def _empty(kept: Path) -> None:
    kept.write_bytes(b"")


@pytest.mark.parametrize("harm", [_cut, _zeros, _one_bit, _foreign, _torn_head, _empty])
def test_what_is_not_whole_or_not_ours_is_made_anew(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    path, cache = as_csv(tmp_path / "a.csv", table(40)), settled(tmp_path / "columns")
    plain = read_candles(path, MARKET)
    cache.read(path, MARKET)
    (kept,) = (tmp_path / "columns").iterdir()
    good = kept.read_bytes()
    harm(kept)
    assert cache.read(path, MARKET) == plain
    assert kept.read_bytes()[HEAD_BYTES:] == good[HEAD_BYTES:]
    with watched() as names:
        assert cache.read(path, MARKET) == plain
    assert str(path) not in names


def test_the_columns_of_another_file_under_its_name_are_not_taken(tmp_path: Path) -> None:
    cache, kept = settled(tmp_path / "columns"), []
    for name, price in (("a.csv", 500.0), ("b.csv", 300.0)):
        cache.read(as_csv(tmp_path / name, table(40, price)), MARKET)
        kept += [each for each in (tmp_path / "columns").iterdir() if each not in kept]
    kept[1].replace(kept[0])
    assert cache.read(tmp_path / "a.csv", MARKET).bars[0].open == 500


def test_the_folder_is_bounded_and_those_not_used_for_longest_go(tmp_path: Path) -> None:
    folder = tmp_path / "columns"
    paths = [as_csv(tmp_path / f"{number}.csv", table(40)) for number in range(4)]
    one = HEAD_BYTES + 40 * 64
    cache = ColumnCache(folder, most=2 * one, settled_ns=-(10**18))
    left = folder / "killed.part"
    for number, path in enumerate(paths):
        cache.read(path, MARKET)
        for each in folder.iterdir():  # each hour another
            os.utime(each, ns=(0, each.stat().st_mtime_ns - 3_600 * 10**9))
        if not number:
            left.write_bytes(b"half")
            os.utime(left, ns=(0, 0))
    assert len(list(folder.iterdir())) == 2
    assert not left.exists()
    with watched() as names:
        cache.read(paths[3], MARKET)
        cache.read(paths[0], MARKET)
    assert str(paths[3]) not in names
    assert str(paths[0]) in names
    small = ColumnCache(folder, most=one - 1)
    assert small.read(paths[1], MARKET) == read_candles(paths[1], MARKET)


def test_a_folder_that_cannot_be_written_costs_only_the_reading_and_is_told(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", table(40))
    (tmp_path / "file").write_text("no folder")
    found = ColumnCache(tmp_path / "file" / "columns").read(path, MARKET)
    assert list(found.bars) == list(read_candles(path, MARKET).bars)
    assert "can't be written (Not a directory)" in found.notice


FULL = """
import resource, sys
from pathlib import Path
from lefi_tui.adapters.column_cache import ColumnCache
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))
found = ColumnCache(Path(sys.argv[2])).read(Path(sys.argv[1]), "XBT/USDT:USDT")
print(len(found.bars), found.notice)
"""


def test_a_disk_that_is_full_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    path, folder = as_csv(tmp_path / "a.csv", table(400)), tmp_path / "columns"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path), str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout.startswith("400 candles are read as text each time")
    assert list(folder.iterdir()) == []


def test_two_that_keep_the_same_file_at_once_both_have_it(tmp_path: Path) -> None:
    path, folder = as_csv(tmp_path / "a.csv", table(400)), tmp_path / "columns"
    command = [sys.executable, "-c", FULL.replace("5_000", "-1"), str(path), str(folder)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)
    ]
    told = [each.communicate(timeout=60)[0] for each in running]
    assert told == ["400 \n"] * 2
    assert len(list(folder.iterdir())) == 1


LONG = 2_100_000  # candles

PEAK = """
import sys
from pathlib import Path
from lefi_tui.adapters import candle_spool, column_cache
from lefi_tui.adapters.column_cache import ColumnCache

def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmHWM"))

candle_spool.IN_MEMORY_BYTES = column_cache.MAPPED_BYTES_MIN = 1 << 20
cache = ColumnCache(Path(sys.argv[3]))
cache.read(Path(sys.argv[1]), "XBT/USDT:USDT")  # whatever is loaded once
before = peak()
print(len(cache.read(Path(sys.argv[2]), "XBT/USDT:USDT").bars), peak() - before)
"""


def long_csv(folder: Path, count: int) -> Path:
    return as_csv(folder / f"{count}.csv", table(count // 7))


def long_parquet(folder: Path, count: int) -> Path:
    """In groups of a million rows; of volumes by chance, of which little can be packed."""
    chance, path = random.Random(8), folder / f"{count}.parquet"
    times = array("d", (BEGIN_MS + MINUTE * number for number in range(count)))
    prices = [array("d", [500.0]) * count] * 4
    volumes = array("d", (chance.random() for _ in range(count)))
    columns = [doubles(each) for each in (times, *prices, volumes)]
    write_parquet(path, HEAD.split(","), columns)
    return path


@pytest.mark.parametrize(("written", "most"), [(long_csv, 12_000), (long_parquet, 16_000)])
def test_a_long_file_is_read_in_blocks_and_never_lies_in_memory(
    tmp_path: Path, written: Callable[[Path, int], Path], most: int
) -> None:
    """In kB; as columns one has 19,000 more than before, the other 131,000."""
    short, long = (written(tmp_path, count) for count in (LONG // 50, LONG))
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(short), str(long), str(tmp_path / "columns")],
        capture_output=True,
        text=True,
        timeout=600,
        cwd=ROOT,
        check=True,
    )
    count, grown = map(int, done.stdout.split())
    assert count in {LONG, LONG // 7}
    assert grown < most


def test_whoever_waits_is_told_how_far_it_is_and_may_end_it(tmp_path: Path) -> None:
    path, folder = as_csv(tmp_path / "a.csv", table(20_000)), tmp_path / "columns"
    told: list[tuple[int, int]] = []
    ColumnCache(folder).read(path, MARKET, lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == [4_096, 8_192, 12_288, 16_384, 20_000]
    assert all(17_000 < of < 23_000 for _, of in told)
    assert told[-1] == (20_000, 20_000)

    def ends(done: int, _of: int) -> None:
        if done > 8_000:
            raise KeyboardInterrupt

    other = as_csv(tmp_path / "b.csv", table(20_000, 700.0))
    before = sorted(folder.iterdir())
    with pytest.raises(KeyboardInterrupt):
        ColumnCache(folder).read(other, MARKET, ends)
    assert sorted(folder.iterdir()) == before
