"""A journal of a program that read less out of two texts: its orders keep the lines they had."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk, advance
from lefi_tui.engine.recovery import recover
from lefi_tui.ports.journal import Row
from tests.engine.forger import edit
from tests.engine.kit import MemoryVenue, quote
from tests.engine.story import Input
from tests.engine.test_updates import Run
from tests.engine.update_kit import EMPTY, update

GRID = """
on PriceUpdate("BTC/USDT") {
    if Spot("BTC/USDT") < 60000 { Buy("BTC/USDT", 100 USDT, at = 50) }
}
"""
WITHOUT = 'on PriceUpdate("BTC/USDT") { Print("nothing") }'
LEVELS = """
setting prices = [40, 50]
on PriceUpdate("BTC/USDT") { for each in prices { Buy("BTC/USDT", 100 USDT, at = each) } }
"""
FEWER = m.ChangeSettings("b", (("prices", "[50]"),), at_ns=7, by="anna")


def _recorded(folder: Path, source: str, *told: Input) -> None:
    run = Run(folder, venue=MemoryVenue(holds=True))

    async def live() -> None:
        await run.begin(source)
        for each in (quote(101, 99.0), *told, quote(102, 98.0)):
            await run.tell(each)
        await run.step.end()

    asyncio.run(live())
    run.journal.close()


def _without_places(rows: list[Row]) -> list[Row]:
    """Settings named none; an update named those of the text before where it began, and found none
    again."""
    named = {each.n: _sites(each) for each in rows if each.type == "BotUpdated"}
    older = {"UpdateBegun", "BotUpdated", "SettingsChanged"}
    return [
        replace(each, body=_older(each, named[each.n] if each.type == "UpdateBegun" else None))
        if each.type in older
        else each
        for each in rows
    ]


def _sites(updated: Row) -> list[list[int]]:
    sites: list[list[int]] = json.loads(updated.body)["sites"]
    return [pair for pair in sites if pair[0] >= 0]


def _older(row: Row, sites: list[list[int]] | None) -> str:
    body = json.loads(row.body)
    del body["back"], body["sites"]
    if sites is not None:
        body["sites"] = sites
    return json.dumps(body, separators=(",", ":"))


def _taken_over(folder: Path) -> Desk:
    edit(folder, _without_places)
    journal = SqliteJournal(folder)
    recovered = recover(journal, EMPTY)
    journal.close()
    assert recovered.difference is None
    return recovered.standing.desk


@pytest.mark.parametrize(
    ("source", "told", "sites"),
    [(GRID, (update(WITHOUT, 7), update(GRID, 8)), [0]), (LEVELS, (FEWER,), [0, 1])],
)
def test_a_start_goes_on_with_them_and_sends_none_a_second_time(
    tmp_path: Path, source: str, told: tuple[Input, ...], sites: list[int]
) -> None:
    _recorded(tmp_path, source, *told)
    desk = _taken_over(tmp_path)
    assert [each.site for each in desk.working_of("b")] == sites
    _, step = advance(desk, quote(103, 97.0))
    assert not [each for each in step.events if isinstance(each, m.OrderSubmitted)]
