"""The exchange keys of a profile as a list: whose, since when, and what the last test said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.keys_view import KeyRow, KeysView, summary, verdict
from widgets.board import Listing
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Span, table

READING: Final = "the store of keys is looked for"
NO_ACCOUNT: Final = "no account of config.toml names an exchange: [accounts.NAME] is one"
NS_PER_MS: Final = 1_000_000


def _when(at_ms: int) -> Span:
    return (numbers.moment(at_ms * NS_PER_MS)[5:] if at_ms else numbers.UNKNOWN, Ink.DIM)


def _key(row: KeyRow) -> Span:
    if not row.set_at_ms:
        return ("none", Ink.DIM)
    return ("new one waits", Ink.WARN) if row.new_at_ms else ("is there", Ink.TEXT)


def _test(row: KeyRow) -> Span:
    rights = row.rights
    if rights is None:
        return (verdict(None) if row.set_at_ms else "", Ink.DIM)
    is_bad = rights.is_valid is False or rights.can_withdraw or rights.can_trade is False
    is_good = rights.is_valid and rights.can_trade
    return (verdict(rights), Ink.BAD if is_bad else Ink.GAIN if is_good else Ink.WARN)


COLUMNS: Final[tuple[Column[KeyRow], ...]] = (
    Column("account", 12, lambda row: (row.account, Ink.TEXT)),
    Column("exchange", 12, lambda row: (row.exchange or "not there", Ink.DIM), rank=2),
    Column("mode", 7, lambda row: (row.mode, Ink.BAD if row.mode == "live" else Ink.DIM), rank=3),
    Column("key", 13, _key),
    Column("set", 11, lambda row: _when(row.set_at_ms), rank=4),
    Column("test", 22, _test, grows=True),
    Column("tested", 11, lambda row: _when(row.tested_at_ms), rank=1),
)


class KeyList(Listing[KeysView]):
    IS_POINTED = True

    def draw(self, view: KeysView | None, frame: Frame) -> Page:
        rows = () if view is None else view.rows
        return table("Keys", COLUMNS, rows, frame, READING if view is None else NO_ACCOUNT)

    def keys(self, view: KeysView) -> Sequence[str]:
        return tuple(row.account for row in view.rows)

    def explain(self, view: KeysView, number: int) -> str:
        return summary(view.rows[number])

    @property
    def selected(self) -> KeyRow | None:
        return self.view.rows[self.cursor] if self.view and self.view.rows else None
