"""One bot as a person may look into it: what it runs with, what it did, holds and earned."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import LogRow, Mode, OrderRow
from lefi_tui.views.flows_view import FlowRow


class BotSetting(Record):
    """One setting as a form shows it. Values are Lefi text; no bounds are empty."""

    name: str
    kind: str
    value: str
    default: str
    low: str = ""
    high: str = ""
    choices: tuple[str, ...] = ()
    doc: str = ""


class ShareRow(Record):
    """What a bot holds of one position. Without a price nothing is said about profit."""

    symbol: str
    units: Decimal
    entry: Decimal
    mark: Decimal | None
    pnl: Decimal | None
    places: int
    age_ms: int  # of the mark
    limit_ms: int
    stop: str = ""  # how the whole position is protected, in a few words
    is_bare: bool = False

    @property
    def is_stale(self) -> bool:
        return self.age_ms > self.limit_ms


class Earned(Record):
    """What all its runs made on this account, before fees and funding."""

    realized: Decimal
    fees: Decimal
    funding: Decimal  # paid


class BotCommand(Record):
    """What a person in front of a bot may say, by which key, and what came of it last."""

    name: str
    key: str
    given_ns: int = 0  # 0: not as far back as is remembered
    came: str = ""


WAITS: Final = {
    "order": "waits for the end of {}",
    "undo": "waits until it is traded back: {}",
    "again": "tries once more to trade back {}",
    "approval": "waits for the yes of {}",
}


class WaitRow(Record):
    """What a run waits for: order, undo, again (an undo tried once more), approval."""

    kind: str
    what: str
    until_ms: int = 0  # 0: until it is there

    @property
    def told(self) -> str:
        return WAITS.get(self.kind, "waits for {}").format(self.what)


class Before(Record):
    """The text that a bot ran before, and the settings that were chosen for it then."""

    version: str
    source: str
    settings: tuple[tuple[str, str], ...] = ()
    title: str = ""
    text: str = ""  # in words: its version, or its hash where that is not known


class BotView(Record):
    """`is_known` is False for a bot that this desk has never had."""

    at_ns: int
    id: str
    is_known: bool = False
    title: str = ""
    kind: str = ""
    mode: Mode = Mode.DEMO
    account: str = ""
    currency: str = ""
    symbols: tuple[str, ...] = ()
    status: str = ""
    is_alive: bool = False
    warming: str = ""
    reason: str = ""  # why it stands as it does
    started_ns: int = 0
    version: str = ""  # the first letters of its text's hash
    script: str = ""  # "version 5 of mine", where a screen has found its text there
    source: str = ""
    settings: tuple[BotSetting, ...] = ()
    decisions: tuple[LogRow, ...] = ()  # newest first; above, a newer run that decided nothing
    shares: tuple[ShareRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()  # working
    earned: Earned | None = None  # None where no tables are kept
    waits: tuple[WaitRow, ...] = ()
    flows: tuple[FlowRow, ...] = ()  # cash flows of it that are open
    commands: tuple[BotCommand, ...] = ()
    is_open: bool = False  # it runs, or will when its time or a person says so
    is_waiting: bool = False  # for a person to resume it
    plan: str = ""  # its work mode and its window, where they are not the usual
    updating: str = ""  # the text that it is about to take: the first letters of its hash
    taking: str = ""  # the same in words
    was: Before | None = None  # what it ran before its last update
    chose: tuple[tuple[str, str], ...] = ()  # settings that were given, not the defaults

    @property
    def text(self) -> str:
        """What it runs, in words."""
        return f"{self.script}, text {self.version}" if self.script else f"text {self.version}"

    def named(self, script: str) -> BotView:
        """Where `script` is "version 5 of mine", also in what is told of its taking that text."""
        text = f"text {self.version}"
        told = tuple(
            replace(each, what=each.what.replace(text, f"{script}, {text}"))
            if script and script not in each.what
            else each
            for each in self.decisions
        )
        return replace(self, script=script, decisions=told)

    @property
    def unrealized(self) -> Decimal | None:
        """None while a price is missing."""
        known = [row.pnl for row in self.shares if row.pnl is not None]
        return sum(known, ZERO) if len(known) == len(self.shares) else None

    @property
    def chosen(self) -> dict[str, str]:
        """Its settings as they are in force."""
        return {each.name: each.value for each in self.settings}
