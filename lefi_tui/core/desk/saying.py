"""One statement of Lefi, said by a person: compiled as a script's, decided once, sent by the hand.

The rules it keeps: what a statement wants passes the same gate as an order of the ticket; what
waits, asks, remembers or moves money is a script's; where one of its wishes can't be, it is refused
before anything of it is sent.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.bot import OWN_ACCOUNT, BotKind, Decision, Intent, Needs, Note, Occasion
from lefi_tui.core.desk import waiting
from lefi_tui.core.desk.closing import close_position
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.hand import place_order, see
from lefi_tui.core.desk.orders import cancel_orders
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.messages import (
    ClosePosition,
    CommandRefused,
    Event,
    NoteWritten,
    OrderDenied,
    PlaceOrder,
    SayStatement,
    StatementSaid,
    Transient,
)
from lefi_tui.core.order import HAND, Side
from lefi_tui.core.record import Record

KIND: Final = "automated"  # whose language it is
BEFORE: Final = "on Start {\n"
AFTER: Final = "\n}\n"
TEXT_MAX: Final = 500
NS_PER_MS: Final = 1_000_000
NAME: Final = "SayStatement"
A_SCRIPT: Final = "Write a script for that: F3, Ctrl+N."


def source_of(text: str) -> str:
    """The script that it is: what is said stands in line 2, where it stood."""
    return f"{BEFORE}{text}{AFTER}"


class Wish(Record):
    """What a statement wants as the desk stands; `refusal` is why it can't be."""

    intents: tuple[Intent, ...] = ()
    notes: tuple[Note, ...] = ()
    refusal: str = ""


def wish_of(desk: Desk, command: SayStatement) -> Wish:
    """Nothing is sent, and no gate is asked yet."""
    refusal = _refusal(desk, command)
    if refusal:
        return Wish(refusal=refusal)
    decision = _decided(desk, desk.kinds[KIND], command)
    return Wish(decision.intents, decision.notes, _not_by_hand(decision))


def say_statement(draft: Draft, command: SayStatement) -> None:
    see(draft, command.account, command.quotes)
    wish = wish_of(draft.desk, command)
    refusal = wish.refusal or _refused(draft.desk, command, wish)
    if refusal:
        draft.refuse(NAME, command.at_ns, refusal)
        return
    draft.say(StatementSaid(command.account, command.text, command.at_ns, command.by))
    for note in wish.notes:
        draft.say(_noted(note, command.at_ns))
    for intent in wish.intents:
        _carry_out(draft, command, intent)


def _noted(note: Note, at_ns: int) -> NoteWritten:
    return NoteWritten(HAND, note.kind, note.text, note.channel, at_ns)


# ---- why not


def _refusal(desk: Desk, command: SayStatement) -> str:
    if command.account not in desk.accounts:
        return f"There is no account {command.account!r}; there are {', '.join(desk.accounts)}."
    if waiting.is_file(desk, command.account):
        return f"{command.account} is a candle file: what is traded there stands in its scripts."
    if len(command.text) > TEXT_MAX or "\n" in command.text:
        return f"A statement is one line of {TEXT_MAX} letters at most. {A_SCRIPT}"
    return _not_lefi(desk, command)


def _not_lefi(desk: Desk, command: SayStatement) -> str:
    """What its language says of it, and what it needs."""
    kind, source = desk.kinds[KIND], source_of(command.text)
    wrong = kind.refused(source, {})
    if wrong:
        return wrong
    needs = kind.needs(source, {})
    if needs.history_bars or not needs.starts_only:
        return f"That needs candles or events, a statement has none. {A_SCRIPT}"
    unknown = [each for each in needs.symbols if (command.account, each) not in desk.instruments]
    return f"Account {command.account} has no market {unknown[0]}." if unknown else ""


def _decided(desk: Desk, kind: BotKind, command: SayStatement) -> Decision:
    source = source_of(command.text)
    hand = as_bot(desk, command.account, source, kind.needs(source, {}), command.at_ns)
    occasion = Occasion(command.at_ns // NS_PER_MS, started=True)
    return kind.decide(kind.begin(source, {}), occasion, DeskSnapshot(desk, hand))


def as_bot(desk: Desk, account: str, source: str, needs: Needs, at_ns: int) -> BotRecord:
    """A person's hand, seen as a bot: what it holds and has working is the hand's."""
    return BotRecord(
        id=HAND,
        kind=KIND,
        account=account,
        mode=desk.accounts[account].mode,
        version="",
        source=source,
        settings=(),
        title="",
        needs=needs,
        state=None,
        status=BotStatus.RUNNING,
        started_at_ns=at_ns,
    )


def _not_by_hand(decision: Decision) -> str:
    """What only a bot can look after."""
    if decision.fault:
        return f"It failed: {decision.fault}"
    if decision.refusals:
        return "; ".join(each.text or each.code for each in decision.refusals)
    is_long = decision.awaited or decision.asked or decision.planned or decision.emitted
    is_step = any(each.ticket or each.is_step or each.is_advised for each in decision.intents)
    others = any(each.account not in OWN_ACCOUNT for each in decision.intents)
    is_moved = any(each.action == "transfer" for each in decision.intents)
    if is_long or is_step or others or is_moved or decision.is_finalized:
        return f"That waits, asks, plans or moves money: a bot must look after it. {A_SCRIPT}"
    if not decision.intents and not decision.notes:
        return "Nothing was wanted: its conditions do not hold now, so nothing was sent."
    return ""


def _refused(desk: Desk, command: SayStatement, wish: Wish) -> str:
    """All of it is tried in its turn, on what its earlier wishes leave, before any of it leaves."""
    trial = Draft(desk)
    for intent in wish.intents:
        _carry_out(trial, command, intent)
    return next((words for each in trial.events if (words := _no(each))), "")


def _no(event: Event | Transient) -> str:
    match event:
        case CommandRefused():
            return event.text
        case OrderDenied():
            return event.order.reason
        case _:
            return ""


# ---- carried out


def order_of(command: SayStatement, intent: Intent) -> PlaceOrder:
    """A buy or a sell of it, as the ticket would send it."""
    return PlaceOrder(
        command.account,
        intent.symbol,
        Side.BUY if intent.action == "buy" else Side.SELL,
        intent.size,
        limit=intent.limit,
        exits=intent.exits,
        time_in_force=intent.time_in_force,
        is_reduce_only=intent.is_reduce_only,
        is_post_only=intent.is_post_only,
        leverage=intent.leverage,
        is_confirmed=command.is_confirmed,
        at_ns=command.at_ns,
        by=command.by,
        facts=command.facts,
    )


def _carry_out(draft: Draft, command: SayStatement, intent: Intent) -> None:
    key = (command.account, intent.symbol)
    match intent.action:
        case "buy" | "sell":
            place_order(draft, order_of(command, intent))
        case "close":
            close_position(draft, ClosePosition(*key, command.at_ns, command.by))
        case "cancel":
            mine = [
                each
                for each in draft.desk.working_of(HAND)
                if (each.account, each.terms.symbol) == key and each.leg == "entry"
            ]
            cancel_orders(draft, mine, command.at_ns, command.by)
        case _:
            raise AssertionError(f"no action of a statement: {intent!r}")
