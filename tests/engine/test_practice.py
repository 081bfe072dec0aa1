"""Games on a recorded market, in virtual time: the same seed is the same journal, and the
scoreboard tells what came of each session."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path

from bots.ttadak import Ttadak
from lefi_tui.adapters.sqlite_reading import SqliteReading
from lefi_tui.adapters.sqlite_tables_check import SqliteTables
from lefi_tui.core.desk import Desk
from lefi_tui.engine.audit import Asked, verify
from lefi_tui.ports.journal import Row
from lefi_tui.views.queries import ScoresQuery
from tests.engine.practice_kit import ACCOUNT, Session
from tests.exchange.recordings import BEGIN_NS


def played(folder: Path, latency_ms: int, jitter_ms: int = 0, games: int = 4) -> list[Row]:
    return asyncio.run(Session(folder, latency_ms, jitter_ms).plays(games))


def fills(rows: list[Row]) -> list[str]:
    return [row.body for row in rows if row.type == "OrderFilled"]


def test_the_same_keys_on_the_same_minutes_are_the_same_journal(tmp_path: Path) -> None:
    first = played(tmp_path / "a", 80, 60)
    assert first == played(tmp_path / "b", 80, 60)
    assert [row.type for row in first].count("GameEnded") == 4
    at_once = played(tmp_path / "c", 0)
    assert fills(at_once)
    assert fills(first) != fills(at_once)


def test_a_session_is_told_on_the_scoreboard_as_its_games_were(tmp_path: Path) -> None:
    session = Session(tmp_path, 80)
    rows = asyncio.run(session.plays(4))
    view = session.scores(ScoresQuery())
    (row,) = view.rows
    assert (row.account, row.symbol, row.mode) == (ACCOUNT, "BTC/USDT:USDT", "REPLAY")
    assert row.games + row.missed == 4
    assert row.won + row.lost <= row.games
    fees = [Decimal(str(row["fee"])) for row in map(_body, rows) if "fee" in row and "owner" in row]
    assert row.fees == sum(fees, Decimal(0))
    assert row.worst is not None
    assert row.best is not None
    assert row.worst <= row.best
    assert row.ended_ns is None
    assert row.quick is not None
    assert row.quick.p50 >= 80  # what the player set is what is measured
    assert dict(row.settings)["leverage"] == "100"
    assert row.plans == ("on-fill",)
    assert session.scores(ScoresQuery("ETH/USDT:USDT")).rows == ()


def test_the_games_of_the_tables_are_those_of_the_journal(tmp_path: Path) -> None:
    played(tmp_path, 80, games=2)
    empty = Desk(kinds={"ttadak": Ttadak()})
    asked = Asked(SqliteReading(tmp_path), SqliteTables(tmp_path), empty, BEGIN_NS, 30)
    found = verify(asked, lambda _done, _total: None)
    assert (found.wrong, found.untold) == (None, "")
    assert found.tables > 2


def _body(row: Row) -> dict[str, object]:
    body: dict[str, object] = json.loads(row.body)
    return body
