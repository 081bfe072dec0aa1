"""What came of a person's word on an approval: sent, asked again, refused by the gate and why.

The rule it keeps: it is read from what the same message led to, so the table of approvals, the
receipt and a rebuilt table say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lefi_tui.core.messages import (
    ApprovalAnswered,
    ApprovalRequested,
    BotFaulted,
    IntentRefused,
    Message,
    NoteWritten,
    OrderCancelRequested,
    OrderDenied,
    OrderSubmitted,
)
from lefi_tui.core.money import words
from lefi_tui.core.order import Order

GOES_ON = "its run goes on"
TAKES_ELSE = "nothing was sent"


def came_of(answered: ApprovalAnswered, events: Iterable[Message]) -> str:
    """In words, from all that the message with this answer led to."""
    told = "; ".join(_told(_behind(answered, events), answered))
    return told or (GOES_ON if answered.is_approved else TAKES_ELSE)


def _behind(answered: ApprovalAnswered, events: Iterable[Message]) -> Iterator[Message]:
    """A candle file answers at once, several in one message."""
    rest = iter(events)
    for event in rest:
        if event == answered:
            break
    for event in rest:
        if isinstance(event, ApprovalAnswered) and event.bot == answered.bot:
            return
        yield event


def _told(events: Iterable[Message], answered: ApprovalAnswered) -> Iterator[str]:
    """A run that asks again sends nothing before; behind a no or an order it is another question,
    of this run or of one that was queued behind it."""
    bot, is_settled = answered.bot, not answered.is_approved
    for event in events:
        is_again = not is_settled
        is_settled = is_settled or isinstance(event, OrderSubmitted | OrderDenied | IntentRefused)
        match event:
            case OrderSubmitted() if event.order.owner == bot:
                yield f"sent {_order(event.order)}"
            case OrderDenied() if event.order.owner == bot:
                failed = (each for each in event.verdicts if not each.passed)
                why = " ".join(each.text or each.code for each in failed) or event.order.reason
                yield f"refused by the gate, {_order(event.order)}: {why}"
            case ApprovalRequested() if event.approval.bot == bot and is_again:
                why = "a price moved over 1%, or what it would send changed"
                yield f"asked again as {event.approval.id}: {why}"
            case ApprovalRequested() if event.approval.bot == bot:
                yield f"then asked {event.approval.id}"
            case IntentRefused() if event.bot == bot:
                yield f"held back {event.action} {event.symbol}: {event.text or event.code}"
            case BotFaulted() if event.bot == bot:
                yield f"its bot failed: {event.text}"
            case _:
                continue


def _order(order: Order) -> str:
    units = "" if order.quantity is None else f"{words(order.quantity)} "
    return f"{order.terms.side} {units}{order.terms.symbol}"


def said_of(events: Iterable[Message]) -> str:
    """What a person's own order or statement led to, in words."""
    told = []
    for event in events:
        match event:
            case OrderSubmitted():
                limit = event.order.terms.limit
                how = "at market" if limit is None else f"at {words(limit)}"
                told.append(f"sent {_order(event.order)} {how}")
            case OrderCancelRequested():
                told.append(f"cancel asked for {event.order}")
            case NoteWritten():
                told.append(event.text)
            case _:
                continue
    return "; ".join(told)
