"""A bot that runs takes another text between two of its events, or goes on with the one it has.

The rules it keeps: it runs on until what warms the other text is there, and then changes over in
one step; its orders and the exits of its position are not touched; a text that would leave
something of its unwatched, or could not go on from its state, is refused in words.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Final

from lefi_tui.core.bot import Bar, Needs, Occasion
from lefi_tui.core.desk import live, waiting
from lefi_tui.core.desk.commands import busy, left_alone, unlisted
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.feeding import history_of, watch_of
from lefi_tui.core.desk.gathering import in_force
from lefi_tui.core.desk.lifecycle import catch_up
from lefi_tui.core.desk.placing import Sites, placed
from lefi_tui.core.desk.runs import run_bot
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk, Update
from lefi_tui.core.live_gates import Gate, ScriptTests
from lefi_tui.core.messages import (
    BarsSeen,
    BotUpdated,
    HistoryLoaded,
    MarketSeen,
    ScriptSaved,
    SetTimers,
    Sizing,
    StartBot,
    UpdateBegun,
    UpdateBot,
    UpdateDropped,
    UpdateFed,
)
from lefi_tui.core.money import from_double, words
from lefi_tui.core.rewriting import Handover, Rewritable, Text, no_text

NS_PER_MS: Final = 1_000_000
BARS_MAX: Final = 10_000  # that close while a history is fetched; more is not a fetch any more
NAMES_SHOWN: Final = 3
TEXT: Final = "the other text does"  # not name that market
TAKES: Final = frozenset(
    {BotStatus.RUNNING, BotStatus.WARMING, BotStatus.PAUSED, BotStatus.SCHEDULED}
)


def update_bot(draft: Draft, command: UpdateBot) -> None:
    refusal, handover, gates = looked_at(draft.desk, command)
    if refusal or handover is None:
        draft.refuse("UpdateBot", command.at_ns, refusal)
        return
    bot, version = draft.bot(command.bot), live.version_of(command.source)
    if bot.update is not None:
        _drop(draft, bot.id, f"{command.by} asked for another one", command.at_ns)
    if _is_of(bot, command, handover):
        return
    title = command.title or bot.title
    then = draft.decided(UpdateBegun)  # an older program decided of places already here
    draft.say(
        ScriptSaved(version, title, command.source),
        UpdateBegun(
            bot.id,
            version,
            handover.settings,
            title,
            command.at_ns,
            command.by,
            () if then is None else then.sites,
            command.typed,
            gates,
            () if then is None else then.back,
            command.named,
            command.named_before,
        ),
    )
    update = draft.bot(bot.id).update
    assert update is not None
    if not warms_first(draft.desk, draft.bot(bot.id), update.needs):
        _take(draft, bot.id, (), command.at_ns)
        return
    draft.ask(watch_of(draft.desk, bot.account))
    draft.ask(history_of(bot, update))


def looked_at(desk: Desk, command: UpdateBot) -> tuple[str, Handover | None, tuple[Gate, ...]]:
    """Why it can't be, in words (empty when it can); what becomes of the bot, where its kind can
    say; the gates of real money."""
    bot = desk.bots.get(command.bot)
    if bot is None or bot.status not in TAKES:
        state = "not known" if bot is None else str(bot.status)
        step = "Start it with the text you want"
        return f"Bot {command.bot} is {state}; it can't take another text. {step}.", None, ()
    kind = desk.kinds[bot.kind]
    if not isinstance(kind, Rewritable):
        return no_text(bot.kind), None, ()
    asked = Text(command.source, command.settings)
    handover = kind.handover(text_of(bot), asked, is_whole=command.is_whole)
    if handover.refusal:
        return handover.refusal, None, ()
    refusal = _refused(desk, bot, command, handover)
    if refusal:
        return refusal, handover, ()
    start = _as_start(bot, command, handover)
    gates = live.gates_of(desk, start)
    return live.refusal(desk, start, gates), handover, gates


def text_of(bot: BotRecord) -> Text:
    return Text(bot.source, bot.settings)


def _as_start(bot: BotRecord, command: UpdateBot, handover: Handover) -> StartBot:
    """Real money asks of another text what it asks of a start."""
    return StartBot(
        bot.id,
        bot.kind,
        bot.account,
        command.source,
        handover.settings,
        command.title,
        command.at_ns,
        command.by,
        typed=command.typed,
        facts=command.facts,
    )


def _refused(desk: Desk, bot: BotRecord, command: UpdateBot, handover: Handover) -> str:
    version = live.version_of(command.source)
    if bot.update is None and _is_of(bot, command, handover):
        return f"Bot {bot.id} runs this text with these settings already."
    needs = desk.kinds[bot.kind].needs(command.source, dict(handover.settings))
    tests = None if command.facts is None else command.facts.tests
    if command.over not in {"", bot.version}:
        return f"Bot {bot.id} runs another text by now than you compared this one with. Look again."
    is_back = bot.was is not None and bot.was.version == version
    return (
        ("" if is_back else _tests_refused(tests, version))
        or unlisted(desk, bot.account, needs)
        or left_alone(desk, bot, needs, TEXT)
        or _over_limit(desk, bot, handover)
        or _under_way(bot)
    )


def _is_of(bot: BotRecord, command: UpdateBot, handover: Handover) -> bool:
    """Whether it is what the bot runs."""
    is_same = live.version_of(command.source) == bot.version
    return is_same and dict(handover.settings) == dict(bot.settings)


def _tests_refused(tests: ScriptTests | None, version: str) -> str:
    """A text without tests may go on where no real money moves; that has gates of its own. What
    the bot ran before is a key away, whatever its tests say: it was started with them so."""
    if tests is None or tests.version != version:
        return "The tests of this text did not run. Ask again."
    if tests.refusal:
        return f"The tests of this text: {tests.refusal}. `lefi test` tells more."
    if not tests.failed:
        return ""
    names = ", ".join(f'"{each}"' for each in tests.failed[:NAMES_SHOWN])
    count = len(tests.failed)
    return f"{count} of its {count + tests.passed} tests failed: {names}. `lefi test` says why."


def _over_limit(desk: Desk, bot: BotRecord, handover: Handover) -> str:
    """An order that the gate would deny each time is said now."""
    most = in_force(desk, bot.account, bot.id).limits.order_notional_max
    before, after = handover.worth
    if most is None or after <= max(before, float(most)):
        return ""
    worth = words(from_double(after))
    return (
        f"The other text orders {worth} at once, and order_notional_max is {words(most)}. "
        "Change the text, or the limit in Settings > Risk."
    )


def _under_way(bot: BotRecord) -> str:
    waits = [each.what for each in bot.awaited if each.kind != "approval"]
    if not waits:
        return ""
    return f"A run of {bot.id} waits for {waits[0]}. Update it when that is done."


# ---- when its history is there


def warms_first(desk: Desk, bot: BotRecord, needs: Needs) -> bool:
    """A bot that has no runs now is warmed when it goes on; a candle file has no past."""
    if not bot.is_alive or desk.accounts[bot.account].sizing is not Sizing.AT_DECISION:
        return False
    return needs.history_bars > 0 and bool(needs.bars)


def history_loaded(draft: Draft, bot: BotRecord, message: HistoryLoaded) -> None:
    """It takes the text now, or not at all."""
    update = bot.update
    assert update is not None
    draft.say(MarketSeen(message))
    refusal = _gap(bot, update, message.bars) if bot.is_alive else ""
    if bot.status not in TAKES:
        refusal = f"Bot {bot.id} is {bot.status} now."
    if refusal:
        _drop(draft, bot.id, refusal, message.at_ns)
        return
    _take(draft, bot.id, (*message.bars, *update.bars), message.at_ns)


def _gap(bot: BotRecord, update: Update, bars: tuple[Bar, ...]) -> str:
    """What the bot has heard already, the other text has to hear too."""
    newest: dict[tuple[str, int], int] = {}
    for bar in bars:
        key = bar.symbol, bar.timeframe_ms
        newest[key] = max(bar.time_ms, newest.get(key, -1))
    first = {(bar.symbol, bar.timeframe_ms): bar.time_ms for bar in reversed(update.bars)}
    for key, time_ms in bot.seen.items():
        heard = update.heard.get(key, time_ms) if key in first else time_ms
        if key in update.needs.bars and newest.get(key, -1) < heard:
            return f"The history of {key[0]} lacks its newest candle still. Ask again in a moment."
    return ""


def bars_closed(draft: Draft, bot: BotRecord, bars: tuple[Bar, ...]) -> None:
    """Behind the history, in their order."""
    assert bot.update is not None
    wanted = set(bot.update.needs.bars)
    mine = tuple(each for each in bars if (each.symbol, each.timeframe_ms) in wanted)
    if mine and len(bot.update.bars) < BARS_MAX:
        draft.say(UpdateFed(bot.id, mine))


def _take(draft: Draft, bot_id: str, bars: tuple[Bar, ...], at_ns: int) -> None:
    """In one step: the text, then all of its past, before anything else is heard."""
    bot = draft.bot(bot_id)
    update = bot.update
    assert update is not None
    refusal = (
        left_alone(draft.desk, bot, update.needs, TEXT)
        or _busy(draft, bot, at_ns)
        or left_alone(draft.desk, bot, update.needs, TEXT)  # by what a withdrawn question began
    )
    if refusal:
        _drop(draft, bot_id, refusal, at_ns, update)
        return
    before, timers, needs = bot.version, bot.needs.timers, update.needs
    told = (bot_id, update.version, before, update.settings, at_ns, update.by)
    wanted = needs.history_bars if needs.bars and bot.is_alive else 0
    names = (update.named, update.named_before)
    places = _places(draft, bot_id, update)
    draft.say(BotUpdated(*told, _fewest(needs, bars), wanted, *names, *places))
    for close_ms, closed in groupby(_in_order(bars), key=_close_ms):
        run_bot(draft, bot_id, Occasion(close_ms, bars=tuple(closed), is_history=True))
    if bars:
        draft.say(BarsSeen(bot_id, tuple((e.symbol, e.timeframe_ms, e.time_ms) for e in bars)))
    bot = draft.bot(bot_id)
    draft.ask(watch_of(draft.desk, bot.account))
    if bot.is_alive and bot.needs.timers != timers:
        draft.ask(SetTimers(bot_id, bot.needs.timers))
    if bot.status is BotStatus.RUNNING:
        catch_up(draft, bot_id, at_ns)
    waiting.wind(draft, bot_id)


def _places(draft: Draft, bot_id: str, update: Update) -> tuple[Sites | None, Sites]:
    """Of the orders that work now: while its history was fetched some came and some went."""
    then = draft.decided(BotUpdated)
    if then is not None:
        return then.sites, then.back
    after = Text(draft.desk.scripts[update.version], update.settings)
    places = placed(draft.desk, draft.bot(bot_id), after)
    return places.sites, places.back


def _busy(draft: Draft, bot: BotRecord, at_ns: int) -> str:
    """Its questions are withdrawn; what it has half done is not."""
    if not bot.awaited and not bot.answers:
        return ""
    return busy(draft, bot.id, "its bot takes another text", "Update it", at_ns)


def _fewest(needs: Needs, bars: tuple[Bar, ...]) -> int:
    """Candles of the timeframe that has the fewest: what it lacks still, it waits for."""
    counts = Counter((each.symbol, each.timeframe_ms) for each in _in_order(bars))
    return min((counts[key] for key in needs.bars), default=0)


def _in_order(bars: tuple[Bar, ...]) -> list[Bar]:
    """Each candle once, by when it closed."""
    once = {(each.symbol, each.timeframe_ms, each.time_ms): each for each in bars}
    return sorted(once.values(), key=_close_ms)


def _close_ms(bar: Bar) -> int:
    return bar.time_ms + bar.timeframe_ms


def _drop(draft: Draft, bot_id: str, why: str, at_ns: int, update: Update | None = None) -> None:
    """A bot that has ended meanwhile has no update any more: then it is told which it was."""
    update = draft.bot(bot_id).update or update
    assert update is not None
    draft.say(UpdateDropped(bot_id, update.version, at_ns, why, update.named))
    draft.ask(watch_of(draft.desk, draft.bot(bot_id).account))
