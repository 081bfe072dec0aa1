"""`lefi bots`: the bots of the running engine, listed, started, stopped, set and shown."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import to_builtins
from msgspec.structs import replace

from lefi_tui.adapters.script_files import text_of
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.cli.bot_life import (
    AUTOMATED,
    BY,
    GAME,
    named,
    pause,
    planned,
    press,
    refuse_values,
    resume,
)
from lefi_tui.cli.bot_update import own_scripts, update
from lefi_tui.cli.engine_client import desk, sent, with_engine
from lefi_tui.cli.game_start import Fitted, fitted
from lefi_tui.cli.output import Output
from lefi_tui.core.desk import BotStatus
from lefi_tui.core.messages import ChangeSettings, StartBot, StopBot
from lefi_tui.core.money import words
from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.lang.program import check
from lefi_tui.views import numbers
from lefi_tui.views.bot_settings import Change, changes, impact, plain, takes
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.desk_view import BotRow, DeskView, WhyView
from lefi_tui.views.queries import BotQuery, Channel, WhyQuery

DECISIONS_SHOWN: Final = 20
STOP_PATIENCE_NS: Final = 10_000_000_000  # a stop that takes longer is told as it stands
STOP_LOOK_S: Final = 0.1
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
    bot = named(arguments)

    async def seen(channel: Channel) -> tuple[BotRow, BotView, WhyView]:
        row = _found(await desk(channel), bot)
        return row, await _asked(channel, bot), await channel.ask(WhyQuery(bot))

    row, view, why = with_engine(output, seen)
    found = own_scripts(output).found(view.source)
    view = replace(view, script="" if found is None else found.told)
    if not arguments.json:
        for line in _told(row, view, why):
            output.line(line)
    about = to_builtins(view)
    kept = (
        "settings",
        "decisions",
        "waits",
        "shares",
        "earned",
        "started_ns",
        "version",
        "script",
        "reason",
        "plan",
    )
    return {
        **_as_data(row),
        **{name: about[name] for name in kept},
        "before": None if view.was is None else view.was.version,
        "updating": view.updating,
        "why": list(why.lines),
    }


async def _asked(channel: Channel, bot: str) -> BotView:
    view = await channel.ask(BotQuery(bot))
    assert isinstance(view, BotView)
    return view


def _told(row: BotRow, view: BotView, why: WhyView) -> Iterator[str]:
    yield f"{row.title} ({row.id}), {row.status}, {row.mode} on {row.account}"
    yield from _runs_with(row, view)
    for command in view.commands:
        yield f"  command {command.name!r}, key {command.key}"
    for each in view.settings:
        yield f"  {each.name} = {plain(each.value)}  ({takes(each)}, default {plain(each.default)})"
    for wait in view.waits:
        until = numbers.moment(wait.until_ms * numbers.NS_PER_MS)
        yield f"  {wait.told}, until {until}" if wait.until_ms else f"  {wait.told}"
    for share in view.shares:
        entry, profit = numbers.price(share.entry, share.places), numbers.signed(share.pnl, 2)
        yield f"  holds {words(share.units)} {share.symbol} at {entry}, profit {profit}"
    if view.earned is not None:
        earned = view.earned
        realized, fees = numbers.signed(earned.realized, 2), numbers.price(earned.fees, 2)
        yield f"  realized {realized} {view.currency}, fees {fees}"
    yield "  last run:"
    for line in why.lines:
        yield f"    {line}"
    yield "  last decisions, newest first:"
    for act in view.decisions[:DECISIONS_SHOWN]:
        told = ": ".join(filter(None, (act.what, act.why)))
        yield f"    {numbers.moment(act.at_ns)} {told}"


def _runs_with(row: BotRow, view: BotView) -> Iterator[str]:
    plan = f", {view.plan}" if view.plan else ""
    taking = f", takes {view.taking} once it is warm" if view.updating else ""
    yield f"  {view.text}{taking}, started {numbers.moment(view.started_ns)} UTC{plan}"
    if view.was is not None:
        yield f"  {view.was.text} before: lefi bots update {row.id} --back"


def _as_data(row: BotRow) -> dict[str, Any]:
    return {**to_builtins(row), "mode": row.mode.value, "symbols": list(row.symbols)}


def _found(view: DeskView, bot: str) -> BotRow:
    for row in view.bots:
        if row.id == bot:
            return row
    known = ", ".join(row.id for row in view.bots) or "none"
    raise RefusedError(f"no bot of this name; there are: {known}", where=bot, next_step="lefi bots")


# ---- start, stop, set


def _start(arguments: Namespace, output: Output) -> Any:
    if arguments.game:
        return _begin_game(arguments, output)
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
    refuse_values(source, dict(arguments.settings))
    program = check(source).program  # the engine refuses what does not check, in its own words
    title = (program.title if program is not None else "") or script.stem
    return _begin(arguments, output, StartBot(bot, AUTOMATED, "", source, title=title, by=BY))


def _begin_game(arguments: Namespace, output: Output) -> dict[str, Any]:
    bot = named(arguments)

    async def started(channel: Channel) -> tuple[str, Fitted]:
        account = await _account(channel, arguments)
        fit = await fitted(channel, account, bot, dict(arguments.settings))
        told = StartBot(bot, GAME, account, "", fit.settings, by=BY, typed=arguments.yes_live)
        await sent(channel, planned(told, arguments), bot)
        return account, fit

    account, fit = with_engine(output, started)
    if not arguments.json:
        output.line(f"{bot} started on {account}, disarmed: {fit.told}")
        if fit.doubt:
            output.line(fit.doubt)
    return {"bot": bot, "account": account, "settings": dict(fit.settings), "doubt": fit.doubt}


def _begin(arguments: Namespace, output: Output, command: StartBot) -> dict[str, str]:
    bot = command.bot

    async def started(channel: Channel) -> str:
        account = await _account(channel, arguments)
        told = replace(
            command,
            account=account,
            settings=tuple(arguments.settings),
            typed=arguments.yes_live,
        )
        await sent(channel, planned(told, arguments), bot)
        return account

    account = with_engine(output, started)
    if not arguments.json:
        output.line(f"{bot} started on {account}")
    return {"bot": bot, "account": account}


async def _account(channel: Channel, arguments: Namespace) -> str:
    if arguments.account:
        return str(arguments.account)
    view = await desk(channel)
    if len(view.accounts) == 1:
        return view.accounts[0].name
    names = ", ".join(row.name for row in view.accounts) or "none"
    raise UsageError(
        f"on which account? There are: {names}", where="lefi bots start", next_step="Add --account"
    )


def _stop(arguments: Namespace, output: Output) -> Any:
    bot = named(arguments)

    if arguments.close and arguments.keep:
        raise UsageError("keep or close, not both", where=bot, next_step="Leave one of them out")

    async def stopped(channel: Channel) -> BotRow:
        view = await _asked(channel, bot)
        if view.shares and not (arguments.close or arguments.keep):
            held = ", ".join(f"{words(each.units)} of {each.symbol}" for each in view.shares)
            raise UsageError(f"it holds {held}", where=bot, next_step="Add --keep or --close")
        await sent(channel, StopBot(bot, by=BY, closes=arguments.close), bot)
        return await _ended(channel, bot)

    row = with_engine(output, stopped)
    if not arguments.json:
        output.line(f"{bot} is {row.status}: {row.why}")
    return _as_data(row)


async def _ended(channel: Channel, bot: str) -> BotRow:
    """When the venue shows none of its orders, or as it stands when that takes long."""
    clock = SystemClock()
    until_ns = clock.monotonic_ns() + STOP_PATIENCE_NS
    row = _found(await desk(channel), bot)
    while row.status == BotStatus.STOPPING.value and clock.monotonic_ns() < until_ns:
        await clock.sleep(STOP_LOOK_S)
        row = _found(await desk(channel), bot)
    return row


def _set(arguments: Namespace, output: Output) -> Any:
    bot = named(arguments)
    if not arguments.settings:
        raise UsageError("nothing to set", where=bot, next_step="lefi bots set NAME --set size=10%")
    typed = dict(arguments.settings)

    async def changed(channel: Channel) -> tuple[tuple[Change, ...], str]:
        view = await _asked(channel, bot)
        if view.kind == AUTOMATED:
            refuse_values(view.source, typed)
        wanted = changes(view, typed)
        if wanted or not typed.keys() <= view.chosen.keys():
            await sent(channel, ChangeSettings(bot, tuple(typed.items()), by=BY), bot)
        return wanted, impact(view, wanted)

    wanted, does = with_engine(output, changed)
    if not arguments.json:
        for each in wanted:
            output.line(str(each))
        output.line(does if wanted else f"{bot} has these values already; nothing was sent.")
    told = [
        {"name": each.setting.name, "before": each.setting.value, "after": each.after}
        for each in wanted
    ]
    return {"bot": bot, "settings": typed, "changes": told}


_ACTIONS: Final[dict[str, Callable[[Namespace, Output], Any]]] = {
    "list": _list,
    "show": _show,
    "start": _start,
    "pause": pause,
    "resume": resume,
    "press": press,
    "stop": _stop,
    "set": _set,
    "update": update,
}
