"""`lefi dead`: what could not be carried out, and why; tried again or dropped by whoever looked."""

from __future__ import annotations

import json
from argparse import Namespace

from lefi_tui.cli.engine_client import sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import HandleDead
from lefi_tui.errors import UsageError
from lefi_tui.views import numbers
from lefi_tui.views.dead_view import DeadRow, DeadView
from lefi_tui.views.queries import Channel, DeadQuery


def run(arguments: Namespace, output: Output) -> int:
    if arguments.action != "list" and not arguments.letter:
        step = "`lefi dead` lists them with their ids"
        raise UsageError("which one?", where=f"lefi dead {arguments.action}", next_step=step)
    view = with_engine(output, lambda channel: _talked(channel, arguments))
    rows = [each for each in view.rows if arguments.letter in {"", each.id}]
    if arguments.action == "show":
        _show(rows, arguments, output)
    elif arguments.json:
        output.value([_data(each) for each in view.rows])
    else:
        _list(view, output)
    return 0


async def _talked(channel: Channel, arguments: Namespace) -> DeadView:
    if arguments.action in {"requeue", "drop"}:
        is_again = arguments.action == "requeue"
        command = HandleDead(arguments.letter, is_again=is_again, by="command line")
        await sent(channel, command, f"lefi dead {arguments.action}")
    view = await channel.ask(DeadQuery())
    assert isinstance(view, DeadView)
    return view


def _list(view: DeadView, output: Output) -> None:
    for each in view.rows:
        output.line(f"{each.id:<6} {numbers.clock(each.at_ns)} {each.what}: {each.why}")
    if not view.rows:
        output.line("There is no dead letter: all was carried out.")
    if view.gone:
        output.line(f"{view.gone} older ones had no room.")


def _show(rows: list[DeadRow], arguments: Namespace, output: Output) -> None:
    if not rows:
        step = "`lefi dead` lists what there is"
        raise UsageError(f"no dead letter {arguments.letter}", where="lefi dead", next_step=step)
    if arguments.json:
        output.value(_data(rows[0]))
        return
    each = rows[0]
    output.line(f"{each.id} {numbers.clock(each.at_ns)} {each.what}\n{each.why}")
    output.line(json.dumps(json.loads(each.body), indent=2, ensure_ascii=False))


def _data(row: DeadRow) -> dict[str, object]:
    return {
        "id": row.id,
        "at_ns": row.at_ns,
        "what": row.what,
        "why": row.why,
        "message": json.loads(row.body),
    }
