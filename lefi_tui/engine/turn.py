"""One turn in memory: what waits is stepped and applied; what it leads to is ready to be committed.

Nothing here is published and no effect is carried out: that is the engine's, after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.answered import came_of, said_of
from lefi_tui.core.desk import Step, advance
from lefi_tui.core.messages import (
    AnswerApproval,
    ApprovalAnswered,
    BotRefused,
    Command,
    CommandRefused,
    Effect,
    Event,
    EventTaken,
    MarketInput,
    Message,
    NoteWritten,
    OrderDenied,
    OrderReport,
    OrderSubmitted,
    PlaceOrder,
    PlayGame,
    SayStatement,
)
from lefi_tui.core.record import Record
from lefi_tui.engine.inbox import Incoming
from lefi_tui.engine.standing import RowWriter, Standing
from lefi_tui.ports.journal import Batch, Change, RowKind

_REFUSALS: Final = (CommandRefused, BotRefused)
_BY_HAND: Final = (PlaceOrder, SayStatement)  # a denial is the answer to these


class Receipt(Record):
    """The engine's word on a command, given when its rows are durable."""

    is_accepted: bool
    text: str = ""
    n: int = 0  # its message number
    orders: tuple[str, ...] = ()  # that a person's own order or statement sent, by id


class Handled(Record):
    """One message and what it led to. Without a number it concerned nobody."""

    message: Incoming
    step: Step
    n: int = 0

    def receipt(self) -> Receipt:
        if isinstance(self.message, PlayGame):
            return self._of_play()
        for event in self.step.events:
            if isinstance(event, _REFUSALS):
                return Receipt(is_accepted=False, text=event.text, n=self.n)
            if isinstance(event, OrderDenied) and isinstance(self.message, _BY_HAND):
                return Receipt(is_accepted=False, text=event.order.reason, n=self.n)
            if isinstance(event, ApprovalAnswered) and isinstance(self.message, AnswerApproval):
                return Receipt(is_accepted=True, text=came_of(event, self.step.events), n=self.n)
            if isinstance(event, EventTaken):
                heard = f"heard by {', '.join(event.bots)}"
                return Receipt(not event.refusal, event.refusal or heard, self.n)
        return self._of_hand() if isinstance(self.message, _BY_HAND) else self._yes()

    def _yes(self) -> Receipt:
        return Receipt(is_accepted=True, n=self.n)

    def _of_hand(self) -> Receipt:
        events = self.step.events
        sent = tuple(each.order.id for each in events if isinstance(each, OrderSubmitted))
        return Receipt(is_accepted=True, text=said_of(events), n=self.n, orders=sent)

    def _of_play(self) -> Receipt:
        """A key may do several things; one that was refused is a no."""
        told = [
            (each.kind, each.text) for each in self.step.events if isinstance(each, NoteWritten)
        ]
        told += [("refused", each.text) for each in self.step.events if isinstance(each, _REFUSALS)]
        refused = [text for kind, text in told if kind == "refused"]
        said = refused or [text for _, text in told]
        return Receipt(not refused, said[-1] if said else "", self.n)


class Turn(Record):
    after: Standing
    batch: Batch
    handled: tuple[Handled, ...]

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(effect for each in self.handled for effect in each.step.effects)


def take_turn(before: Standing, messages: Sequence[Incoming], at_ns: int) -> Turn:
    """Step and apply each in its order."""
    desk = before.desk
    writer = RowWriter(before.head, before.tape_n)
    changes: list[Change] = []
    handled: list[Handled] = []
    for message in messages:
        told = stamped(message, at_ns)
        desk, step = advance(desk, told)
        events = tuple(event for event in step.events if isinstance(event, Event))
        if isinstance(told, MarketInput) and not step.is_consumed:
            handled.append(Handled(told, step))
            continue
        n = writer.next_message()
        _write(writer, told, events, at_ns)
        if events or not isinstance(told, MarketInput):
            changes.append(Change(n, at_ns, told, events, desk))
        handled.append(Handled(told, step, n))
    batch = Batch(tuple(writer.rows), tuple(writer.tape), tuple(changes))
    return Turn(Standing(desk, writer.head, writer.tape_n), batch, tuple(handled))


def _write(writer: RowWriter, message: Incoming, events: Sequence[Message], at_ns: int) -> None:
    if isinstance(message, MarketInput):
        writer.record(message)
    else:
        writer.write(RowKind.INPUT, message, at_ns)
    for event in events:
        writer.write(RowKind.EVENT, event, at_ns)


def stamped(message: Incoming, at_ns: int) -> Incoming:
    """A command without a time gets the turn's, as does what a venue says of an order: time enters
    as data, and is journaled with it."""
    if isinstance(message, OrderReport) and not message.heard_ns:
        return replace(message, heard_ns=at_ns)
    if isinstance(message, Command) and getattr(message, "at_ns", None) == 0:
        changes: dict[str, Any] = {"at_ns": at_ns}
        return replace(message, **changes)
    return message
