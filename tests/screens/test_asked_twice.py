"""Real money and slips of the finger leave the ticket only after one more Enter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from textual.app import App

from lefi_tui.core.messages import Command, PlaceOrder, SayStatement
from lefi_tui.core.order import Size, SizeKind
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.ticket_view import TicketView
from screens.say import Asked, SayScreen
from screens.spoken import AGAIN_S, Spoken
from screens.ticket import TicketScreen
from widgets.in_order import Field
from widgets.ink import TRUE_COLOR

pytestmark = pytest.mark.asyncio
D = Decimal
MARKET = ("main", "BTC/USDT:USDT")


def view(ticket: TicketScreen, **more: Any) -> TicketView:
    """The engine's answer to what is typed now."""
    number = getattr(ticket.query_of, "number", 0)
    bests = {"bid": D(60_000), "ask": D("60000.1"), "tick": D("0.1")}
    return TicketView(*MARKET, number=number, words="buy it", **{**bests, **more})


async def entered(ticket: TicketScreen, sent: list[Command], **more: Any) -> list[int]:
    """How many orders had left after each of three Enters, the last behind a change."""
    seen = []
    async with App[None]().run_test() as pilot:
        await pilot.app.push_screen(ticket)
        ticket.show(view(ticket, **more), 0)  # which puts the price at its own best
        ticket.fields["size"].value = "0.5"
        await pilot.pause()
        for key in ("enter", "up", "enter", "enter"):
            await pilot.press(key)
            ticket.show(view(ticket, **more), 0)
            seen.append(len(sent))
    return seen


@pytest.mark.parametrize(
    ("more", "left", "is_confirmed"),
    [
        ({"mode": Mode.DRY}, [1, 1, 1, 1], False),
        ({"mode": Mode.LIVE}, [0, 0, 0, 1], False),
        ({"mode": Mode.DRY, "doubts": ("far",)}, [0, 0, 0, 1], True),
        ({"mode": Mode.DRY, "refusal": "no"}, [0, 0, 0, 0], False),
    ],
)
async def test_what_may_hurt_is_sent_by_the_second_enter_on_the_same_order(
    more: dict[str, Any], left: list[int], *, is_confirmed: bool
) -> None:
    sent: list[Command] = []
    ticket = TicketScreen(MARKET, sent.append, TRUE_COLOR)
    assert await entered(ticket, sent, **more) == left
    for command in sent:
        assert isinstance(command, PlaceOrder)
        assert command.size == Size(SizeKind.UNITS, D("0.5"))
        assert command.limit in {D(60_000), D("60000.1")}
        assert command.is_confirmed is is_confirmed


@pytest.mark.parametrize(("mode", "left"), [(Mode.DEMO, [1, 1]), (Mode.LIVE, [0, 1])])
async def test_a_statement_for_real_money_is_said_twice(mode: Mode, left: list[int]) -> None:
    sent: list[Command] = []
    spoken = Spoken()
    seen = []
    async with App[None]().run_test() as pilot:
        screen = SayScreen(Asked("main", mode, spoken), sent.append)
        await pilot.app.push_screen(screen)
        screen.query_one(Field).value = 'Close("BTC/USDT")'
        for _ in left:
            await pilot.press("enter")
            await pilot.pause()
            seen.append(len(sent))
    assert seen == left
    assert sent == [SayStatement("main", 'Close("BTC/USDT")')]
    assert spoken.texts == ['Close("BTC/USDT")']


async def test_only_the_same_words_at_once_to_the_same_account_are_meant() -> None:
    spoken = Spoken()
    assert not spoken.say("demo", "Buy")
    assert not spoken.say("live", "Buy")  # another account's money
    assert spoken.say("live", "Buy")
    assert not spoken.say("live", "Buy")  # a third time is a first one
    account, text, at_s = spoken.last
    spoken.last = (account, text, at_s - AGAIN_S)
    assert not spoken.say("live", "Buy")  # hours later, from the history
