"""Dead letters: what a key does is done to the one that was seen."""

from __future__ import annotations

import pytest
from textual.app import App

from lefi_tui.core.messages import Command, HandleDead
from lefi_tui.views.dead_view import DeadRow, DeadView
from screens.dead import DeadScreen


@pytest.mark.asyncio
@pytest.mark.parametrize(("key", "is_again"), [("delete", False), ("enter", True)])
async def test_a_newer_one_moves_no_other_under_the_cursor(key: str, *, is_again: bool) -> None:
    sent: list[Command] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        screen = DeadScreen(sent.append)
        await app.push_screen(screen)
        screen.show(DeadView((_row("b"), _row("a"))), 0)
        screen.show(DeadView((_row("c"), _row("b"), _row("a"))), 0)
        await pilot.press(key)
        assert sent == [HandleDead("b", is_again=is_again)]


def _row(name: str) -> DeadRow:
    return DeadRow(name, 0, "Notice", "no answer", "{}")
