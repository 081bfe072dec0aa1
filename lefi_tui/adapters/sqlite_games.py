"""Games that are over as a table: written from their events, read for the scoreboard."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

import msgspec

from lefi_tui.adapters.sqlite_rows import Values, put
from lefi_tui.core import messages as m
from lefi_tui.core.game import Round
from lefi_tui.ports.journal import Change
from lefi_tui.ports.records import GameRecord

_MONEY: Final = ("units", "entry", "exit", "net", "fees", "planned_fees", "margin")
_TIMES: Final = (
    "pressed_ns",
    "sent_ns",
    "accepted_ns",
    "filled_ns",
    "exit_sent_ns",
    "exit_accepted_ns",
)
_PLAIN: Final = ("game", "side", "result", "ended_by", "began_ns", "ended_ns")
_OF: Final = ("bot", "subscription", "account", "symbol")
_GAMES: Final = f"""
SELECT {", ".join((*_OF, *_PLAIN, "plan", *_MONEY, *_TIMES))}
FROM game ORDER BY n DESC, game DESC LIMIT ?
"""  # noqa: S608 -- names of columns, all from above


def game_ended(connection: sqlite3.Connection, change: Change, event: m.GameEnded) -> None:
    played = event.round
    values: Values = {
        "n": change.n,
        "bot": event.bot,
        "subscription": f"{event.bot}/{change.desk.bots[event.bot].started_at_ns}",
        "account": event.account,
        "symbol": event.symbol,
        "plan": played.plan.value,
        **{name: getattr(played, name) for name in _PLAIN},
        **{name: str(getattr(played, name)) for name in _MONEY},
        **{name: getattr(played.timing, name) for name in _TIMES},
    }
    put(connection, "game", values)


def games(connection: sqlite3.Connection, limit: int) -> tuple[GameRecord, ...]:
    """The newest, oldest first."""
    rows = connection.execute(_GAMES, (limit,)).fetchall()
    return tuple(_game(dict(row)) for row in reversed(rows))


def _game(row: dict[str, Any]) -> GameRecord:
    """Columns are named as the fields of a round and of its timing."""
    played = msgspec.convert({**row, "timing": row}, Round)
    bot, subscription, account, symbol = (row[name] for name in _OF)
    return GameRecord(bot, subscription, account, symbol, played)
