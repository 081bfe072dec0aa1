"""What a person may say to a bot, by which key, and what came of it last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.views.bot_view import BotCommand
from lefi_tui.views.desk_view import LogRow

GIVEN: Final = "Command"
NOTHING: Final = "it asked for nothing"


def given(name: str) -> str:
    """How the log tells of it."""
    return f"{GIVEN} {name}"


def commands_of(
    commands: Sequence[tuple[str, str]], did: Sequence[LogRow]
) -> tuple[BotCommand, ...]:
    """`did` is what the bot did, newest first: what stands above a command came of it."""
    return tuple(_told(name, key, did) for name, key in commands)


def _told(name: str, key: str, did: Sequence[LogRow]) -> BotCommand:
    at = next((at for at, each in enumerate(did) if each.what == given(name)), None)
    if at is None:
        return BotCommand(name, key)
    after = did[at - 1].what if at else ""
    came = after if after and not after.startswith(f"{GIVEN} ") else NOTHING
    return BotCommand(name, key, did[at].at_ns, came)
