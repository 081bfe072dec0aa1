"""Market input and time: which bots it concerns, and their occasion.

What no running bot needs, and no order or position of a person, leads to no event, so it is neither
remembered nor put on the tape; a decision can therefore rest on nothing that the tape lacks.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bot import Bar, Occasion
from lefi_tui.core.desk import approvals, giving_back, updating, waiting
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.feeding import is_held
from lefi_tui.core.desk.lifecycle import catch_up, window_turned
from lefi_tui.core.desk.orders import cancel_orders
from lefi_tui.core.desk.runs import begin_if_ready, run_bot, stop_if_done
from lefi_tui.core.desk.state import BotRecord, BotStatus
from lefi_tui.core.messages import (
    BarsClosed,
    BarsSeen,
    HistoryLoaded,
    MarketInput,
    MarketSeen,
    QuoteChanged,
    Sizing,
    TimersDue,
    TimersKept,
    TradePrinted,
)

NS_PER_MS: Final = 1_000_000


def _concerned(draft: Draft, account: str, symbols: Iterable[str]) -> list[BotRecord]:
    """In the order they were started."""
    desk = draft.desk
    hearing = [desk.hearers.get((account, symbol), ()) for symbol in dict.fromkeys(symbols)]
    if len(hearing) == 1:
        return [desk.bots[each] for each in hearing[0]]
    found = {each for ids in hearing for each in ids}
    return [bot for bot in desk.bots.values() if bot.id in found]


def _see(draft: Draft, message: MarketInput) -> None:
    draft.say(MarketSeen(message))


def bars_closed(draft: Draft, message: BarsClosed) -> None:
    """All candles of one moment. On a candle file every moment concerns every bot of it."""
    account = draft.desk.accounts.get(message.account)
    if account is None:
        return
    is_file = account.sizing is Sizing.AT_FILL
    bots = _concerned(draft, message.account, (bar.symbol for bar in message.bars))
    if is_file:
        bots = [b for b in draft.desk.bots.values() if b.account == message.account and b.is_alive]
    if not bots and not is_file:
        return
    _see(draft, message)
    for bot in bots:
        if is_file and bot.awaited:
            cancel_orders(
                draft,
                waiting.overdue(draft.desk, bot.id, message.at_ms * NS_PER_MS),
                message.at_ms * NS_PER_MS,
                waiting.TIMEOUT,
            )
        if bot.update is not None:
            updating.bars_closed(draft, bot, message.bars)
        if bot.status is BotStatus.RUNNING:
            bars = message.bars if is_file else _fresh(bot, message.bars)
            _give_bars(draft, bot, bars, message, is_file=is_file)


def _give_bars(
    draft: Draft, bot: BotRecord, bars: tuple[Bar, ...], message: BarsClosed, *, is_file: bool
) -> None:
    if bars:
        draft.say(BarsSeen(bot.id, tuple((b.symbol, b.timeframe_ms, b.time_ms) for b in bars)))
    if bars or not message.bars:
        occasion = Occasion(message.at_ms, bars=bars, stopping=message.is_last, is_file=is_file)
        run_bot(draft, bot.id, occasion)


def _fresh(bot: BotRecord, bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    """Bars the bot wants and was not given before, by history or by the feed."""
    wanted = set(bot.needs.bars)
    return tuple(
        bar
        for bar in bars
        if (bar.symbol, bar.timeframe_ms) in wanted
        and bar.time_ms > bot.seen.get((bar.symbol, bar.timeframe_ms), -1)
    )


def quote_changed(draft: Draft, message: QuoteChanged) -> None:
    quote = message.quote
    bots = _concerned(draft, message.account, [quote.symbol])
    if not bots and not is_held(draft.desk, (message.account, quote.symbol)):
        return
    _see(draft, message)
    for bot in bots:
        if bot.status is BotStatus.RUNNING and quote.symbol in bot.needs.quotes:
            run_bot(draft, bot.id, Occasion(quote.time_ms, quotes=(quote,)))
        elif bot.needs.starts:
            begin_if_ready(draft, bot.id, quote.time_ms)


def trade_printed(draft: Draft, message: TradePrinted) -> None:
    trade = message.print
    bots = [
        bot
        for bot in _concerned(draft, message.account, [trade.symbol])
        if bot.status is BotStatus.RUNNING and trade.symbol in bot.needs.prints
    ]
    if not bots:
        return
    _see(draft, message)
    for bot in bots:
        run_bot(draft, bot.id, Occasion(trade.time_ms, prints=(trade,)))


def history_loaded(draft: Draft, message: HistoryLoaded) -> None:
    """Candles of the past step the bot's series, close by close, and carry out nothing."""
    bot = draft.desk.bots.get(message.bot)
    if bot is None:
        return
    if bot.update is not None and message.of == bot.update.tag:
        updating.history_loaded(draft, bot, message)
        return
    if bot.status is not BotStatus.WARMING or message.of:
        return
    _see(draft, message)
    fresh = sorted(_fresh(bot, message.bars), key=_close_ms)
    for at_ms, bars in groupby(fresh, key=_close_ms):
        run_bot(draft, bot.id, Occasion(at_ms, bars=tuple(bars), is_history=True))
    if fresh:
        draft.say(BarsSeen(bot.id, tuple((b.symbol, b.timeframe_ms, b.time_ms) for b in fresh)))
    catch_up(draft, bot.id, message.at_ns)
    if waiting.next_deadline(draft.desk, draft.bot(bot.id)):
        waiting.wind(draft, bot.id)


def _close_ms(bar: Bar) -> int:
    return bar.time_ms + bar.timeframe_ms


def _of_its_text(bot: BotRecord, report: TimersDue) -> tuple[int, ...]:
    """Those of a text that it runs no more are nobody's."""
    if not report.specs:
        return report.handlers
    known = {(handler, spec) for handler, spec, _ in bot.needs.timers}
    told = zip(report.handlers, report.specs, strict=True)
    return tuple(handler for handler, spec in told if (handler, spec) in known)


def timers_due(draft: Draft, report: TimersDue) -> None:
    """Handlers whose time has come, and what has waited long enough."""
    bot = draft.desk.bots.get(report.bot)
    if bot is None:
        return
    giving_back.go_on(draft, bot.id, report.at_ns)
    if window_turned(draft, bot, report.at_ns):
        waiting.wind(draft, bot.id)
        return
    report = replace(report, handlers=_of_its_text(bot, report))
    if report.handlers and bot.status is BotStatus.WARMING:
        draft.say(TimersKept(bot.id, report.handlers))
    if bot.status not in waiting.HEARING:
        return
    at_ms = report.at_ns // NS_PER_MS
    late = waiting.overdue(draft.desk, bot.id, report.at_ns)
    cancel_orders(draft, late, report.at_ns, waiting.TIMEOUT)
    approvals.expire(draft, bot.id, report.at_ns)
    handlers = report.handlers if bot.status is BotStatus.RUNNING else ()
    bot = draft.bot(bot.id)
    if handlers or waiting.is_over(bot, at_ms) or waiting.to_hear(bot):
        run_bot(draft, bot.id, Occasion(at_ms, due=handlers))
        stop_if_done(draft, bot.id, report.at_ns)
    waiting.wind(draft, bot.id)
