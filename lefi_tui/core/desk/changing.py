"""How a change is written: a new mapping with one more entry, a bot with other values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from lefi_tui.core.desk.state import TRANSITIONS, BotRecord, Desk

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", Desk, BotRecord)


def put(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    return {**mapping, key: value}


def changed(record: R, **changes: Any) -> R:
    """As `dataclasses.replace` without asking each of dozens of fields: it runs at each candle."""
    assert changes.keys() <= record.__dict__.keys(), changes.keys()
    after = object.__new__(type(record))
    after.__dict__.update(record.__dict__, **changes)
    return after


def with_bot(desk: Desk, bot_id: str, **changes: Any) -> Desk:
    before = desk.bots[bot_id]
    bot = changed(before, **changes)
    if "status" in changes:
        assert bot.status in TRANSITIONS[before.status], f"{bot_id}: {before.status} {bot.status}"
    return changed(desk, bots=put(desk.bots, bot_id, bot))
