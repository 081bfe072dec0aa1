"""What is confirmed leaves once, though a terminal may hand over two Enters in one read."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.events import Key
from textual.screen import Screen

from lefi_tui.core.messages import Command
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.statement_view import StatementView
from lefi_tui.views.ticket_view import TicketView
from screens.say import SayScreen
from screens.spoken import Place, Spoken
from screens.ticket import TicketScreen
from tests.screens.test_asked_twice import view
from widgets.in_order import Field
from widgets.ink import TRUE_COLOR

pytestmark = pytest.mark.asyncio
MARKET = ("main", "BTC/USDT:USDT")


@pytest.mark.parametrize(("mode", "presses"), [(Mode.DEMO, 2), (Mode.DEMO, 4), (Mode.LIVE, 3)])
async def test_a_line_leaves_once_however_quickly_enter_is_pressed(
    mode: Mode, presses: int
) -> None:
    sent: list[Command] = []
    async with App[None]().run_test() as pilot:
        screen = SayScreen([Place("main", mode)], Spoken(), sent.append, TRUE_COLOR)
        below = [Screen[None](), Screen[None](), Screen[None]()]  # as desk, scripts, lab are
        for each in (*below, screen):
            await pilot.app.push_screen(each)
        screen.query_one(Field).value = 'Buy("BTC/USDT", 100 USDT)'
        await pilot.pause(0.4)
        screen.show(StatementView((TicketView(*MARKET),)), 0)
        await pilot.pause()
        for _ in range(presses):  # as a terminal gives them: in one read, none is waited for
            pilot.app.post_message(Key("enter", "\r"))
        await pilot.pause(0.5)
        stands, rest = pilot.app.screen, screen.query_one(Field).value
    assert len(sent) == 1
    assert (stands, rest) == (screen, "")  # the next line goes to it, and not to the screen below


async def test_a_ticket_leaves_once_however_quickly_enter_is_pressed() -> None:

    sent: list[Command] = []
    async with App[None]().run_test() as pilot:
        ticket = TicketScreen(MARKET, sent.append, TRUE_COLOR)
        for each in (Screen[None](), Screen[None](), ticket):
            await pilot.app.push_screen(each)
        ticket.show(view(ticket, mode=Mode.DRY), 0)
        ticket.fields["size"].value = "0.5"
        await pilot.pause()
        ticket.show(view(ticket, mode=Mode.DRY), 0)
        await pilot.pause()
        for _ in range(2):
            pilot.app.post_message(Key("enter", "\r"))
        await pilot.pause(0.5)
    assert len(sent) == 1
