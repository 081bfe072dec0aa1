"""Reports of a real engine: over both doors, and of its tables when it has ended."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.errors import RefusedError, StorageError
from lefi_tui.views.queries import DeskQuery, ReportQuery
from lefi_tui.views.report_view import ReportView
from lefi_tui.wiring.exports import Exports, view_of_tables
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, send, setup, start, until


async def _told(folder: Path) -> tuple[ReportView, ReportView]:
    """What an engine answers when a bot has bought and sold, in its process and over its socket."""
    path = folder / "run" / "engine.sock"
    engine = Engine(setup(folder, MemoryVenue()), socket=path)
    engine.start()
    try:
        send(engine, OPEN, LIST, start())
        assert engine.hear(quote(0, 100.0))
        assert engine.hear(bars(0, +1.0))
        await until(partial(_is_held, engine))
        assert engine.hear(bars(1, -1.0))
        await until(lambda: not _is_held(engine))
        channel = await SocketChannel.open(path)
        try:
            here = await DirectChannel(engine).ask(ReportQuery())
            return here, await channel.ask(ReportQuery())
        finally:
            await channel.close()
    finally:
        engine.stop()


def _is_held(engine: Engine) -> bool:
    return bool(engine.answer(DeskQuery()).positions)


def _files(folder: Path) -> dict[Path, bytes]:
    return {each: each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_both_doors_and_the_tables_alone_tell_one_report_and_leave_no_trace(
    tmp_path: Path,
) -> None:
    here, there = asyncio.run(_told(tmp_path))
    (trade,) = here.trades
    # 0.01 bought and sold at 100, for a fee of 0.0005 each time
    assert (trade.owner, trade.fees, trade.pnl) == ("ema-1", here.totals.fees, -here.totals.fees)
    assert replace(here, at_ns=0) == replace(there, at_ns=0)
    before = _files(tmp_path)
    alone = view_of_tables(tmp_path, ReportQuery())
    assert alone.trades == here.trades
    assert alone.totals.fees == here.totals.fees
    assert _files(tmp_path) == before


def test_a_folder_that_takes_no_file_is_said_in_four_parts_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    here, _ = asyncio.run(_told(tmp_path / "desk"))
    blocked = tmp_path / "reports"
    blocked.write_text("a file where the folder would be")
    exports = Exports(tmp_path / "desk", blocked)
    for write in (partial(exports.html, here), partial(exports.csv, ReportQuery())):
        with pytest.raises(StorageError) as refused:
            write()
        error = refused.value
        assert str(blocked) in error.where
        assert error.what
        assert error.why
        assert "another place with --html" in error.next_step
    assert blocked.read_text() == "a file where the folder would be"
    said = Exports(tmp_path / "desk", tmp_path / "out").csv(ReportQuery(account="main"))
    names = sorted(each.name for each in (tmp_path / "out").iterdir())
    table = next(each for each in names if "fills" not in each and "equity" not in each)
    assert table in said
    assert names == sorted(
        table.replace(".csv", f"{each}.csv") for each in ("", "-fills", "-equity")
    )


def test_a_profile_without_a_journal_has_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="nothing was ever traded"):
        view_of_tables(tmp_path, ReportQuery())
    assert list(tmp_path.iterdir()) == []
