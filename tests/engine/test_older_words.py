"""A journal of a program that told a refusal in other words: no start is halted by them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.engine.fold import Difference
from lefi_tui.engine.recovery import recover
from lefi_tui.ports.journal import Row
from tests.engine.forger import edit
from tests.engine.test_updates import Run
from tests.engine.update_kit import EMPTY

NOBODY = m.ChangeSettings("nobody", (("fast", "5"),), at_ns=7, by="anna")


def _recovered(folder: Path, name: str, said: str | int) -> Difference | None:
    """What a start finds where the refusal says this."""
    run = Run(folder)

    async def live() -> None:
        await run.begin()
        await run.tell(NOBODY)
        await run.step.end()

    def other(rows: list[Row]) -> list[Row]:
        refused = [each for each in rows if each.type == "CommandRefused"]
        assert len(refused) == 1
        body = json.dumps({**json.loads(refused[0].body), name: said}, separators=(",", ":"))
        return [replace(each, body=body) if each is refused[0] else each for each in rows]

    asyncio.run(live())
    run.journal.close()
    edit(folder, other)
    journal = SqliteJournal(folder)
    difference = recover(journal, EMPTY).difference
    journal.close()
    return difference


@pytest.mark.parametrize(
    ("name", "said", "halts"),
    [("text", "It is not there.", False), ("command", "StopBot", True), ("at_ns", 8, True)],
)
def test_only_its_words_may_be_others(tmp_path: Path, name: str, said: str, *, halts: bool) -> None:
    difference = _recovered(tmp_path, name, said)
    assert (difference is not None) is halts
