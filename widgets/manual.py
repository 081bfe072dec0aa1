"""A bot with a person in front: its commands and their keys, and what it holds and did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.bot_view import BotCommand, BotView
from widgets.board import Listing
from widgets.bot_pane import in_front
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Span, filled, padded, table
from widgets.prices import WAITING

NO_COMMANDS: Final = "it takes none: `on Command` of a manual script gives some"


class Keyed(Record):
    """`taken` says why its key does not give it; empty where it does."""

    command: BotCommand
    taken: str = ""


class Fronted(Record):
    """A bot with its commands as their keys stand on this screen."""

    bot: BotView
    commands: tuple[Keyed, ...]
    ignored: int = 0  # presses that a held key repeated
    silent_ms: int = 0


def _key(row: Keyed) -> Span:
    return row.command.key or "-", Ink.WARN if row.taken else Ink.KEY


def _last(row: Keyed) -> Span:
    if row.taken:
        return f"{row.taken}: Enter gives it", Ink.WARN
    if not row.command.given_ns:
        return "not given yet", Ink.FAINT
    return f"{numbers.clock(row.command.given_ns)} {row.command.came}", Ink.DIM


COLUMNS: Final[tuple[Column[Keyed], ...]] = (
    Column("key", 6, _key),
    Column("command", 14, lambda row: (row.command.name, Ink.TEXT)),
    Column("last", 16, _last, grows=True),
)


class Commands(Listing[Fronted]):
    """Enter gives the one under the cursor; its own key gives each."""

    IS_POINTED = True

    def draw(self, view: Fronted | None, frame: Frame) -> Page:
        rows = () if view is None else view.commands
        return table("key", COLUMNS, rows, frame, WAITING if view is None else NO_COMMANDS)

    def keys(self, view: Fronted) -> Sequence[str]:
        return tuple(row.command.name for row in view.commands)

    def explain(self, view: Fronted, number: int) -> str:
        row = view.commands[number]
        return f"{row.command.name}: {_last(row)[0]}"

    @property
    def selected(self) -> Keyed | None:
        return self.view.commands[self.cursor] if self.view and self.view.commands else None


def page(view: Fronted | None, frame: Frame) -> Page:
    """As much as fits from line `frame.top` on."""
    if view is None:
        return filled([padded([(f" {WAITING}", Ink.DIM)], frame)], frame)
    rows = list(in_front(view.bot, _ignored(view.ignored), frame, view.silent_ms))
    top = max(0, min(frame.top, len(rows) - frame.height))
    return filled(rows[top : top + frame.height], frame, top)


def _ignored(count: int) -> str:
    presses = "press" if count == 1 else "presses"
    return f"{count} repeated {presses} ignored" if count else ""
