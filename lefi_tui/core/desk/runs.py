"""Running a bot: an occasion and a snapshot in, its next state, words and orders out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lefi_tui.core.bot import Decision, Emitted, Note, Occasion
from lefi_tui.core.desk.closing import close_shares
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.orders import carry_out
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.desk.state import BotRecord, BotStatus
from lefi_tui.core.messages import (
    BotFaulted,
    BotRan,
    BotStopped,
    DeliverNote,
    IntentRefused,
    NoteWritten,
    Sizing,
)

NS_PER_MS: Final = 1_000_000
EVENTS_MAX: Final = 256  # heard between bots at one moment: bots that answer each other end


def run_bot(draft: Draft, bot_id: str, occasion: Occasion) -> None:
    """One occasion of one bot, then what other bots make of the events it sent."""
    waiting = deque((bot_id, event) for event in _run(draft, bot_id, occasion))
    told = 0
    while waiting:
        sender, event = waiting.popleft()
        _write_note(draft, sender, Note("emit", _in_words(event)), occasion.at_ms * NS_PER_MS)
        for hearer in _hearers(draft, sender, event):
            told += 1
            if told > EVENTS_MAX:
                words = f'event "{event.name}": over {EVENTS_MAX} events between bots at one moment'
                _write_note(draft, sender, Note("refused", words), occasion.at_ms * NS_PER_MS)
                return
            is_file = draft.desk.accounts[hearer.account].sizing is Sizing.AT_FILL
            heard = Occasion(occasion.at_ms, events=(event,), is_file=is_file)
            waiting += [(hearer.id, each) for each in _run(draft, hearer.id, heard)]


def _hearers(draft: Draft, sender: str, event: Emitted) -> list[BotRecord]:
    """Its own handlers have heard it already."""
    return [
        bot
        for bot in draft.desk.bots.values()
        if bot.id != sender and bot.status is BotStatus.RUNNING and event.name in bot.needs.events
    ]


def _numbers(events: Iterable[Emitted]) -> tuple[tuple[str, float], ...]:
    """What other bots read of it by `Indicator`."""
    fields = (field for event in events for field in event.fields)
    return tuple((name, float(v)) for name, v in fields if not isinstance(v, (bool, str)))


def _in_words(event: Emitted) -> str:
    return " ".join((event.name, *(f"{name} = {value}" for name, value in event.fields)))


def _run(draft: Draft, bot_id: str, occasion: Occasion) -> tuple[Emitted, ...]:
    """What it read stays as it was when the run began."""
    bot = draft.bot(bot_id)
    begins = bot.status is BotStatus.RUNNING and not bot.has_begun and not occasion.is_history
    told = replace(occasion, started=begins, fills=bot.heard + occasion.fills)
    kind = draft.desk.kinds[bot.kind]
    decision = kind.decide(bot.state, told, DeskSnapshot(draft.desk, bot))
    draft.say(
        BotRan(
            bot=bot_id,
            state=decision.state,
            at_ms=occasion.at_ms,
            runs=decision.runs,
            warming=decision.warming,
            acted=bool(decision.intents or decision.notes or decision.refusals or decision.emitted),
            has_begun=bot.has_begun or begins,
            heard_used=len(bot.heard),
            gave=_numbers(decision.emitted),
        )
    )
    _follow(draft, bot_id, decision, occasion.at_ms * NS_PER_MS)
    return decision.emitted


def _follow(draft: Draft, bot_id: str, decision: Decision, at_ns: int) -> None:
    for note in decision.notes:
        _write_note(draft, bot_id, note, at_ns)
    for refusal in decision.refusals:
        intent = refusal.intent
        draft.say(
            IntentRefused(
                bot_id,
                intent.action,
                intent.symbol,
                intent.site,
                refusal.code,
                refusal.text,
                at_ns,
            )
        )
    if decision.fault:
        draft.say(BotFaulted(bot_id, at_ns, decision.fault))
        return
    carry_out(draft, draft.bot(bot_id), decision.intents, at_ns)


def _write_note(draft: Draft, bot_id: str, note: Note, at_ns: int) -> None:
    draft.say(NoteWritten(bot_id, note.kind, note.text, note.channel, at_ns))
    if note.kind == "notify":
        draft.ask(DeliverNote(bot_id, note.kind, note.text, note.channel))


def stop_if_done(draft: Draft, bot_id: str, at_ns: int) -> None:
    """A stopping bot has stopped when the venue shows none of its entries any more.

    Exits that protect a position it leaves open stay with that position. Asked to close, it is done
    when its shares are closed too: what fills late is closed late.
    """
    bot = draft.desk.bots.get(bot_id)
    if bot is None or bot.status is not BotStatus.STOPPING:
        return
    must_wait = bot.closes and close_shares(draft, bot_id, at_ns)
    working = draft.desk.working_of(bot_id)
    if must_wait or any(order.leg == "entry" for order in working):
        return
    exits, bot = len(working), draft.bot(bot_id)
    kept = f"; {exits} exits stay with its open position" if exits else ""
    draft.say(BotStopped(bot_id, at_ns, f"{bot.reason}{kept}"))
