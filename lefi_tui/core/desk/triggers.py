"""What reaches bots from outside the market: custom events, and the commands of a person.

The rules it keeps: an event with an id is heard once, however often it is sent, also over a
restart; what nobody hears, or no bot can read, is answered with the reason.
"""

from __future__ import annotations

import math
from typing import Final

from lefi_tui.core.bot import Emitted, Given, Occasion
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.runs import run_bot
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.messages import (
    CommandGiven,
    EmitEvent,
    EventTaken,
    GiveCommand,
    NoteWritten,
    Sizing,
)

NS_PER_MS: Final = 1_000_000
NAME_MAX: Final = 64  # letters of an event's name, or of a field's
FIELDS_MAX: Final = 32
TEXT_MAX: Final = 1_000  # letters of one field
ID_MAX: Final = 200
SHOWN_MAX: Final = 8  # names that a refusal repeats


def emit_event(draft: Draft, command: EmitEvent) -> None:
    """Every running bot that names it hears it; the answer says which, or why none."""
    known = draft.desk.taken.get(command.id) if command.id else None
    if known is not None:
        if known.refusal:
            draft.refuse("EmitEvent", command.at_ns, known.refusal)
        return
    wrong = _wrong(command)
    bots, refusal = ((), wrong) if wrong else _told(draft, command)
    draft.say(
        EventTaken(
            command.id[:ID_MAX],
            command.name[:NAME_MAX],
            command.fields[:FIELDS_MAX],
            command.at_ns,
            command.by,
            bots,
            refusal,
        )
    )


def _wrong(command: EmitEvent) -> str:
    name, fields = command.name, dict(command.fields)
    if not name.strip() or len(name) > NAME_MAX:
        return f"An event has a name of 1 to {NAME_MAX} letters."
    if len(fields) != len(command.fields):
        return f"Event {name}: a field stands twice."
    if len(fields) > FIELDS_MAX or len(command.id) > ID_MAX:
        return f"Event {name}: at most {FIELDS_MAX} fields and an id of {ID_MAX} letters."
    for field, value in fields.items():
        if not field or len(field) > NAME_MAX or (isinstance(value, str) and len(value) > TEXT_MAX):
            return (
                f"Event {name}, field {field[:NAME_MAX]!r}: names have 1 to {NAME_MAX} letters, "
                f"texts {TEXT_MAX} at most."
            )
    return ""


def _told(draft: Draft, command: EmitEvent) -> tuple[tuple[str, ...], str]:
    """The bots that heard it, or the reason why none did."""
    hearers = _hearers(draft.desk, command.name)
    if not hearers:
        return (), _unheard(draft.desk, command.name)
    event = Emitted(command.name, tuple((name, _given(value)) for name, value in command.fields))
    heard: list[str] = []
    reasons: list[str] = []
    for bot in hearers:
        reason = _hear(draft, bot, event, command.at_ns)
        if reason:
            reasons.append(f"{bot.id}: {reason}")
        else:
            heard.append(bot.id)
    return tuple(heard), "" if heard else "; ".join(reasons[:SHOWN_MAX])


def _hearers(desk: Desk, name: str) -> list[BotRecord]:
    bots = desk.bots.values()
    return [each for each in bots if each.status is BotStatus.RUNNING and name in each.needs.events]


def _unheard(desk: Desk, name: str) -> str:
    heard = {
        each: None
        for bot in desk.bots.values()
        if bot.status is BotStatus.RUNNING
        for each in bot.needs.events
    }
    some = ", ".join(list(heard)[:SHOWN_MAX])
    there = f"Bots that run hear {some}." if some else "No bot that runs hears any."
    return f'No running bot hears event "{name}". {there} Write `on Event("{name}")` in a script.'


def _given(value: Given) -> Given:
    """As the journal gives it back: a number is a double, and an infinite one is missing."""
    if isinstance(value, (bool, str)):
        return value
    return float(value) if math.isfinite(value) else math.nan


def _hear(draft: Draft, bot: BotRecord, event: Emitted, at_ns: int) -> str:
    """Why this bot refused it; empty when it ran."""
    if draft.bot(bot.id).status is not BotStatus.RUNNING:
        return "it has stopped meanwhile"  # at what another bot made of the event
    said = len(draft.events)
    is_file = draft.desk.accounts[bot.account].sizing is Sizing.AT_FILL
    run_bot(draft, bot.id, Occasion(at_ns // NS_PER_MS, events=(event,), is_file=is_file))
    refused = [
        each.text
        for each in draft.events[said:]
        if isinstance(each, NoteWritten) and each.bot == bot.id and each.kind == "refused"
    ]
    return refused[0] if refused else ""


def give_command(draft: Draft, command: GiveCommand) -> None:
    """The handlers of that name run, as if their key had been pressed in front of the bot."""
    bot = draft.desk.bots.get(command.bot)
    refusal = _command_refused(bot, command)
    if bot is None or refusal:
        draft.refuse("GiveCommand", command.at_ns, refusal)
        return
    if command.press and command.press in bot.presses:
        return  # it came before, and was carried out: one press is one command
    draft.say(CommandGiven(bot.id, command.name, command.at_ns, command.by, command.press))
    run_bot(draft, bot.id, Occasion(command.at_ns // NS_PER_MS, commands=(command.name,)))


def _command_refused(bot: BotRecord | None, command: GiveCommand) -> str:
    if bot is None or bot.status is not BotStatus.RUNNING:
        state = "not known" if bot is None else str(bot.status)
        return f"Bot {command.bot} is {state}; it takes commands while it is running."
    names = [name for name, _ in bot.needs.commands]
    if command.name in names:
        return ""
    some = ", ".join(names[:SHOWN_MAX]) or "none"
    return f"Bot {bot.id} has no command {command.name[:NAME_MAX]!r}; it has {some}."
