"""The picture of one bot, from the desk, what was folded, and the books of its fills.

The rule it keeps: settings are read from the text it runs, so the form can't know another script.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from bots.indicator import DEFAULTS
from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.desk.covering import protection_of
from lefi_tui.core.desk.lifecycle import WAITS
from lefi_tui.core.desk.state import Update
from lefi_tui.core.messages import Work
from lefi_tui.core.money import ZERO, from_double
from lefi_tui.core.position import Position, unrealized
from lefi_tui.core.protection import Cover
from lefi_tui.lang.program import check
from lefi_tui.views import numbers
from lefi_tui.views.bot_view import Before, BotSetting, BotView, Earned, ShareRow, WaitRow
from lefi_tui.views.commands import commands_of
from lefi_tui.views.desk_view import LogRow, Weight
from lefi_tui.views.flows_view import FlowRow, open_row
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.numbers import NS_PER_MS, places_of
from lefi_tui.views.picture import mode_of, order_row
from lefi_tui.views.protection_words import in_short
from lefi_tui.views.why_picture import ran_at_ms
from lefi_tui.views.wording_updates import short, text_words

Books = Mapping[str, Position]
SCRIPTS_KEPT: Final = 32


def bot_view(
    desk: Desk, screen: ScreenState, bot_id: str, now_ns: int, own: Books | None
) -> BotView:
    """`own` are the bot's books by symbol, from its first fill on."""
    bot = desk.bots.get(bot_id)
    if bot is None:
        return BotView(now_ns, bot_id)
    account = desk.accounts[bot.account]
    view = BotView(
        now_ns,
        bot.id,
        is_known=True,
        title=bot.title,
        kind=_kind(bot),
        mode=mode_of(account),
        account=account.name,
        currency=account.currency,
        symbols=bot.needs.symbols,
        status=bot.status.value,
        is_alive=bot.is_alive,
        warming=bot.warming if bot.is_alive else "",
        reason=bot.reason,
        started_ns=bot.started_at_ns,
        version=short(bot.version),
        source=bot.source,
        settings=settings_of(bot.kind, bot.source, bot.settings),
        decisions=_decisions(screen, bot),
        shares=tuple(_share(desk, screen, each, now_ns) for each in _held(desk, bot, own or {})),
        orders=tuple(order_row(desk, each, now_ns) for each in desk.working_of(bot.id)),
        earned=None if own is None else _earned(own),
        waits=tuple(WaitRow(each.kind, each.what, each.until_ms) for each in bot.awaited),
        flows=_flows(desk, bot.id, now_ns),
        commands=commands_of(bot.needs.commands, screen.did.get(bot.id, ())),
        is_open=bot.is_open,
        is_waiting=bot.status in WAITS,
        plan=_plan(bot),
        was=_was(desk, bot),
        chose=bot.settings,
    )
    return view if bot.update is None else _taking(view, bot.update)


def _taking(view: BotView, update: Update) -> BotView:
    text = text_words(update.version, update.named)
    return replace(view, updating=short(update.version), taking=text)


def _decisions(screen: ScreenState, bot: BotRecord) -> tuple[LogRow, ...]:
    did, ran_ns = screen.did.get(bot.id, ()), ran_at_ms(bot) * NS_PER_MS
    if not bot.runs or any(each.at_ns >= ran_ns for each in did):
        return did
    why = f"{bot.runs[-1].event}: {bot.runs[-1].why}"
    return (LogRow(0, ran_ns, Weight.PLAIN, "Ran, and decided nothing", bot.id, why, ""), *did)


def _was(desk: Desk, bot: BotRecord) -> Before | None:
    was = bot.was
    if was is None:
        return None
    source = desk.scripts[was.version]
    text = text_words(was.version, was.named)
    return Before(short(was.version), source, was.settings, was.title, text)


def _kind(bot: BotRecord) -> str:
    """A script with commands is one that a person sits in front of."""
    return "manual" if bot.needs.commands else bot.kind


def _plan(bot: BotRecord) -> str:
    """Once, from 2026-01-05 09:00 to 2026-02-01 00:00 UTC."""
    work = "" if bot.work is Work.RECURRING else bot.work.value
    begins = f"from {numbers.moment(bot.from_ns)}" if bot.from_ns else ""
    ends = f"to {numbers.moment(bot.until_ns)}" if bot.until_ns else ""
    window = " ".join(filter(None, (begins, ends, "UTC" if begins or ends else "")))
    return ", ".join(filter(None, (work, window)))


def _flows(desk: Desk, bot_id: str, now_ns: int) -> tuple[FlowRow, ...]:
    return tuple(open_row(each, now_ns) for each in desk.flows.values() if each.bot == bot_id)


@lru_cache(maxsize=SCRIPTS_KEPT)
def settings_of(
    kind: str, source: str, chosen: tuple[tuple[str, str], ...]
) -> tuple[BotSetting, ...]:
    """All settings there are, each with the value in force."""
    values = dict(chosen)
    if kind == "indicator":
        return tuple(
            BotSetting(name, "", values.get(name, default), default)
            for name, default in DEFAULTS.items()
        )
    known = {name: value for name, value in values.items() if not name.startswith("@")}
    program = check(source, settings=known).program
    if program is None:
        return ()
    return tuple(
        BotSetting(
            each.name,
            each.kind,
            each.value,
            each.default,
            each.low,
            each.high,
            each.choices,
            each.doc,
        )
        for each in program.settings
    )


def _held(desk: Desk, bot: BotRecord, own: Mapping[str, Position]) -> list[Position]:
    """Its share of each position, at its own entry where its books are known."""
    return [
        Position(
            each.account,
            each.symbol,
            units=each.shares[bot.id],
            entry=own.get(each.symbol, each).entry,
        )
        for each in desk.positions.values()
        if each.account == bot.account and each.shares.get(bot.id)
    ]


def _share(desk: Desk, screen: ScreenState, held: Position, now_ns: int) -> ShareRow:
    key = (held.account, held.symbol)
    price = screen.prices.get(key)
    mark = None if price is None else from_double(price.quote.last)
    cover = protection_of(desk, desk.positions.get(key, held), now_ns)
    places = places_of(desk.instruments.get(key), float(held.entry))
    return ShareRow(
        held.symbol,
        held.units,
        held.entry,
        mark,
        None if mark is None else unrealized(held, mark),
        places,
        age_ms=0 if price is None else max(0, now_ns // NS_PER_MS - price.quote.time_ms),
        limit_ms=0 if price is None else price.limit_ms,
        stop=in_short(cover, places),
        is_bare=cover.cover is Cover.BARE,
    )


def _earned(own: Mapping[str, Position]) -> Earned:
    books = own.values()
    return Earned(
        sum((each.realized for each in books), ZERO),
        sum((each.fees for each in books), ZERO),
        sum((each.funding for each in books), ZERO),
    )
