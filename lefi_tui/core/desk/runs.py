"""Running a bot: an occasion and a snapshot in, its next state, words and orders out."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lefi_tui.core.bot import Decision, Note, Occasion
from lefi_tui.core.desk.closing import close_shares
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.orders import carry_out
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.desk.state import BotStatus
from lefi_tui.core.messages import (
    BotFaulted,
    BotRan,
    BotStopped,
    DeliverNote,
    IntentRefused,
    NoteWritten,
)

NS_PER_MS: Final = 1_000_000


def run_bot(draft: Draft, bot_id: str, occasion: Occasion) -> None:
    """One occasion of one bot. What it read stays as it was when the run began."""
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
            acted=bool(decision.intents or decision.notes or decision.refusals),
            has_begun=bot.has_begun or begins,
            heard_used=len(bot.heard),
        )
    )
    _follow(draft, bot_id, decision, occasion.at_ms * NS_PER_MS)


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
