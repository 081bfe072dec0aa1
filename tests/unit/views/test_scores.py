"""The scoreboard is a fold over games that are over: the best session first, nothing invented."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.game import Plan, Round, Timing
from lefi_tui.core.messages import Sizing
from lefi_tui.ports.records import AccountRecord, GameRecord, RunRecord
from lefi_tui.views.queries import ScoresQuery
from lefi_tui.views.score_words import ELSEWHERE, NONE, lines
from lefi_tui.views.scores import Told, scores_view
from lefi_tui.views.scores_view import Quick, ScoresView

D = Decimal
MS: Final = 1_000_000
BEGUN: Final = 1_700_000_000_000 * MS
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
ACCOUNT: Final = AccountRecord(
    "practice", "USDT", D(10_000), "dry_run", "recording", Sizing.AT_DECISION, D("0.0005"), 0
)


def game(
    number: int, net: str, *, bot: str = "one", symbol: str = BTC, ack_ms: int = 0
) -> GameRecord:
    """One that was filled; no net at all is one that was not."""
    result = "missed" if not net else "won" if D(net) > 0 else "lost" if D(net) < 0 else "even"
    pressed_ns = BEGUN + number * 1_000 * MS
    played = Round(
        game=number,
        side="buy",
        result=result,
        plan=Plan.ON_FILL,
        units=D("0.01") if net else D(0),
        entry=D(60_000),
        exit=D(60_010),
        net=D(net or 0),
        fees=D("0.2") if net else D(0),
        planned_fees=D("0.2"),
        margin=D(6) if net else D(0),
        began_ns=pressed_ns,
        ended_ns=pressed_ns + 500 * MS,
        timing=Timing(pressed_ns, pressed_ns + MS, pressed_ns + ack_ms * MS if ack_ms else 0),
    )
    return GameRecord(bot, f"{bot}/{BEGUN}", "practice", symbol, played)


def run(bot: str, *settings: tuple[str, str], end_ns: int | None = None) -> RunRecord:
    return RunRecord(
        bot, "ttadak", bot, "practice", "dry_run", "active", settings, "", "", BEGUN, end_ns
    )


def scores(
    *games: GameRecord, runs: tuple[RunRecord, ...] = (), query: ScoresQuery | None = None
) -> ScoresView:
    told = Told(games, runs, (ACCOUNT,))
    return scores_view((told,), query or ScoresQuery(), BEGUN)


def words(view: ScoresView) -> str:
    return "\n".join(line for line, _ in lines(view))


def test_a_session_is_the_sum_of_its_games_after_fees() -> None:
    nets = ("1.5", "2", "-4", "", "0", "1", "1", "1")
    (row,) = scores(*(game(number, net) for number, net in enumerate(nets, 1))).rows
    assert (row.games, row.missed, row.won, row.lost) == (7, 1, 5, 1)
    assert (row.net, row.fees) == (D("2.5"), D("1.4"))
    assert (row.best, row.worst, row.streak) == (D(2), D(-4), 3)
    assert row.win_rate == 5 / 7
    assert row.share is not None
    assert round(row.share, 9) == round(2.5 / 6 / 7, 9)
    assert (row.mode, row.currency) == ("REPLAY", "USDT")


def test_the_best_session_stands_first_and_one_market_can_be_looked_at() -> None:
    games = (
        game(1, "1", bot="one"),
        game(1, "3", bot="two", symbol=ETH),
        game(1, "-2", bot="three"),
    )
    view = scores(*games)
    assert [row.bot for row in view.rows] == ["two", "one", "three"]
    assert view.markets == (BTC, ETH)
    assert [row.bot for row in scores(*games, query=ScoresQuery(BTC)).rows] == ["one", "three"]
    few = scores(*games, query=ScoresQuery(limit=1))
    assert ([row.bot for row in few.rows], few.others) == (["two"], 2)
    assert "2 more sessions stand below." in words(few)
    assert "1 more session stands below." in words(scores(*games, query=ScoresQuery(limit=2)))


def test_how_quick_a_session_was_is_told_where_both_moments_were_seen() -> None:
    timed = [game(number, "1", ack_ms=number) for number in range(1, 101)]
    (row,) = scores(*timed, game(101, "1")).rows
    assert row.quick == Quick(50.0, 95.0, 99.0, 100)
    (untimed,) = scores(game(1, "1")).rows
    assert untimed.quick is None
    assert "key to venue not timed" in words(scores(game(1, "1")))


def test_what_it_was_played_with_is_told_also_where_nobody_set_it() -> None:
    ended = run("one", ("leverage", "20"), ("stop", "10"), end_ns=BEGUN + 90_000 * MS)
    view = scores(game(1, "1"), runs=(ended,))
    (row,) = view.rows
    assert dict(row.settings) == {"leverage": "20", "target": "1", "stop": "10", "entry": "cross"}
    told = words(view)
    assert "20x, target 1%, stop 10%, cross entry, plan on-fill" in told
    assert "UTC, for 1m  REPLAY" in told
    assert "REPLAY practice BTC/USDT:USDT" in told


def test_a_session_in_which_no_entry_was_filled_has_no_win_rate() -> None:
    (row,) = scores(game(1, ""), game(2, "")).rows
    assert (row.games, row.missed, row.win_rate, row.share) == (0, 2, None, None)
    assert (row.best, row.worst) == (None, None)
    told = words(scores(game(1, "")))
    assert "  1. nothing was filled, 1 missed" in told
    assert "best" not in told


def test_a_session_in_which_nothing_was_filled_stands_below_every_score() -> None:
    view = scores(game(1, "", bot="missed"), game(1, "-2", bot="lost"))
    assert [row.bot for row in view.rows] == ["lost", "missed"]
    assert "-2.00 USDT net of 0.20 fees, 1 game, 0% won" in words(view)


def test_an_empty_scoreboard_says_how_to_begin() -> None:
    assert words(scores()) == NONE
    assert words(scores(game(1, "1"), query=ScoresQuery(ETH))) == ELSEWHERE
