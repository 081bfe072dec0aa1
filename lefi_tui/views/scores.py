"""Sessions of games from the games that are over: a fold over what the journal tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Final

from bots.ttadak.settings import DEFAULTS
from lefi_tui.core.game import Round
from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record
from lefi_tui.ports.records import AccountRecord, GameRecord, RunRecord
from lefi_tui.views.game_times import ranked
from lefi_tui.views.picture import mode_of
from lefi_tui.views.queries import ScoresQuery
from lefi_tui.views.scores_view import Quick, ScoreRow, ScoresView

GAMES_READ: Final = 20_000  # the newest: a year of a hundred a day in half a second
TOLD: Final = ("leverage", "target", "stop", "entry")
NS_PER_MS: Final = 1_000_000
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Told(Record):
    """What the tables of one profile hold."""

    games: tuple[GameRecord, ...]
    runs: tuple[RunRecord, ...]
    accounts: tuple[AccountRecord, ...]


def scores_view(told: Iterable[Told], query: ScoresQuery, now_ns: int) -> ScoresView:
    rows = [row for each in told for row in _sessions(each)]
    wanted = [each for each in rows if query.market in {"", each.symbol}]
    # Nothing lost because nothing was filled is no score, and stands below every one.
    wanted.sort(key=lambda row: (row.games > 0, row.net, row.begun_ns), reverse=True)
    return ScoresView(
        now_ns,
        tuple(wanted[: query.limit]),
        tuple(sorted({each.symbol for each in rows})),
        query.market,
        max(0, len(wanted) - query.limit),
    )


def _sessions(told: Told) -> Iterable[ScoreRow]:
    runs = {f"{each.bot}/{each.start_ns}": each for each in told.runs}
    accounts = {each.name: each for each in told.accounts}
    played: dict[str, list[GameRecord]] = {}
    for each in told.games:
        played.setdefault(each.subscription, []).append(each)
    for session, games in played.items():
        yield _row(runs.get(session), accounts.get(games[0].account), games)


def _row(
    run: RunRecord | None, account: AccountRecord | None, games: Sequence[GameRecord]
) -> ScoreRow:
    first, rounds = games[0], [each.round for each in games]
    filled = [each for each in rounds if each.result != "missed"]
    nets = [each.net for each in filled]
    given = {**DEFAULTS, **(_NOTHING if run is None else dict(run.settings))}
    return ScoreRow(
        bot=first.bot,
        account=first.account,
        symbol=first.symbol,
        mode="" if account is None else mode_of(account).value,
        currency="" if account is None else account.currency,
        begun_ns=rounds[0].began_ns if run is None else run.start_ns,
        ended_ns=None if run is None else run.end_ns,
        games=len(filled),
        missed=len(rounds) - len(filled),
        won=sum(each.result == "won" for each in filled),
        lost=sum(each.result == "lost" for each in filled),
        net=sum(nets, ZERO),
        fees=sum((each.fees for each in filled), ZERO),
        best=max(nets, default=None),
        worst=min(nets, default=None),
        streak=_longest(filled),
        share=sum(float(each.net_share) for each in filled) / len(filled) if filled else None,
        quick=_quick(rounds),
        settings=tuple((name, given[name]) for name in TOLD),
        plans=tuple(sorted({each.plan.value for each in rounds})),
    )


def _longest(rounds: Iterable[Round]) -> int:
    """Games won one after another."""
    won = (int(each.result == "won") for each in rounds)
    return max(accumulate(won, lambda row, is_won: (row + 1) * is_won), default=0)


def _quick(rounds: Iterable[Round]) -> Quick | None:
    known = sorted(
        (timing.accepted_ns - timing.pressed_ns) / NS_PER_MS
        for timing in (each.timing for each in rounds)
        if timing.pressed_ns and timing.accepted_ns
    )
    if not known:
        return None
    p50, p95, p99 = (ranked(known, percent) for percent in (50, 95, 99))
    return Quick(p50, p95, p99, len(known))
