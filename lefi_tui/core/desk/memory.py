"""The desk as plain data for a snapshot, and back. A bot's state is written by its own kind."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from lefi_tui.core.bot import BotKind
from lefi_tui.core.codec import from_plain, text_of, to_plain
from lefi_tui.core.desk.state import BotRecord, Desk


def to_memory(desk: Desk) -> Any:
    """All of the desk but its behavior, as JSON data."""
    bots = {name: _bot_out(desk, bot) for name, bot in desk.bots.items()}
    return to_plain(dataclasses.replace(desk, bots=bots))


def _bot_out(desk: Desk, bot: BotRecord) -> BotRecord:
    kind = desk.kinds[bot.kind]
    return dataclasses.replace(bot, state=text_of(kind.encode(bot.state)))


def from_memory(data: Any, kinds: Mapping[str, BotKind]) -> Desk:
    """The desk that `to_memory` wrote, with `kinds` as its behavior."""
    desk: Desk = from_plain(Desk, data)
    bots = {name: _bot_in(kinds, bot) for name, bot in desk.bots.items()}
    return dataclasses.replace(desk, bots=bots, kinds=kinds)


def _bot_in(kinds: Mapping[str, BotKind], bot: BotRecord) -> BotRecord:
    kind = kinds[bot.kind]
    state = kind.decode(bot.source, dict(bot.settings), json.loads(bot.state))
    return dataclasses.replace(bot, state=state)
