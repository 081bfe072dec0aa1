"""One moment told whole: what began it, the runs with their conditions, verdicts, orders, fills.

What stands in the journal is always told; the runs are told where the tape of then is still there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.core.codec import decode
from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import ExitPlaced, OrderDenied, OrderFilled, OrderSubmitted
from lefi_tui.core.money import EXACT, MONEY, ZERO
from lefi_tui.engine.fold import Difference, message_of
from lefi_tui.engine.looking_back import Found, Scene
from lefi_tui.engine.witness import witnessed
from lefi_tui.ports.journal import JournalReader, Row, RowKind
from lefi_tui.views import numbers
from lefi_tui.views.story_view import BotRuns, Came, Decided, StoryView
from lefi_tui.views.trail import AuditEntry, Trail
from lefi_tui.views.trail_table import thread_of
from lefi_tui.views.trigger_words import trigger

BEGUN: Final = ("OrderSubmitted", "OrderDenied", "ExitPlaced", "OrderAdopted")
ASKED: Final = "ApprovalRequested"
_DECIDED: Final = {
    "OrderSubmitted": "sent",
    "OrderDenied": "denied",
    "IntentRefused": "held back",
}
CAME_MAX: Final = 60
LINKS_MAX: Final = 20


class _Rows(Struct):
    """The rows of one story, told by the trail."""

    n: int
    entries: tuple[AuditEntry, ...] = ()
    told: dict[str, Any] = field(default_factory=dict)


def begun_by(journal: JournalReader, order: str) -> Row | None:
    """The row that began this order; an exit's is that of the entry it hangs on."""
    row = _opener(journal, order)
    if row is None or row.type != ExitPlaced.__name__:
        return row
    event: ExitPlaced = decode(row.type, row.version, row.body)
    return _opener(journal, event.order.group) or row


def _opener(journal: JournalReader, name: str) -> Row | None:
    """Of an order, or of an approval."""
    if not name:
        return None
    found = journal.about(0, (f'"id":"{name}"',))
    return next((row for row in found if row.type in {*BEGUN, ASKED}), None)


def story(
    journal: JournalReader, n: int, title: str, found: Found, scene: Scene | None
) -> StoryView:
    """The story that message n began."""
    rows = _rows_of(journal, n)
    entries = _entries(journal, rows)
    bots = () if scene is None else _runs(scene)
    own = [each for each in entries if each.n == n]
    later = [each for each in entries if each.n != n and each.is_told]
    return StoryView(
        title,
        _at_ns(own, bots),
        n,
        _cause(own, n),
        _trigger(own, scene),
        bots,
        tuple(_decided(each) for each in own if each.is_told and each.kind == "event"),
        tuple(Came(e.at_ns, e.who, e.what, e.why) for e in later[:CAME_MAX]),
        tuple(_costs(rows)),
        _leads_to(journal, rows, n),
        untold=untold(found.untold, scene),
    )


def untold(difference: Difference | None, scene: Scene | None) -> str:
    if difference is None:
        return ""
    if difference.is_gap:
        return (
            f"The tape of then is gone (message {difference.n} is missing; it is kept tape_days): "
            "which handlers ran, and on which values, can't be told any more. What follows is "
            "from the journal."
        )
    what = "this moment" if scene is not None else "what came after"
    return f"This program tells {what} otherwise than the one of then: {difference}"


# ---- rows


def _rows_of(journal: JournalReader, n: int) -> tuple[Row, ...]:
    """Of the message, of the orders it sent, and of the exits that hang on them."""
    rows = journal.about(n, ())
    for _ in range(2):  # the orders, then their exits
        ids = _orders_in(rows, n)
        if not ids:
            return rows
        rows = journal.about(n, ids, rows[0].seq - 1)
    return rows


def _orders_in(rows: Iterable[Row], n: int) -> tuple[str, ...]:
    """Those that the message sent, and exits that belong to them."""
    ids: dict[str, None] = {}
    for row in rows:
        if row.type not in BEGUN:
            continue
        order = decode(row.type, row.version, row.body).order
        if row.n == n or order.group in ids:
            ids[order.id] = None
    return tuple(ids)


