"""The program while its exchange asks to be left alone: nothing leaves, and the screen says it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lefi_tui.engine.engine import Engine
from lefi_tui.views.desk_view import DeskView
from tests.exchange.live_profile import live_desk
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import seen

BAN_S = 4


@pytest.fixture
def far() -> Iterator[Far]:
    with exchange_in_thread() as begun:
        yield begun


@pytest.fixture
def engine(far: Far, tmp_path: Path) -> Iterator[Engine]:
    with live_desk(tmp_path, far) as begun:
        yield begun


def waits(view: DeskView) -> str:
    return next(each.waits for each in view.accounts if each.name == "main")


def test_a_ban_is_shown_and_not_a_question_leaves_until_it_is_over(
    engine: Engine, far: Far
) -> None:
    far.act("ban", ban_s=BAN_S)
    seen(engine, lambda view: waits(view) != "")
    met = far.act("counts")["held"]  # those that were under way when it began
    time.sleep(1)
    assert far.act("counts")["held"] == met
    seen(engine, lambda view: waits(view) == "")
    assert far.act("counts")["held"] == met
