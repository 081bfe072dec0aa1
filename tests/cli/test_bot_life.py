"""How long a bot is started for, as options say it."""

from __future__ import annotations

from argparse import Namespace

import pytest

from lefi_tui.cli.bot_life import planned
from lefi_tui.core.messages import StartBot, Work
from lefi_tui.errors import UsageError

START = StartBot("a", "automated", "main", "")


def options(**said: object) -> Namespace:
    usual = {"once": False, "until_executed": False, "start_ms": 0, "until_ms": 0}
    return Namespace(**{**usual, **said})


def test_options_say_how_long_a_bot_is_for() -> None:
    assert planned(START, options()) == START
    assert planned(START, options(once=True)).work is Work.ONCE
    assert planned(START, options(until_executed=True)).work is Work.UNTIL_EXECUTED
    window = planned(START, options(start_ms=1_000, until_ms=2_000))
    assert (window.from_ns, window.until_ns) == (1_000_000_000, 2_000_000_000)


def test_two_work_modes_at_once_are_refused() -> None:
    with pytest.raises(UsageError, match="not both"):
        planned(START, options(once=True, until_executed=True))
