"""`lefi bots pause|resume|press`, and how long a bot is started for."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.cli.engine_client import desk, sent, with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import (
    Command,
    GiveCommand,
    PauseBot,
    PlayGame,
    ResumeBot,
    StartBot,
    Work,
)
from lefi_tui.errors import SettingRefusedError, UsageError
from lefi_tui.lang.chosen import not_taken
from lefi_tui.views.queries import Channel

BY: Final = "command line"
AUTOMATED: Final = "automated"
GAME: Final = "ttadak"
NS_PER_MS: Final = 1_000_000


def refuse_values(source: str, typed: Mapping[str, str]) -> None:
    """What the script does not take, told as it was typed, before the engine is asked."""
    found = not_taken(source, typed)
    if found is not None:
        raise SettingRefusedError(found.why, where=found.option, next_step=found.next_step)


def planned(command: StartBot, arguments: Namespace) -> StartBot:
    """With its work mode and its window, as the options say."""
    if arguments.once and arguments.until_executed:
        step = "Leave one of them out"
        raise UsageError("--once or --until-executed, not both", where=command.bot, next_step=step)
    work = Work.ONCE if arguments.once else Work.RECURRING
    work = Work.UNTIL_EXECUTED if arguments.until_executed else work
    begins, ends = (each * NS_PER_MS for each in (arguments.start_ms, arguments.until_ms))
    return replace(command, work=work, from_ns=begins, until_ns=ends)


def pause(arguments: Namespace, output: Output) -> Any:
    bot = named(arguments)
    return _sent(PauseBot(bot, by=BY), bot, "is paused; its orders and position stay", output)


def resume(arguments: Namespace, output: Output) -> Any:
    bot = named(arguments)
    return _sent(ResumeBot(bot, by=BY), bot, "goes on", output)


def press(arguments: Namespace, output: Output) -> Any:
    bot = named(arguments)
    if not arguments.said:
        step = f'lefi bots press {bot} "BUY GAME"; `lefi bots show {bot}` lists its commands'
        raise UsageError("which command?", where=bot, next_step=step)
    said, do = arguments.said, _play(arguments.said)

    async def told(channel: Channel) -> None:
        games = [each.id for each in (await desk(channel)).bots if each.kind == GAME]
        if do is not None and bot in games:
            await sent(channel, PlayGame(bot, Play(do, typed=arguments.yes_live), by=BY), bot)
        else:
            await sent(channel, GiveCommand(bot, said, by=BY), bot)

    return _told(told, bot, f"heard {said}", output)


def _play(said: str) -> Do | None:
    """Keys of a game by their names: arm, buy, sell, flatten."""
    return next((each for each in Do if each.value == said.lower()), None)


def _sent(command: Command, bot: str, words: str, output: Output) -> dict[str, str]:
    async def told(channel: Channel) -> None:
        await sent(channel, command, bot)

    return _told(told, bot, words, output)


def _told(
    told: Callable[[Channel], Awaitable[None]], bot: str, words: str, output: Output
) -> dict[str, str]:
    with_engine(output, told)
    output.say(f"{bot} {words}.")
    return {"bot": bot, "done": words}


def named(arguments: Namespace) -> str:
    if not arguments.bot:
        where = f"lefi bots {arguments.action}"
        raise UsageError("which bot?", where=where, next_step="`lefi bots` lists them")
    bot: str = arguments.bot
    return bot
