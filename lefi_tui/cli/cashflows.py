"""`lefi cashflows`: what scripts planned to pay, receive or transfer; settled by a person."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from msgspec import to_builtins

from lefi_tui.cli.engine_client import sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import MoveFlow, SettleCashFlow
from lefi_tui.core.money import words
from lefi_tui.errors import UsageError
from lefi_tui.views import numbers
from lefi_tui.views.flows_view import FlowRow, FlowsView
from lefi_tui.views.queries import Channel, FlowsQuery


def run(arguments: Namespace, output: Output) -> int:
    answer = _list(output) if arguments.action == "list" else _done(arguments, output)
    if arguments.json:
        output.value(answer)
        return 0
    for row in answer:
        output.line(_told(row))
        for number, step in enumerate(row["steps"], 1):
            output.line(f"    {number}. {step}")
    if not answer:
        output.line("No script has planned a cash flow: `name pays 100 USDT in 30d` plans one.")
    return 0


def _list(output: Output) -> list[dict[str, Any]]:
    async def asked(channel: Channel) -> FlowsView:
        view = await channel.ask(FlowsQuery())
        assert isinstance(view, FlowsView)
        return view

    return [_as_data(row) for row in with_engine(output, asked).rows]


def _done(arguments: Namespace, output: Output) -> list[dict[str, Any]]:
    if not arguments.flow:
        step = "`lefi cashflows` lists them"
        where = f"lefi cashflows {arguments.action}"
        raise UsageError("which one?", where=where, next_step=step)
    does = SettleCashFlow if arguments.action == "settle" else MoveFlow

    async def done(channel: Channel) -> None:
        await sent(channel, does(arguments.flow), arguments.flow)

    with_engine(output, done)
    return [row for row in _list(output) if row["id"] == arguments.flow]


def _as_data(row: FlowRow) -> dict[str, Any]:
    return {**to_builtins(row), "state": row.state.value}


def _told(row: dict[str, Any]) -> str:
    due = numbers.moment(row["due_ms"] * numbers.NS_PER_MS)
    by = f" by {row['settled_by']}" if row["settled_by"] else ""
    amount = f"{words(row['amount'])} {row['unit']}"
    return f"{row['id']}  {row['state']:<8}{by} {due}  {amount:<20} {row['bot']} {row['name']}"
