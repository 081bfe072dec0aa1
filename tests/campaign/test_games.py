"""The campaign of games holds for the game that is played, and notices one that is broken."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from msgspec.structs import replace

from bots.ttadak import Ttadak
from lefi_tui.core.bot import Decision, Intent
from lefi_tui.core.order import ExitPlan
from tests.campaign import far_games, far_lives
from tests.campaign.games import case

CASES = 12
Change = Callable[[Intent], tuple[Intent, ...]]


class Broken(Ttadak):
    """What it asks for is changed on its way."""

    def __init__(self, changed: Change) -> None:
        self._changed = changed

    def decide(self, *args: Any) -> Decision:
        decision = super().decide(*args)
        return replace(decision, intents=tuple(chain(*map(self._changed, decision.intents))))


def twice(intent: Intent) -> tuple[Intent, ...]:
    return intent, replace(intent, ticket=intent.ticket + 10_000, pair="")


def two_exits(intent: Intent) -> tuple[Intent, ...]:
    return twice(intent) if intent.is_reduce_only else (intent,)


def two_entries(intent: Intent) -> tuple[Intent, ...]:
    return twice(intent) if intent.leverage else (intent,)


def no_stop(intent: Intent) -> tuple[Intent, ...]:
    return (replace(intent, exits=ExitPlan()),)


def any_exit(intent: Intent) -> tuple[Intent, ...]:
    return (replace(intent, is_reduce_only=False, pair=""),)


def test_whatever_the_exchange_does_each_session_holds() -> None:
    assert [found.why for found in map(_case, range(CASES)) if found.why] == []


def _case(number: int) -> Any:
    return case(number, 5)


def test_a_kill_may_close_beside_an_exit_whose_cancel_has_no_answer() -> None:
    found = case(56, 3)
    assert found.why == ""
    assert found.counts["ended by kill"] == 1


def test_what_the_exchange_takes_by_force_is_heard_and_is_in_the_books() -> None:
    found = [far_games.case(number, 1) for number in (*range(CASES), 14)]
    assert [each.why for each in found if each.why] == []
    assert sum(each.counts["liquidations"] for each in found) > 0


def test_an_engine_that_dies_again_and_again_ends_flat_and_its_books_are_the_exchanges() -> None:
    found = [far_lives.case(number, 2) for number in range(CASES)]
    assert [each.why for each in found if each.why] == []
    assert sum(each.counts.get("killed", 0) for each in found) > 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (two_exits, "exits ask for"),
        (two_entries, "no press of its own"),
        (no_stop, "opens without a stop"),
        (any_exit, "no press of its own"),
    ],
)
def test_a_broken_game_is_noticed(changed: Change, words: str) -> None:
    wrong = [case(number, 5, Broken(changed)).why for number in range(CASES)]
    assert any(words in each for each in wrong), wrong
