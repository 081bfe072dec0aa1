"""Running a bot: an occasion and a snapshot in, its next state, words and orders out."""

from __future__ import annotations

from collections import deque
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bot import STUCK, Decision, Emitted, Note, Occasion, Refusal, numbers_of
from lefi_tui.core.desk import approvals, flows, giving_back, protecting, waiting
from lefi_tui.core.desk.closing import close_shares
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.feeding import watch_of
from lefi_tui.core.desk.orders import cancel_orders, carry_out
from lefi_tui.core.desk.snapshot import DeskSnapshot
from lefi_tui.core.desk.state import BotRecord, BotStatus
from lefi_tui.core.desk.work import end_when_done, is_over, narrowed
from lefi_tui.core.messages import (
    BotFaulted,
    BotFinalized,
    BotRan,
    BotStopped,
    GameEnded,
    IntentRefused,
    NoteWritten,
    SetAlarm,
    SetTimers,
    Sizing,
    TradingState,
    Work,
)

NS_PER_MS: Final = 1_000_000
ANSWERS_MAX: Final = 256  # heard by one bot at one moment; what is left, a little later
EVENTS_MAX: Final = 256  # heard between bots at one moment: bots that answer each other end


def run_bot(draft: Draft, bot_id: str, occasion: Occasion) -> None:
    """One occasion of one bot, then what other bots make of the events it sent."""
    if is_over(draft.bot(bot_id), occasion):
        return
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


def begin_if_ready(draft: Draft, bot_id: str, at_ms: int) -> None:
    """Its Start handlers run as soon as it is warm and each of its markets has a price."""
    desk, bot = draft.desk, draft.bot(bot_id)
    is_new = bot.status is BotStatus.RUNNING and not bot.has_begun
    is_file = desk.accounts[bot.account].sizing is Sizing.AT_FILL  # there, at its first close
    if is_new and not is_file and all((bot.account, s) in desk.quotes for s in bot.needs.symbols):
        run_bot(draft, bot_id, Occasion(at_ms))


def _hearers(draft: Draft, sender: str, event: Emitted) -> list[BotRecord]:
    """Its own handlers have heard it already."""
    return [
        bot
        for bot in draft.desk.bots.values()
        if bot.id != sender and bot.status is BotStatus.RUNNING and event.name in bot.needs.events
    ]


def _in_words(event: Emitted) -> str:
    return " ".join((event.name, *(f"{name} = {value}" for name, value in event.fields)))


def _run(draft: Draft, bot_id: str, occasion: Occasion) -> tuple[Emitted, ...]:
    """One occasion, and what its runs hear at once: an order that the gate refused, a close of
    nothing. Runs that send each other events have no end, so there are so many at one moment."""
    emitted = _run_once(draft, bot_id, occasion)
    is_file = draft.desk.accounts[draft.bot(bot_id).account].sizing is Sizing.AT_FILL
    for _ in range(0 if occasion.is_history else ANSWERS_MAX):
        if not waiting.to_hear(draft.bot(bot_id)):
            break
        emitted += _run_once(draft, bot_id, Occasion(occasion.at_ms, is_file=is_file))
    if draft.bot(bot_id).work is not Work.RECURRING:
        stop_if_done(draft, bot_id, occasion.at_ms * NS_PER_MS)
    return emitted


def _run_once(draft: Draft, bot_id: str, occasion: Occasion) -> tuple[Emitted, ...]:
    """What it read stays as it was when the run began."""
    bot = draft.bot(bot_id)
    occasion = narrowed(bot, occasion)
    begins = bot.status is BotStatus.RUNNING and not bot.has_begun and not occasion.is_history
    is_held = bot.status is BotStatus.ASKED
    heard = () if occasion.is_history or is_held else bot.heard
    answers = () if occasion.is_history else waiting.to_hear(bot)
    told = replace(
        occasion,
        started=begins,
        fills=heard + occasion.fills,
        answers=answers + occasion.answers,
        is_held=is_held,
        doubted=waiting.doubted(draft.desk, bot) if bot.needs.is_played else (),
        stopping=occasion.stopping or (bot.needs.is_played and bot.status is BotStatus.STOPPING),
    )
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
            heard_used=len(heard),
            gave=numbers_of(decision.emitted),
            answers=tuple(each for each in bot.answers if each not in answers),
            awaited=decision.awaited,
            reserved=decision.reserved,
        )
    )
    _follow(draft, bot, decision, occasion.at_ms * NS_PER_MS)
    if decision.awaited or bot.awaited:
        waiting.wind(draft, bot_id)
    return decision.emitted


