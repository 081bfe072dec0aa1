"""Real money and slips of the finger leave the ticket only after one more Enter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from textual.app import App

from lefi_tui.core.messages import Command, PlaceOrder, SayStatement
from lefi_tui.core.order import Size, SizeKind
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.queries import WorthQuery
from lefi_tui.views.statement_view import StatementView, WorthView
from lefi_tui.views.ticket_view import TicketView
from screens.say import SayScreen
from screens.spoken import Place, Spoken
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


def ticket_of(doubts: tuple[str, ...] = (), refusal: str = "") -> StatementView:
    return StatementView((TicketView(*MARKET, doubts=doubts),), refusal=refusal)


@pytest.mark.parametrize(
    ("mode", "answer", "left", "is_confirmed"),
    [
        (Mode.DEMO, ticket_of(), [1, 1], False),
        (Mode.LIVE, ticket_of(), [0, 1], False),
        (Mode.DEMO, ticket_of(("far from the market",)), [0, 1], True),
        (Mode.DEMO, ticket_of(refusal="Ask for less."), [0, 0], False),
    ],
)
async def test_a_statement_for_real_money_and_one_like_a_slip_are_said_twice(
    mode: Mode, answer: StatementView, left: list[int], *, is_confirmed: bool
) -> None:
    sent: list[Command] = []
    spoken = Spoken()
    seen = []
    async with App[None]().run_test() as pilot:
        screen = SayScreen([Place("main", mode)], spoken, sent.append, TRUE_COLOR)
        await pilot.app.push_screen(screen)
        screen.query_one(Field).value = 'Close("BTC/USDT")'
        await pilot.pause()
        for number, _ in enumerate(left):
            await pilot.press("enter")
            assert number or not sent  # nothing leaves before it was shown
            if screen.query_of is not None:
                screen.show(answer, 0)
            await pilot.pause()
            seen.append(len(sent))
    assert seen == left
    close = SayStatement("main", 'Close("BTC/USDT")', is_confirmed=is_confirmed)
    assert sent == [close] * left[-1]
    assert spoken.texts == ['Close("BTC/USDT")'] * left[-1]


async def test_the_value_of_a_question_is_kept_above_and_another_line_shows_no_old_answer() -> None:
    spoken, sent = Spoken(), list[Command]()
    async with App[None]().run_test() as pilot:
        screen = SayScreen([Place("main", Mode.DEMO)], spoken, sent.append, TRUE_COLOR)
        await pilot.app.push_screen(screen)
        field = screen.query_one(Field)
        field.value = "1 + 2"
        await pilot.press("enter")
        assert isinstance(screen.query_of, WorthQuery)
        screen.show(WorthView(("3",)), 0)
        await pilot.pause()
        assert spoken.answers == [("1 + 2", "= 3  a number")]
        assert not sent
        emptied = field.value
        await pilot.press("up")
        assert (emptied, field.value) == ("", "1 + 2")
