"""Where the working orders of a bot stand in another text, or in the same with other settings.

The rule it keeps: an order has the place it would have, had the bot gone straight to that text; so
no detour leaves an order that the text then sends a second time.
"""

from __future__ import annotations

from typing import TypeAlias

from lefi_tui.core.bot import Rewritable, Text
from lefi_tui.core.desk.state import BotRecord, Desk

Sites: TypeAlias = tuple[tuple[int, int], ...]


def found_again(desk: Desk, bot: BotRecord, text: Text) -> Sites:
    """Those of its lost places that are there."""
    found = dict[int, int]()
    for number, lost in bot.gone.items():
        before = Text(desk.scripts[lost.version], lost.settings)
        site = dict(_places(desk, bot, before, text) or ()).get(lost.site)
        if site is not None:
            found[number] = site
    return tuple(found.items())


def renumbered(desk: Desk, bot: BotRecord, text: Text) -> Sites | None:
    """For other settings of its own text. None where each of its orders has the place it had."""
    entries = [each for each in desk.working_of(bot.id) if each.leg == "entry"]
    known = _places(desk, bot, Text(bot.source, bot.settings), text) if entries else None
    if known is None:
        return None
    sites = (*found_again(desk, bot, text), *known)
    stand = {**{number: number for number in bot.gone}, **dict(sites)}
    return None if all(stand.get(each.site) == each.site for each in entries) else sites


def _places(desk: Desk, bot: BotRecord, before: Text, after: Text) -> Sites | None:
    kind = desk.kinds[bot.kind]
    return kind.places(before, after) if isinstance(kind, Rewritable) else None