def _follow(draft: Draft, before: BotRecord, decision: Decision, at_ns: int) -> None:
    bot_id = before.id
    for note in decision.notes:
        _write_note(draft, bot_id, note, at_ns)
    for refusal in decision.refusals:
        _write_refusal(draft, bot_id, refusal, at_ns)
    if decision.fault:
        draft.say(BotFaulted(bot_id, at_ns, decision.fault))
        _fail(draft, before, at_ns)
        return
    carry_out(draft, draft.bot(bot_id), decision.intents, at_ns)
    protecting.by_bot(draft, draft.bot(bot_id), decision.intents, at_ns)
    flows.plan(draft, draft.bot(bot_id), decision.planned, at_ns)
    for each in decision.rounds:
        draft.say(GameEnded(bot_id, before.account, before.needs.symbols[0], at_ns, each))
    if decision.asked:
        approvals.ask(draft, draft.bot(bot_id), decision.asked, at_ns)
    if decision.is_finalized and not decision.awaited:
        _finalize(draft, bot_id, at_ns)


def _fail(draft: Draft, before: BotRecord, at_ns: int) -> None:
    """Nobody waits for its entries any more: they are canceled. What closes or undoes goes on."""
    bot_id = before.id
    approvals.end(draft, bot_id, "withdrawn", "its bot failed", at_ns)
    working = [each for each in draft.desk.working_of(bot_id) if each.leg == "entry"]
    entries = [each for each in working if not each.terms.is_reduce_only and not each.is_undo]
    cancel_orders(draft, entries, at_ns, bot_id)
    for each in before.awaited:
        if each.kind != "approval":
            words = f"It failed while a run waited for {each.what}. What is done of it stays"
            _write_note(draft, bot_id, Note(STUCK, f"{words}; look after it."), at_ns)


def _write_refusal(draft: Draft, bot_id: str, refusal: Refusal, at_ns: int) -> None:
    intent = refusal.intent
    told = (bot_id, intent.action, intent.symbol, intent.site, refusal.code, refusal.text, at_ns)
    draft.say(IntentRefused(*told))


def _finalize(draft: Draft, bot_id: str, at_ns: int) -> None:
    """It leaves the executor; its orders that nobody waits for any more are canceled."""
    bot = draft.bot(bot_id)
    entries = [each for each in draft.desk.working_of(bot_id) if each.leg == "entry"]
    cancel_orders(draft, entries, at_ns, bot_id)
    approvals.end(draft, bot_id, "withdrawn", "its script is done", at_ns)
    draft.say(BotFinalized(bot_id, at_ns))
    draft.ask(watch_of(draft.desk, bot.account))
    draft.ask(SetTimers(bot_id, ()))
    draft.ask(SetAlarm(bot_id, waiting.next_deadline(draft.desk, draft.bot(bot_id))))


def _write_note(draft: Draft, bot_id: str, note: Note, at_ns: int) -> None:
    draft.say(NoteWritten(bot_id, note.kind, note.text, note.channel, at_ns))


def stop_if_done(draft: Draft, bot_id: str, at_ns: int) -> None:
    """A stopping bot has stopped when the venue shows none of its entries any more.

    Exits that protect a position it leaves open stay with that position. Asked to close, it is done
    when its shares are closed too: what fills late is closed late.
    """
    bot = draft.desk.bots.get(bot_id)
    if bot is not None and bot.work is not Work.RECURRING:
        bot = end_when_done(draft, bot, at_ns)
    if bot is None or bot.status is not BotStatus.STOPPING:
        return
    is_halted = draft.desk.trading_state is TradingState.HALTED
    if (bot.awaited or bot.owed) and not is_halted:
        return  # what is half done is traded back first; a kill flattens instead
    must_wait = bot.closes and close_shares(draft, bot_id, at_ns)
    working = draft.desk.working_of(bot_id)
    if must_wait or any(order.leg == "entry" for order in working):
        return
    for each in draft.bot(bot_id).owed:  # a kill's, or the journal's: nothing of it leaves any more
        giving_back.tell(draft, each.order, "trading is halted", at_ns)
    exits, bot = len(working), draft.bot(bot_id)
    kept = f"; {exits} exits stay with its open position" if exits else ""
    draft.say(BotStopped(bot_id, at_ns, f"{bot.reason}{kept}", bot.ends.value))
