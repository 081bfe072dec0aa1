"""`lefi resume`: orders are allowed again, by whoever looked at a short list and says why."""

from __future__ import annotations

import sys
from argparse import Namespace
from shlex import quote

from lefi_tui.cli.engine_client import desk, sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import Resume
from lefi_tui.errors import UsageError
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.kill_view import KillView, checklist
from lefi_tui.views.queries import Channel, KillQuery


def run(arguments: Namespace, output: Output) -> int:
    if arguments.words:
        words = " ".join(arguments.words)
        why = f"{words} stands alone; a reason is said behind --reason"
        step = f"lefi resume --reason {quote(words)}"
        raise UsageError(why, where="lefi resume", next_step=step)
    if not (arguments.reason.strip() or _has_a_person()):
        raise _missing()
    view, reason = with_engine(output, lambda channel: _resumed(channel, arguments, output))
    name, state = arguments.account, view.banner.trading_state
    state = next((row.trading_state for row in view.accounts if row.name == name), state)
    if arguments.json:
        output.value({"state": state.value, "reason": reason})
    else:
        of = f" of account {name}" if name else ""
        output.line(f"Trading{of} is {state}. Stopped bots stay stopped.")
    return 0


async def _resumed(channel: Channel, arguments: Namespace, output: Output) -> tuple[DeskView, str]:
    view = await channel.ask(KillQuery())
    assert isinstance(view, KillView)
    if not (arguments.json or arguments.account):
        for line in checklist(view):
            output.say(line)
    reason = arguments.reason.strip() or _asked(output)
    if not reason:
        raise _missing()
    command = Resume(reason=reason, by="command line", account=arguments.account)
    await sent(channel, command, "lefi resume")
    return await desk(channel), reason


def _missing() -> UsageError:
    return UsageError(
        "a reason is needed; it is kept in the trail",
        where="lefi resume",
        next_step='lefi resume --reason "checked the positions by hand"',
    )


def _has_a_person() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _asked(output: Output) -> str:
    output.say("Why may trading go on? It is kept in the trail.")
    return sys.stdin.readline().strip()
