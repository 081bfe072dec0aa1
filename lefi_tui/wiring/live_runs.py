"""`lefi run --live`: one bot on an account whose orders leave, in the profile's own engine.

The rules it keeps: the journal of such an account is the profile's, never a throw-away one, so that
a start after a crash knows every order; every gate is shown before anything is asked or sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.live_gates import BY_THEMSELVES, TYPED
from lefi_tui.core.messages import StartBot, StopBot
from lefi_tui.errors import EngineAbsentError, RefusedError, UsageError
from lefi_tui.requests import Hear, RunLine, RunRequest
from lefi_tui.settings import Settings
from lefi_tui.views.gates_view import GatesView, lines
from lefi_tui.views.queries import BotQuery, GatesQuery
from lefi_tui.wiring.live_accounts import LIVE, SANDBOX
from lefi_tui.wiring.running import engine_pid

if TYPE_CHECKING:
    from lefi_tui.engine.channel import Channel

BY: Final = "command line"
ENDED_S: Final = 10.0  # a stop that takes longer is told as it stands
LOOK_S: Final = 0.1
COMPARED_S: Final = 20.0  # a first look at an exchange takes a second or two

Ask = Callable[[str], str]  # of a person: the account's name, typed


def run_live(request: RunRequest, settings: Settings, hear: Hear, ask: Ask) -> int:
    """Until its time is over or someone interrupts: then the bot stops, and what it holds stays."""
    account = settings.accounts.get(request.account)
    if account is None or account.mode not in {LIVE, SANDBOX}:
        named = ", ".join(
            name for name, each in settings.accounts.items() if each.mode in {LIVE, SANDBOX}
        )
        why = "--live is for an account whose orders leave"
        step = f"--account {named}" if named else 'Write one with mode = "sandbox" or "live"'
        raise UsageError(why, where=request.account or "--account", next_step=step)
    asyncio.run(_whole(request, settings, hear, ask))
    return 0


async def _whole(request: RunRequest, settings: Settings, hear: Hear, ask: Ask) -> None:
    from lefi_tui.wiring.runs import bot_id, insist, priced, tell, waited

    bot = bot_id(request.script)
    async with _engine(settings) as channel:
        events = asyncio.create_task(tell(channel, hear))
        try:
            await priced(channel, request.account, hear)
            typed = await _typed(channel, request, bot, (hear, ask))
            told = (bot, "automated", request.account, request.source, request.settings)
            command = StartBot(*told, by=BY, typed=typed)
            insist(await channel.send(command), str(request.script))
            await _until_over(waited(request.duration_ms), events)
            await channel.send(StopBot(bot, by=BY, reason="the run is over"))
            await _ended(channel, bot)
        finally:
            events.cancel()


async def _typed(channel: Channel, request: RunRequest, bot: str, talk: tuple[Hear, Ask]) -> str:
    """What a person typed, once they have seen every gate; one that is shut asks nothing."""
    hear, ask = talk
    account = request.account
    query = GatesQuery(account, request.source, request.settings, bot=bot)
    view = await _looked(channel, query)
    if view.refusal:
        raise RefusedError(view.refusal, where=account, next_step="No order was sent")
    at_ms = SystemClock().now_ns() // 1_000_000
    for gate, line in zip(view.rows, lines(view), strict=True):
        hear(RunLine("gate", at_ms, line, {"name": gate.name, "open": gate.is_open}))
    shut = _shut(view)
    if shut:
        why = f"{len(shut)} of {len(view.rows)} gates are shut: {', '.join(shut)}"
        raise RefusedError(why, where=account, next_step="Each says above what opens it")
    typed = await asyncio.to_thread(ask, account)
    if typed != account:
        why = "the account's name was not typed as it is"
        raise RefusedError(why, where=account, next_step="No order was sent")
    return typed


def _shut(view: GatesView) -> list[str]:
    return [each.name for each in view.rows if not each.is_open and each.name != TYPED]


async def _looked(channel: Channel, query: GatesQuery) -> GatesView:
    """An engine that has just begun is still comparing its books, and arming the switch."""
    clock = SystemClock()
    until_ns = clock.monotonic_ns() + int(COMPARED_S * 1e9)
    while True:
        view: GatesView = await channel.ask(query)
        if BY_THEMSELVES.isdisjoint(_shut(view)) or clock.monotonic_ns() > until_ns:
            return view
        await clock.sleep(LOOK_S)


@asynccontextmanager
async def _engine(settings: Settings) -> AsyncGenerator[Any, None]:
    """The one that runs; else one in this process, on the profile's own journal."""
    from lefi_tui.engine.channel import DirectChannel
    from lefi_tui.engine.client import SocketChannel
    from lefi_tui.wiring.demo import socket_path, started

    if engine_pid(settings.data_dir) is not None:
        channel = await SocketChannel.open(socket_path(settings.data_dir))
        try:
            yield channel
        finally:
            await channel.close()
        return
    engine = await asyncio.to_thread(started, settings, settings.data_dir)
    try:
        yield DirectChannel(engine)
    finally:
        await asyncio.to_thread(engine.stop)


async def _until_over(over: Coroutine[Any, Any, None], events: asyncio.Task[None]) -> None:
    """Or until the engine has ended: then its bot waits for the next start of it."""
    waiting = asyncio.create_task(over)
    await asyncio.wait({waiting, events}, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
        why = "the engine has ended while the bot ran"
        step = "`lefi engine` or `lefi` starts it again; the bot goes on then"
        raise EngineAbsentError(why, where="lefi run --live", next_step=step)


async def _ended(channel: Channel, bot: str) -> None:
    clock = SystemClock()
    until_ns = clock.monotonic_ns() + int(ENDED_S * 1e9)
    while clock.monotonic_ns() < until_ns:
        view = await channel.ask(BotQuery(bot))
        if view.status not in {"running", "stopping"}:
            return
        await clock.sleep(LOOK_S)
