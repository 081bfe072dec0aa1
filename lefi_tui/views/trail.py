"""The audit trail: every row of the journal as who, what, why, before and after, in its story.

A story's number is that of the message that began it: a key press, a candle, a timer. What later
speaks of an order or an approval of that story (accepted, filled, answered) belongs to it too. The
trail is a view: nothing is kept for it, so a journal of any age has one.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from lefi_tui.core.codec import CodecError, decode
from lefi_tui.core.messages import AdvanceKill, Command, Event, TakeOrders, TimersDue, Verdict
from lefi_tui.core.order import Order
from lefi_tui.core.record import Record
from lefi_tui.ports.journal import Row, RowKind
from lefi_tui.views.hiding import Hiding
from lefi_tui.views.trail_table import (
    ADOPTED,
    BEGINNINGS,
    REASONS,
    REMEMBERED,
    thread_of,
    values_of,
)
from lefi_tui.views.wording import WORDINGS, asked, said

STORIES_MAX: Final = 200_000  # a late word on an older order is a story of its own
ORDERS_MAX: Final = 2_048  # orders that later rows name in words


class AuditEntry(Record):
    """One row. `story` is its correlation id, `cause` the story that led to it (0: none)."""

    seq: int
    n: int
    at_ns: int
    kind: str  # input | event | engine
    type: str
    who: str
    bot: str
    where: str
    what: str
    why: str
    before: tuple[tuple[str, str], ...]  # only what differs
    after: tuple[tuple[str, str], ...]
    story: int
    cause: int
    order: str  # its id, where the row is about one
    run: str  # of the bot that sent that order
    verdicts: tuple[Verdict, ...]  # of the gate: all of them, not only what it stopped at
    hash: str
    is_told: bool  # it has words for people; the rest is for machines


class _Message(Struct):
    """The message whose rows are being read."""

    n: int = 0
    story: int = 0
    cause: int = 0


class Trail:
    """A fold over the rows in their order."""

    def __init__(self) -> None:
        self._stories: OrderedDict[str, int] = OrderedDict()
        self._orders: OrderedDict[str, Order] = OrderedDict()
        self._values: dict[str, dict[str, str]] = {}
        self._message = _Message()
        self._hiding = Hiding()

    def story_of(self, name: str) -> int:
        """Of an order, a bot's run or an approval; 0 where none is known by it."""
        kinds = ("order", "run", "approval")
        return next(filter(None, (self._stories.get(f"{each} {name}") for each in kinds)), 0)

    def remember(self, row: Row) -> None:
        """A row that is not shown: what later ones need of it."""
        if row.type in REMEMBERED:
            self.entry(row)

    def entry(self, row: Row) -> AuditEntry:
        told = _told(row)
        self._begin(row, told)
        story = self._story(told)
        before, after = self._changed(told)
        entry = AuditEntry(
            row.seq,
            row.n,
            row.at_ns,
            row.kind.value,
            row.type,
            _who(row, told),
            _bot(told),
            "",
            asked(row.type),
            _first(told, REASONS),
            before,
            after,
            story,
            self._message.cause if story == self._message.story else 0,
            _order_id(told),
            getattr(getattr(told, "order", None), "run", ""),
            getattr(told, "verdicts", ()),
            row.hash,
            is_told=isinstance(told, Command),
        )
        return self._clean(self._worded(entry, told))

    # ---- stories

    def _begin(self, row: Row, told: Any) -> None:
        if row.n == self._message.n:
            return
        kind, name = thread_of(told)
        is_input = row.kind is RowKind.INPUT
        known = self._stories.get(f"{kind} {name}", 0) if kind and is_input else 0
        if known and kind in ADOPTED:
            self._message = _Message(row.n, known)
        else:
            self._message = _Message(row.n, row.n, known)

    def _story(self, told: Any) -> int:
        kind, name = thread_of(told)
        if not kind:
            return self._message.story
        if type(told).__name__ in BEGINNINGS:
            self._stories.pop(f"{kind} {name}", None)
        order = getattr(told, "order", None)
        if isinstance(order, Order):
            self._know(order)
        return self._stories.get(f"{kind} {name}") or self._open(f"{kind} {name}")

    def _know(self, order: Order) -> None:
        """An exit belongs to the story of the entry that it hangs on."""
        of_group = self._stories.get(f"order {order.group}") if order.group else None
        self._open(f"order {order.id}", of_group)
        if order.run:
            self._open(f"run {order.run}", of_group)
        self._orders[order.id] = order
        if len(self._orders) > ORDERS_MAX:
            self._orders.popitem(last=False)

    def _open(self, thread: str, story: int | None = None) -> int:
        found = self._stories.setdefault(thread, story or self._message.story)
        if len(self._stories) > STORIES_MAX:
            self._stories.popitem(last=False)
        return found

    # ---- before and after

    def _changed(self, told: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        before: dict[str, str] = {}
        after: dict[str, str] = {}
        for thing, values in values_of(told):
            old = self._values.get(thing, {})
            names = [name for name in {**old, **values} if old.get(name) != values.get(name)]
            before |= {name: old[name] for name in names if name in old}
            after |= {name: values[name] for name in names if name in values}
            self._values[thing] = dict(values)
            self._hiding.pairs(values.items())
        return self._hiding.pairs(before.items()), self._hiding.pairs(after.items())

    # ---- words

    def _clean(self, entry: AuditEntry) -> AuditEntry:
        hide = self._hiding.text
        return replace(entry, what=hide(entry.what), why=hide(entry.why))

    def _worded(self, entry: AuditEntry, told: Any) -> AuditEntry:
        if isinstance(told, Command):
            return replace(entry, what=_asked(entry.type, told), where=_first(told, ("account",)))
        line = said(told, self._orders) if type(told) in WORDINGS else None
        if line is None:
            return entry
        why = line.why or entry.why
        why = "" if why in line.what else why  # a note, a step of the kill: said already
        return replace(entry, what=line.what, why=why, where=line.where, is_told=True)


def _told(row: Row) -> Any:
    """The message, or its plain data where this program can't read it."""
    try:
        return decode(row.type, row.version, row.body)
    except CodecError:
        try:
            return json.loads(row.body)
        except ValueError:
            return None


def _who(row: Row, told: Any) -> str:
    by = getattr(told, "by", "")
    if by:
        return str(by)
    if row.kind is RowKind.ENGINE or isinstance(told, AdvanceKill | TakeOrders):
        return "engine"
    if isinstance(told, Command):
        return "settings"
    if isinstance(told, Event):
        order = getattr(told, "order", None)
        owner = getattr(told, "owner", "") or getattr(order, "owner", "")
        return str(owner or getattr(told, "bot", "") or "desk")
    return "scheduler" if isinstance(told, TimersDue) else "venue"


def _bot(told: Any) -> str:
    order = getattr(told, "order", None)
    return str(
        getattr(told, "bot", "") or getattr(told, "owner", "") or getattr(order, "owner", "")
    )


def _order_id(told: Any) -> str:
    order = getattr(told, "order", "")
    return order.id if isinstance(order, Order) else str(order or "")


def _first(told: Any, names: tuple[str, ...]) -> str:
    return next((str(value) for name in names if (value := getattr(told, name, ""))), "")


def _asked(kind: str, command: Command) -> str:
    about = _first(command, ("bot", "order", "approval", "name", "symbol", "account"))
    return f"Asked: {asked(kind)[0].lower()}{asked(kind)[1:]} {about}".rstrip()
