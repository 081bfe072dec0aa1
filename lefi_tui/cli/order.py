"""`lefi order`: working orders and open positions by hand, through the running engine."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

from lefi_tui.cli.by_hand import account_of
from lefi_tui.cli.engine_client import desk, sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import CancelOrder, ClosePosition, Command, MoveOrder, ProtectPosition
from lefi_tui.core.order import ExitPlan
from lefi_tui.errors import UsageError
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import Channel
from lefi_tui.views.ticket_form import UnreadableError, level, number, part_of

ASKED: Final = {
    "list": "",
    "move": "asked: canceled first, then anew for what is left",
    "cancel": "asked the venue to cancel",
    "close": "asked",
    "protect": "asked",
}


def run(arguments: Namespace, output: Output) -> int:
    async def done(channel: Channel) -> DeskView:
        view = await desk(channel)
        if arguments.action != "list":
            command = _command(arguments, view)
            await sent(channel, command, f"lefi order {arguments.action} {arguments.what}")
        return view

    view = with_engine(output, done)
    if arguments.action != "list":
        output.line(f"{arguments.what}: {ASKED[arguments.action]}")
        return 0
    for row in view.orders:
        units = "all" if row.quantity is None else f"{row.quantity.normalize():f}"
        price = "market" if row.price is None else f"{row.price.normalize():f}"
        kind = row.kind if row.leg == "entry" else row.leg
        words = f"{row.side} {units} {row.symbol} {kind} {price}"
        output.line(f"{row.id:<27} {words:<46} {row.status:<14} {row.owner}")
    return 0


def _command(arguments: Namespace, view: DeskView) -> Command:
    what = arguments.what
    if not what:
        step = "An order's id for move and cancel, a market for close and protect"
        raise UsageError("nothing is named", where=f"lefi order {arguments.action}", next_step=step)
    if arguments.action == "cancel":
        return CancelOrder(what)
    account = account_of(view, arguments)
    try:
        if arguments.action == "move":
            price = number(arguments.to, "--to")
            return MoveOrder(what, arguments.ticks, price, is_confirmed=arguments.again)
        if arguments.action == "close":
            share, units = part_of(arguments.part)
            return ClosePosition(account, what, share=share, units=units)
        named = ((arguments.stop, "--stop"), (arguments.target, "--target"))
        plan = ExitPlan(*(level(text, name) for text, name in named))
    except UnreadableError as error:
        step = "Write a number, or a share like 25%"
        raise UsageError(str(error), where="lefi order", next_step=step) from error
    return ProtectPosition(account, what, plan)
