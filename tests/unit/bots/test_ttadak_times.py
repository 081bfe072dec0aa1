"""What a game says of its times: of its exits the first that stood counts, however it is moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.codec import encode
from lefi_tui.core.desk import Desk
from lefi_tui.core.game import Do, Timing
from lefi_tui.core.order import Order
from lefi_tui.engine.fold import Difference, Told, carry_out
from lefi_tui.engine.standing import Standing
from lefi_tui.ports.journal import Row, RowKind
from lefi_tui.views.game_times import spans
from tests.unit.bots.game_table import MS, Table


def accepted(table: Table, order: Order, sent_ms: int, heard_ms: int) -> None:
    """Times since the key."""
    game = table.state.game
    assert game is not None
    told = m.VenueAccepted(order.id, table.now_ms * MS, f"v{order.id}")
    sent_ns, heard_ns = (game.pressed_ns + each * MS for each in (sent_ms, heard_ms))
    table.tell(replace(told, sent_ns=sent_ns, heard_ns=heard_ns))


def entered() -> Table:
    """A buy that left 2 ms after its key and was filled; its exit is asked."""
    table = Table().armed()
    table.later(1_000)
    table.key(Do.BUY)
    accepted(table, table.sent[0], 2, 10)
    table.fill(table.sent[0])
    return table


def moved(table: Table, times: int) -> Order:
    """The exit left after 12 ms, stood after 90, and was moved later; its newest place."""
    accepted(table, table.exits[0], 12, 90)
    for _ in range(times):
        (before,) = table.exits
        table.later(250)
        table.key(Do.EXIT, 1)
        table.cancel(before)
    (exit_,) = table.exits
    accepted(table, exit_, 3_000, 4_000)
    return exit_


def ended(told: tuple[m.Message, ...]) -> Timing:
    (event,) = (each for each in told if isinstance(each, m.GameEnded))
    return event.round.timing


def test_an_exit_that_a_person_moved_was_there_since_it_stood_first() -> None:
    table = entered()
    timing = ended(table.fill(moved(table, 3)))
    assert timing.skew == 10 * MS
    assert timing.exit_accepted_ns - timing.pressed_ns == 90 * MS


def test_the_screen_says_it_while_the_game_is_on() -> None:
    table = entered()
    moved(table, 1)
    (skew,) = (each for each in spans(table.state) if each.name == "skew")
    assert skew.last == 10.0


def test_an_exit_that_the_venue_refused_did_not_stand() -> None:
    table = entered()
    table.reject(table.exits[0])
    table.later(250)
    exit_ = table.exits[0]
    accepted(table, exit_, 300, 370)
    timing = ended(table.fill(exit_))
    assert timing.skew == 298 * MS
    assert timing.exit_accepted_ns - timing.pressed_ns == 370 * MS


def test_of_exits_that_came_to_nothing_only_the_first_is_kept() -> None:
    table = entered()
    moved(table, 20)
    game = table.state.game
    assert game is not None
    assert len(game.exits) == 2


# ---- a journal of a program that told the times of the exit that was moved last


def _started(desk: Desk, message: m.Message, events: list[m.Event]) -> Difference | None:
    """What a start finds where the journal says these events of the message."""
    kinds = (RowKind.INPUT, *(RowKind.EVENT for _ in events))
    rows = tuple(
        Row(seq, 1, kind, *encode(each), 0, "")
        for seq, (kind, each) in enumerate(zip(kinds, (message, *events), strict=True))
    )
    (carried,) = carry_out(Standing(desk), iter([Told(1, rows)]))
    return carried.difference


def _timed_otherwise(event: m.GameEnded) -> m.GameEnded:
    timing = replace(event.round.timing, exit_sent_ns=1, exit_accepted_ns=2)
    return replace(event, round=replace(event.round, timing=timing))


def _won_otherwise(event: m.GameEnded) -> m.GameEnded:
    return replace(event, round=replace(event.round, result="even"))


@pytest.mark.parametrize(("other", "halts"), [(_timed_otherwise, False), (_won_otherwise, True)])
def test_a_start_is_halted_by_what_a_game_brought_and_not_by_how_it_was_timed(
    other: Callable[[m.GameEnded], m.GameEnded], *, halts: bool
) -> None:
    table = entered()
    exit_ = moved(table, 1)
    before = table.desk
    told = [each for each in table.fill(exit_) if isinstance(each, m.Event)]
    filled = next(each for each in told if isinstance(each, m.OrderFilled))
    message = m.VenueFilled(
        exit_.id, filled.trade_id, filled.at_ns, filled.account, filled.symbol, filled.side,
        filled.price, filled.quantity, filled.fee, filled.liquidity, filled.reason, is_last=True,
    )  # fmt: skip
    kept = [other(each) if isinstance(each, m.GameEnded) else each for each in told]
    assert kept != told
    assert (_started(before, message, kept) is not None) is halts
