"""How a change is written: a new mapping with one more entry, a bot with other values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from lefi_tui.core.desk.state import TRANSITIONS, Desk

K = TypeVar("K")
V = TypeVar("V")


def put(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    return {**mapping, key: value}


def with_bot(desk: Desk, bot_id: str, **changes: Any) -> Desk:
    before = desk.bots[bot_id]
    bot = replace(before, **changes)
    if "status" in changes:
        assert bot.status in TRANSITIONS[before.status], f"{bot_id}: {before.status} {bot.status}"
    return replace(desk, bots=put(desk.bots, bot_id, bot))
