"""How a change is written: a new mapping with one more entry, a bot with other values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from lefi_tui.core.desk.state import TRANSITIONS, BotRecord, Desk

K = TypeVar("K")
V = TypeVar("V")


def put(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    return {**mapping, key: value}


def with_bot(desk: Desk, bot_id: str, **changes: Any) -> Desk:
    before = desk.bots[bot_id]
    bot = replace(before, **changes)
    if "status" in changes:
        assert bot.status in TRANSITIONS[before.status], f"{bot_id}: {before.status} {bot.status}"
    bots = put(desk.bots, bot_id, bot)
    return with_bots(desk, bots) if _HEARING & changes.keys() else replace(desk, bots=bots)


_HEARING: Final = frozenset({"status", "needs", "update"})


def with_bots(desk: Desk, bots: Mapping[str, BotRecord]) -> Desk:
    """And who hears of which market, so that a quote asks none of all the others."""
    hearers: dict[tuple[str, str], tuple[str, ...]] = {}
    for bot in bots.values():
        symbols = bot.needs.symbols if bot.is_fed else ()
        if bot.update is not None:  # what it will need is heard already
            symbols = tuple(dict.fromkeys((*symbols, *bot.update.needs.symbols)))
        for symbol in symbols:
            key = bot.account, symbol
            hearers[key] = (*hearers.get(key, ()), bot.id)
    return replace(desk, bots=bots, hearers=hearers)
