"""The scoreboard in lines, for a window and for the command line alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.scores_view import Quick, ScoreRow, ScoresView

NONE: Final = "No game is over yet. `lefi practice` opens a market to play on."
ELSEWHERE: Final = "No game is over in that market yet."
NS_PER_MS: Final = 1_000_000
Line = tuple[str, Weight]


def lines(view: ScoresView) -> Iterator[Line]:
    if not view.rows:
        yield (ELSEWHERE if view.markets else NONE), Weight.PLAIN
        return
    for place, row in enumerate(view.rows, 1):
        yield _came_of_it(place, row), Weight.GOOD if row.net > 0 else Weight.PLAIN
        games = (_a_game(row),) if row.games else ()
        for words in (*games, _when(row), _setup(row), _quick(row.quick)):
            yield f"     {words}", Weight.PLAIN
    if view.others:
        below = "session stands" if view.others == 1 else "sessions stand"
        yield f"{view.others:,} more {below} below.", Weight.PLAIN


def _came_of_it(place: int, row: ScoreRow) -> str:
    if row.win_rate is None:
        return f"{place:>3}. nothing was filled, {row.missed:,} missed"
    missed = f", {row.missed:,} missed" if row.missed else ""
    return (
        f"{place:>3}. {numbers.signed(row.net, 2)} {row.currency} net of "
        f"{numbers.price(row.fees, 2)} fees, {row.games:,} "
        f"{'game' if row.games == 1 else 'games'}, {row.win_rate:.0%} won{missed}"
    )


def _a_game(row: ScoreRow) -> str:
    ends = f"best {numbers.signed(row.best, 2)}, worst {numbers.signed(row.worst, 2)}"
    share = numbers.share(row.share)
    return f"a game {share} of margin, {ends}, {row.streak} won in a row"


def _when(row: ScoreRow) -> str:
    until = "not over" if row.ended_ns is None else _lasted(row)
    begun = f"{numbers.moment(row.begun_ns)} UTC, {until}"
    return f"{begun}  {row.mode} {row.account} {row.symbol}"


def _lasted(row: ScoreRow) -> str:
    assert row.ended_ns is not None, row
    return f"for {numbers.age((row.ended_ns - row.begun_ns) // NS_PER_MS)}"


def _setup(row: ScoreRow) -> str:
    given = dict(row.settings)
    return (
        f"{given['leverage']}x, target {given['target']}%, stop {given['stop']}%, "
        f"{given['entry']} entry, plan {' '.join(row.plans)}"
    )


def _quick(quick: Quick | None) -> str:
    if quick is None:
        return "key to venue not timed"
    return f"key to venue {quick.p50:.0f} ms (p95 {quick.p95:.0f}, p99 {quick.p99:.0f})"
