"""`lefi resume`: orders are allowed again; whoever says so says why, and it is recorded."""

from __future__ import annotations

import sys
from argparse import Namespace

from lefi_tui.cli.engine_client import desk, sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import Resume
from lefi_tui.errors import UsageError
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import Channel


def run(arguments: Namespace, output: Output) -> int:
    reason = arguments.reason.strip() or _asked(output)
    if not reason:
        raise UsageError(
            "a reason is needed; it is kept in the trail",
            where="lefi resume",
            next_step='lefi resume --reason "checked the positions by hand"',
        )

    async def resumed(channel: Channel) -> DeskView:
        await sent(channel, Resume(reason=reason, by="command line"), "lefi resume")
        return await desk(channel)

    view = with_engine(output, resumed)
    if arguments.json:
        output.value({"state": view.banner.trading_state.value, "reason": reason})
    else:
        output.line(f"Trading is {view.banner.trading_state}. Stopped bots stay stopped.")
    return 0


def _asked(output: Output) -> str:
    if not (sys.stdin is not None and sys.stdin.isatty()):
        return ""
    output.say("Why may trading go on? It is kept in the trail.")
    return sys.stdin.readline().strip()
