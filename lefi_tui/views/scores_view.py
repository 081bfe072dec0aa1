"""The scoreboard: what came of each session of games, the best first.

The rule it keeps: money is after fees, and what nobody measured is None.
"""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.record import Record


class Quick(Record):
    """Milliseconds from a key until the venue had the order, over the games of a session."""

    p50: float
    p95: float
    p99: float
    games: int  # that were timed


class ScoreRow(Record):
    """One run of one game bot. A session goes on while `ended_ns` is None."""

    bot: str
    account: str
    symbol: str
    mode: str  # DEMO | REPLAY | DRY | SANDBOX | LIVE
    currency: str
    begun_ns: int
    ended_ns: int | None
    games: int  # that were filled
    missed: int  # whose entry found nobody
    won: int
    lost: int
    net: Decimal
    fees: Decimal
    best: Decimal | None  # of a game that was filled
    worst: Decimal | None
    streak: int  # the longest, of games that were won
    share: float | None  # net a game, of its margin
    quick: Quick | None
    settings: tuple[tuple[str, str], ...]  # leverage target stop entry, as it was started
    plans: tuple[str, ...]  # as they were played

    @property
    def win_rate(self) -> float | None:
        return self.won / self.games if self.games else None


class ScoresView(Record):
    at_ns: int
    rows: tuple[ScoreRow, ...] = ()
    markets: tuple[str, ...] = ()  # in which games were played
    market: str = ""  # whose sessions these are; "": all
    others: int = 0  # sessions that had no room
