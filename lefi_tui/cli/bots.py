"""`lefi bots`: the bots of the running engine, listed, started, stopped, set and shown."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from lefi_tui.adapters.script_files import text_of
from lefi_tui.cli.engine_client import desk, sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import ChangeSettings, StartBot, StopBot
from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.lang.program import check
from lefi_tui.views.desk_view import BotRow, DeskView, WhyView
from lefi_tui.views.queries import Channel, WhyQuery

BY: Final = "command line"
_NO_ID: Final = re.compile(r"[^a-z0-9]+")
ID_LENGTH_MAX: Final = 40


def run(arguments: Namespace, output: Output) -> int:
    answer = _ACTIONS[arguments.action](arguments, output)
    if arguments.json:
        output.value(answer)
    return 0


# ---- list and show


def _list(arguments: Namespace, output: Output) -> Any:
    view = with_engine(output, desk)
    if not arguments.json:
        for row in view.bots:
            doing = f"{row.status} {row.warming}".strip()
            output.line(f"{row.id:<24} {row.mode:<6} {doing:<22} {row.title}")
        if not view.bots:
            output.line("No bots. Start one: lefi bots start --script FILE")
    return [_as_data(row) for row in view.bots]


def _show(arguments: Namespace, output: Output) -> Any:
    bot = _named(arguments)

    async def seen(channel: Channel) -> tuple[BotRow, WhyView]:
        row = _found(await desk(channel), bot)
        return row, await channel.ask(WhyQuery(bot))

    row, why = with_engine(output, seen)
    if not arguments.json:
        output.line(f"{row.title} ({row.id}), {row.status}, {row.mode} on {row.account}")
        output.line(f"  did: {row.did or 'nothing yet'}")
        for line in why.lines:
            output.line(f"  {line}")
    return {**_as_data(row), "why": list(why.lines)}


def _as_data(row: BotRow) -> dict[str, Any]:
    return {**asdict(row), "mode": row.mode.value, "symbols": list(row.symbols)}


def _found(view: DeskView, bot: str) -> BotRow:
    for row in view.bots:
        if row.id == bot:
            return row
    known = ", ".join(row.id for row in view.bots) or "none"
    raise RefusedError(f"no bot of this name; there are: {known}", where=bot, next_step="lefi bots")


# ---- start, stop, set


def _start(arguments: Namespace, output: Output) -> Any:
    script = arguments.script or (Path(arguments.bot) if arguments.bot.endswith(".lefi") else None)
    if script is None:
        raise UsageError(
            "a script is needed",
            where="lefi bots start",
            next_step="lefi bots start NAME --script FILE",
        )
    name = "" if arguments.bot.endswith(".lefi") else arguments.bot
    bot = _NO_ID.sub("-", (name or script.stem).lower()).strip("-")[:ID_LENGTH_MAX]
    source = text_of(script)
    program = check(source).program  # the engine refuses what does not check, in its own words
    title = (program.title if program is not None else "") or script.stem

    async def started(channel: Channel) -> str:
        account = arguments.account or _only_account(await desk(channel))
        command = StartBot(
            bot, "automated", account, source, tuple(arguments.settings), title, by=BY
        )
        await sent(channel, command, bot)
        return account

    account = with_engine(output, started)
    if not arguments.json:
        output.line(f"{bot} started on {account}")
    return {"bot": bot, "account": account}


def _only_account(view: DeskView) -> str:
    if len(view.accounts) == 1:
        return view.accounts[0].name
    names = ", ".join(row.name for row in view.accounts) or "none"
    raise UsageError(
        f"on which account? There are: {names}", where="lefi bots start", next_step="Add --account"
    )


def _stop(arguments: Namespace, output: Output) -> Any:
    bot = _named(arguments)

    async def stopped(channel: Channel) -> BotRow:
        await sent(channel, StopBot(bot, by=BY), bot)
        return _found(await desk(channel), bot)

    row = with_engine(output, stopped)
    if not arguments.json:
        output.line(f"{bot} is {row.status}")
    return _as_data(row)


def _set(arguments: Namespace, output: Output) -> Any:
    bot = _named(arguments)
    if not arguments.settings:
        raise UsageError("nothing to set", where=bot, next_step="lefi bots set NAME --set size=10%")
    command = ChangeSettings(bot, tuple(arguments.settings), by=BY)

    async def changed(channel: Channel) -> None:
        await sent(channel, command, bot)

    with_engine(output, changed)
    if not arguments.json:
        output.line(f"{bot} is set; states stay, indicators begin anew")
    return {"bot": bot, "settings": dict(arguments.settings)}


def _named(arguments: Namespace) -> str:
    if not arguments.bot:
        where = f"lefi bots {arguments.action}"
        raise UsageError("which bot?", where=where, next_step="`lefi bots` lists them")
    bot: str = arguments.bot
    return bot


_ACTIONS: Final[dict[str, Callable[[Namespace, Output], Any]]] = {
    "list": _list,
    "show": _show,
    "start": _start,
    "stop": _stop,
    "set": _set,
}
