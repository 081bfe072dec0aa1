"""The desk as text and back, so that a start need not carry out the journal from its beginning.

Mappings keep their order here: which bot runs first, which order is forgotten first, hang on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_type_hints

from msgspec.structs import replace

from lefi_tui.core.bot import BotKind
from lefi_tui.core.codec import from_plain, text_of, to_plain
from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.desk.changing import with_bots
from lefi_tui.core.desk.state import UNSAVED
from lefi_tui.engine.standing import Standing
from lefi_tui.ports.journal import SavedDesk


def save(standing: Standing) -> SavedDesk:
    desk = _with_plain_states(standing.desk)
    saved = (name for name in Desk.__struct_fields__ if name not in UNSAVED)
    plain = {name: _in_order(getattr(desk, name)) for name in saved}
    return SavedDesk(standing.head, standing.tape_n, text_of(plain))


def _with_plain_states(desk: Desk) -> Desk:
    """A bot's state is JSON of its own kind's making: kept as text, so that nobody rewrites it."""
    bots = {
        key: replace(bot, state=text_of(desk.kinds[bot.kind].encode(bot.state)))
        for key, bot in desk.bots.items()
    }
    return replace(desk, bots=bots)


def _in_order(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [[to_plain(key), to_plain(each)] for key, each in value.items()]
    return to_plain(value)


def load(saved: SavedDesk, kinds: Mapping[str, BotKind]) -> Standing:
    """Where the engine stood when it was saved; `kinds` is behavior and is never saved."""
    plain = json.loads(saved.body)
    hints = get_type_hints(Desk)
    parts = {name: from_plain(hints[name], data) for name, data in plain.items()}
    desk = replace(Desk(**parts), kinds=kinds)
    bots = {key: _with_state(bot, kinds) for key, bot in desk.bots.items()}
    return Standing(with_bots(desk, bots), saved.head, saved.tape_n)


def _with_state(bot: BotRecord, kinds: Mapping[str, BotKind]) -> BotRecord:
    state = kinds[bot.kind].decode(bot.source, dict(bot.settings), json.loads(bot.state))
    return replace(bot, state=state)