def _entries(journal: JournalReader, rows: Sequence[Row]) -> list[AuditEntry]:
    """With what led to the message: the story of the order or the approval that it is about."""
    trail = Trail()
    first = rows[0] if rows and rows[0].kind is RowKind.INPUT else None
    if first is not None:
        opener = _opener(journal, thread_of(decode(first.type, first.version, first.body))[1])
        if opener is not None:
            trail.remember(opener)
    return [trail.entry(row) for row in rows]


# ---- parts


def _runs(scene: Scene) -> tuple[BotRuns, ...]:
    message = message_of(scene.told)
    if message is None:
        return ()
    _, bots = witnessed(scene.before, message)
    return tuple(each for each in bots if each.runs or each.state)


def _at_ns(own: Sequence[AuditEntry], bots: Sequence[BotRuns]) -> int:
    if bots:
        return bots[0].at_ms * numbers.NS_PER_MS
    return own[0].at_ns if own else 0


def _cause(own: Sequence[AuditEntry], n: int) -> int:
    """Whose fill was heard, or whose question was answered."""
    return next((e.cause or e.story for e in own if e.cause or e.story != n), 0)


def _trigger(own: Sequence[AuditEntry], scene: Scene | None) -> str:
    words = "" if scene is None else trigger(message_of(scene.told))
    if words or not own or own[0].kind != RowKind.INPUT.value:
        return words
    why = f": {own[0].why}" if own[0].why else ""
    return f"Began with: {own[0].what}, by {own[0].who}{why}."


def _decided(entry: AuditEntry) -> Decided:
    outcome = _DECIDED.get(entry.type, "told")
    return Decided(entry.what, outcome, entry.why, entry.order, entry.verdicts)


def _costs(rows: Sequence[Row]) -> Iterable[str]:
    """What each order came to."""
    sums: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
    for row in rows:
        if row.type != OrderFilled.__name__:
            continue
        fill: OrderFilled = decode(row.type, row.version, row.body)
        units, cost, fees = sums.get(fill.order, (ZERO, ZERO, ZERO))
        sums[fill.order] = (
            EXACT.add(units, fill.quantity),
            MONEY.fma(fill.price, fill.quantity, cost),
            EXACT.add(fees, fill.fee),
        )
    for order, (units, cost, fees) in sums.items():
        average = numbers.amount(MONEY.divide(cost, units))
        filled = f"{numbers.quantity(units)} filled at {average} on average"
        yield f"{order}: {filled}, {numbers.amount(cost)} in all, fees {numbers.amount(fees)}"


def _leads_to(journal: JournalReader, rows: Sequence[Row], n: int) -> tuple[int, ...]:
    """Messages of this story in which another one's orders were sent: a bot that heard its fill."""
    later = dict.fromkeys(row.n for row in rows if row.n != n)
    sent = {OrderSubmitted.__name__, OrderDenied.__name__}
    return tuple(
        each
        for each in list(later)[:LINKS_MAX]
        if any(row.type in sent for row in journal.about(each, ()))
    )


# ---- how it stood


def standing_of(desk: Desk | None, bot: str, last_ns: int, asked_ns: int) -> str:
    """How the bot and the desk stood at the time asked for, and how long before it ran."""
    if desk is None or not bot:
        return ""
    record = desk.bots.get(bot)
    if record is None:
        return f"There was no bot {bot} on this desk then."
    words = f"{bot} was {record.status}"
    words += f" ({record.reason})" if record.reason else ""
    if record.warming and record.is_alive:
        words += f", {record.warming} candles"
    if last_ns and asked_ns - last_ns >= numbers.NS_PER_SECOND:
        words += f"; it had run {numbers.age((asked_ns - last_ns) // numbers.NS_PER_MS)} before"
    halted = "" if desk.trading_state == "active" else f" Trading was {desk.trading_state}"
    return f"{words}.{halted}{f' ({desk.trading_cause}).' if halted else ''}"


def readers_of(desk: Desk | None, account: str, symbol: str) -> str:
    """The bots that read a market then, and how each stood."""
    bots = [] if desk is None else [*desk.bots.values()]
    readers = [each for each in bots if each.account == account and symbol in each.needs.symbols]
    if not readers:
        return f"No bot read {symbol} on {account} then."
    return "; ".join(standing_of(desk, each.id, 0, 0).rstrip(".") for each in readers) + "."
