"""Makes notices of events: of those that happen now and, after a crash, of those that the journal
holds and nobody was told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from lefi_tui.core import messages as m
from lefi_tui.core.approval import Approval, AskedOrder
from lefi_tui.core.codec import CodecError, decode, encode
from lefi_tui.core.notices import TEXT_MAX, TITLE_MAX, Notice
from lefi_tui.core.order import Order
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.writer import SingleWriter
from lefi_tui.errors import shown
from lefi_tui.ports.journal import Journal
from lefi_tui.ports.notifier import Notifier
from lefi_tui.redaction import REDACTOR
from lefi_tui.views import numbers
from lefi_tui.views.severity import JOURNALED, severity_of
from lefi_tui.views.wording import said

CAUGHT_UP_MAX: Final = 400  # newest events that a start looks through


def notice_of(message: m.Message, n: int, orders: Mapping[str, Order]) -> Notice | None:
    """The same event gives the same key, however often it is told."""
    severity = severity_of(message)
    if severity is None:
        return None
    name, _, body = encode(message)
    key = hashlib.sha256(f"{name}{body}".encode()).hexdigest()[:16]
    title, text, channel = _words(message, orders)
    at_ns = message.approval.asked_at_ns if isinstance(message, m.ApprovalRequested) else 0
    at_ns = at_ns or getattr(message, "at_ns", 0)
    return Notice(
        key, at_ns, severity, _plain(title, TITLE_MAX), _plain(text, TEXT_MAX), channel, n
    )


def _words(message: m.Message, orders: Mapping[str, Order]) -> tuple[str, str, str]:
    """Title, text, and the channel where a script names one."""
    match message:
        case m.NoteWritten():
            return message.bot, message.text, message.channel
        case m.FeedStated():
            why = ". ".join(filter(None, (message.why, message.next)))
            return f"{message.account}: {message.what}", why, ""
        case m.ApprovalRequested():
            return *_asked(message.approval), ""
        case _:
            assert isinstance(message, m.Event)
            words = said(message, orders)
            assert words is not None, f"no words for {type(message).__name__}"
            parts = (words.where, words.why, words.next)
            return words.what, ". ".join(filter(None, parts)), ""


def _asked(approval: Approval) -> tuple[str, str]:
    """What would be sent, at what price at worst, and why; and until when it may be answered."""
    orders = "; ".join(_order(each) for each in approval.orders)
    until = f"Until {numbers.moment(approval.deadline_ns)} UTC; `lefi approvals` answers"
    parts = (orders, approval.why, until)
    return f"{approval.bot} asks: {approval.title}", ". ".join(filter(None, parts))


def _order(asked: AskedOrder) -> str:
    units = "" if asked.units is None else f" {numbers.amount(asked.units)}"
    price = "" if asked.price is None else f" at {numbers.amount(asked.price)} at worst"
    cost = "" if asked.cost is None else f", {numbers.amount(asked.cost)} {asked.unit}"
    return f"{asked.action}{units} {asked.symbol}{price}{cost}"


def _plain(text: str, most: int) -> str:
    """Nobody's terminal obeys it, no key is in it, and no service refuses it for its length."""
    clean = REDACTOR.clean(shown(text))
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"


class Story:
    """What the journal holds; read in threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def head(self) -> int:
        """Its newest message."""
        return self._journal.head().n

    def since(self, n: int) -> tuple[Notice, ...]:
        """From message `n` on, oldest first: a crash came before somebody was told."""
        found = []
        for row in self._journal.newest(JOURNALED, CAUGHT_UP_MAX):
            if row.n < n:
                continue
            try:
                notice = notice_of(decode(row.type, row.version, row.body), row.n, {})
            except CodecError:
                continue  # of an older program
            found += [] if notice is None else [notice]
        return tuple(found)


def listen(publisher: Publisher, notifier: Notifier) -> None:
    """Before the engine's first word."""

    def hand_over(n: int, message: m.Message, orders: Mapping[str, Order]) -> None:
        notice = notice_of(message, n, orders)
        if notice is not None:
            notifier.hand_over(notice)

    publisher.notice = hand_over


async def carry(writer: SingleWriter, notifier: Notifier) -> None:
    """Beside the turns; a word of the notifier's own goes to the screen."""

    def say(what: str, why: str, follow: str) -> None:
        at_ns = writer.setup.world.clock.now_ns()
        writer.publisher.tell(m.Told(at_ns, what, "notices", why, follow))

    await notifier.run(Story(writer.setup.journal), lambda: writer.failure is None, say)
