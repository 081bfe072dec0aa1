"""`lefi money`: what each account has, and a difference to its exchange taken into the books."""

from __future__ import annotations

from argparse import Namespace

from msgspec import to_builtins

from lefi_tui.cli.engine_client import sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import AcceptWallet
from lefi_tui.errors import UsageError
from lefi_tui.views.queries import Channel, WalletsQuery
from lefi_tui.views.wallet_view import WalletsView
from lefi_tui.views.wallet_words import lines


def run(arguments: Namespace, output: Output) -> int:
    if arguments.action == "accept" and not (arguments.account and arguments.reason):
        step = "lefi money accept ACCOUNT --reason TEXT"
        raise UsageError("which account, and why?", where="lefi money accept", next_step=step)
    view = with_engine(output, lambda channel: _talked(channel, arguments))
    if arguments.json:
        output.value(to_builtins(view.rows))
        return 0
    for line, _weight in lines(view):
        output.line(line)
    return 0


async def _talked(channel: Channel, arguments: Namespace) -> WalletsView:
    if arguments.action == "accept":
        command = AcceptWallet(arguments.account, arguments.reason)
        await sent(channel, command, "lefi money accept")
    view = await channel.ask(WalletsQuery())
    assert isinstance(view, WalletsView)
    return view
