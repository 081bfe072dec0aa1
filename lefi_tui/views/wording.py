"""Every event of the journal in words: what happened, where, why, and what to do next.

One function an event type, in one table; an event that is missing there stops the program, and a
test, not a reader, finds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.bot import STUCK
from lefi_tui.core.money import words
from lefi_tui.core.order import HAND, UNKNOWN, Level, LevelKind, Order, Side
from lefi_tui.views import numbers
from lefi_tui.views.commands import given
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said
from lefi_tui.views.wording_doubts import OF_DOUBTS
from lefi_tui.views.wording_games import OF_GAMES
from lefi_tui.views.wording_hand import OF_HAND
from lefi_tui.views.wording_kill import OF_KILLS
from lefi_tui.views.wording_live import OF_LIVE, passed
from lefi_tui.views.wording_money import OF_MONEY, fee
from lefi_tui.views.wording_protection import OF_PROTECTION
from lefi_tui.views.wording_rejected import NEXT, OTHERWISE
from lefi_tui.views.wording_updates import OF_UPDATES
from lefi_tui.views.wording_waits import OF_WAITS

Orders = Mapping[str, Order]
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")
Wording = Callable[[Any, Orders], Said | None]


def said(event: m.Event, orders: Orders) -> Said | None:
    """The event in words; None for what only machines need. `orders` names those not final."""
    wording = WORDINGS.get(type(event))
    assert wording is not None, f"no words for {type(event).__name__}"
    return wording(event, orders)


def _silent(_event: m.Event, _orders: Orders) -> None:
    """Kept in the journal, of no use on a screen."""


def asked(command: str) -> str:
    """The name of a command as people say it: "StartBot" -> "Start bot"."""
    return _CAPITAL.sub(" ", command).capitalize()


# ---- the desk as a whole


def _account_opened(event: m.AccountOpened, _orders: Orders) -> Said:
    what = f"Account {event.account} opened with {words(event.cash)} {event.currency}"
    return Said(Weight.PLAIN, what, event.venue)


def _limits_set(event: m.LimitsSet, _orders: Orders) -> Said:
    worth = "any size" if event.order_notional_max is None else words(event.order_notional_max)
    rate = event.orders_per_minute_max
    why = f"orders up to {worth}, {'any number' if rate is None else rate} a minute"
    return Said(Weight.PLAIN, "Limits are in force", "settings", why)


def _limits_changed(event: m.LimitsChanged, _orders: Orders) -> Said:
    changed = (
        f"{name} from {before or 'none'} to {after or 'none'}"
        for name, before, after in event.values
    )
    what = f"Limits of {event.place} changed, version {event.version}"
    why = f"{', '.join(changed)} (by {event.by}{': ' if event.reason else ''}{event.reason})"
    return Said(Weight.PLAIN, what, event.place, why, "the next order keeps them", event.at_ns)


def _limit_breached(event: m.LimitBreached, _orders: Orders) -> Said:
    what = f"All is closed: {event.value} below the day's highest"
    why = f"{event.limit} is {event.bound}"
    follow = "entries again when the next day begins"
    return Said(Weight.BAD, what, event.account, why, follow, event.at_ns)


def _calendar_set(event: m.CalendarSet, _orders: Orders) -> Said:
    what = f"The calendar names {len(event.releases)} releases"
    return Said(Weight.PLAIN, what, "limits", event.source, at_ns=event.at_ns)


def _engine_started(event: m.EngineStarted, _orders: Orders) -> Said:
    why = f"recovered to message {event.recovered_to}" if event.recovered_to else "a new journal"
    return Said(Weight.PLAIN, "Engine started", "engine", why, at_ns=event.at_ns)


def _trading_state(event: m.TradingStateChanged, _orders: Orders) -> Said:
    is_active = event.state is m.TradingState.ACTIVE
    follow = "" if is_active else "r resumes, with a reason"
    weight = Weight.GOOD if is_active else Weight.BAD
    why = f"{event.cause} (by {event.by})"
    return Said(weight, f"Trading is {event.state}", "desk", why, follow, event.at_ns)


def _account_state(event: m.AccountStateChanged, _orders: Orders) -> Said:
    why, name = f"{event.cause} (by {event.by})", event.account
    if event.state is m.TradingState.ACTIVE:
        return Said(Weight.GOOD, "The account trades again", name, why, at_ns=event.at_ns)
    what = "The account enters no more; its exits go on"
    follow = f"go on in demo; {event.lift} lifts it: lefi resume --account {name}"
    return Said(Weight.BAD, what, name, why, follow, event.at_ns)


def _command_refused(event: m.CommandRefused, _orders: Orders) -> Said:
    return Said(
        Weight.WARN, f"{asked(event.command)} refused", "desk", event.text, at_ns=event.at_ns
    )


# ---- bots


def _bot_started(event: m.BotStarted, _orders: Orders) -> Said:
    settings = ", ".join(f"{name} {value}" for name, value in event.settings) or "defaults"
    what = f"Started: {event.title}" if event.title else "Started"
    why = f"asked by {event.by}, {settings}{passed(event)}"
    return Said(Weight.GOOD, what, event.bot, why, "s stops it", event.at_ns, event.bot)


def _bot_refused(event: m.BotRefused, _orders: Orders) -> Said:
    return Said(Weight.BAD, "Not started", event.bot, event.text, at_ns=event.at_ns)


def _bot_stopping(event: m.BotStopping, _orders: Orders) -> Said:
    follow = "ends when the venue shows none of its orders"
    why = f"{event.reason} (by {event.by})"
    return Said(Weight.PLAIN, "Stopping", event.bot, why, follow, event.at_ns, event.bot)


def _close_on_stop(event: m.CloseOnStopAsked, _orders: Orders) -> Said:
    what = "Closes its position before it ends"
    return Said(Weight.PLAIN, what, event.bot, f"by {event.by}", "", event.at_ns, event.bot)


def _close_given_up(event: m.CloseGivenUp, _orders: Orders) -> Said:
    what, follow = "Position not closed", "c closes it on the desk, under the cursor"
    return Said(Weight.BAD, what, event.bot, event.text, follow, event.at_ns, event.bot)


def _bot_stopped(event: m.BotStopped, _orders: Orders) -> Said:
    where = event.bot
    what = event.ends.capitalize()
    return Said(Weight.PLAIN, what, where, event.reason, "", event.at_ns, event.bot)


def _bot_faulted(event: m.BotFaulted, _orders: Orders) -> Said:
    follow = "its orders stay as they are; w shows its last run"
    return Said(Weight.BAD, "Faulted", event.bot, event.text, follow, event.at_ns, event.bot)


def _settings_changed(event: m.SettingsChanged, _orders: Orders) -> Said:
    why = ", ".join(f"{name} {value}" for name, value in event.settings)
    return Said(Weight.PLAIN, "Settings changed", event.bot, why, "", event.at_ns, event.bot)


def _bot_paused(event: m.BotPaused, _orders: Orders) -> Said:
    what = "Waits for you" if event.asks else "Paused"
    follow = "p resumes it, s leaves it stopped" if event.asks else "p resumes it"
    weight = Weight.WARN if event.asks else Weight.PLAIN
    why = f"{event.reason} (by {event.by}); its orders stay as they are"
    return Said(weight, what, event.bot, why, follow, event.at_ns, event.bot)


def _bot_resumed(event: m.BotResumed, _orders: Orders) -> Said:
    return Said(Weight.GOOD, "Resumed", event.bot, f"by {event.by}", "", event.at_ns, event.bot)


def _window_opened(event: m.WindowOpened, _orders: Orders) -> Said:
    what, where = "Its window has begun", event.bot
    return Said(Weight.GOOD, what, where, "", "", event.at_ns, event.bot)


def _command_given(event: m.CommandGiven, _orders: Orders) -> Said:
    what, why = given(event.name), f"by {event.by}"
    return Said(Weight.PLAIN, what, event.bot, why, "", event.at_ns, event.bot)


def _event_taken(event: m.EventTaken, _orders: Orders) -> Said:
    fields = ", ".join(f"{name} = {value}" for name, value in event.fields)
    where = ", ".join(event.bots) or "nobody"
    weight = Weight.WARN if event.refusal else Weight.PLAIN
    what = f'Event "{event.name}" of {event.by}' + (" refused" if event.refusal else "")
    return Said(weight, what, where, event.refusal or fields, at_ns=event.at_ns)


def _note(event: m.NoteWritten, _orders: Orders) -> Said:
    text = _signal_text(event.text) if event.kind == "signal" else event.text
    what = f"{event.kind.capitalize()}: {text}"
    weight = Weight.WARN if event.kind == STUCK else Weight.PLAIN
    return Said(weight, what, event.bot, at_ns=event.at_ns, owner=event.bot)


def _signal_text(record: str) -> str:
    """A signal is a record for machines with a sentence for people in it."""
    try:
        plain = json.loads(record)
    except json.JSONDecodeError:
        return record
    text = plain.get("text") if isinstance(plain, dict) else None
    return f"{plain.get('symbol', '')} {text}".strip() if isinstance(text, str) else record


def _intent_refused(event: m.IntentRefused, _orders: Orders) -> Said:
    what = f"Held back {event.action} {event.symbol}"
    why = event.text or event.code
    return Said(Weight.PLAIN, what, event.bot, why, at_ns=event.at_ns, owner=event.bot)


# ---- orders


def _whose(order: Order) -> str:
    names = {HAND: "by hand", UNKNOWN: "not ours"}
    return names.get(order.owner, order.owner)


def _about(order_id: str, orders: Orders) -> tuple[str, str, str]:
    """An order in words, where it belongs, and its owner; by its id where it is not known."""
    order = orders.get(order_id)
    if order is None:
        return f"order {order_id}", "venue", ""
    leg = "" if order.leg == "entry" else f"{order.leg.replace('_', ' ')}: "
    text = f"{leg}{numbers.order(order)}"
    return text, f"{_whose(order)} {order.terms.symbol}", order.owner


def _how(order: Order) -> str:
    limit = order.terms.limit
    exits = order.terms.exits
    if order.trigger is not None:
        return f"at {words(order.trigger)}"
    if order.leg in {"stop", "target", "trail"}:
        level = exits.stop_loss or exits.take_profit or exits.trail
        return "" if level is None else f"at {_level(order.leg, level)}"
    return f"at {words(limit)}" if limit is not None else "at market"


def _level(leg: str, level: Level) -> str:
    """A percent hangs on the average entry price; a trail's is its distance from the best price."""
    if level.kind is LevelKind.PRICE:
        return f"a distance of {words(level.value)}" if leg == "trail" else words(level.value)
    share = f"{words(level.value * 100)}%"
    return f"{share} from the best price" if leg == "trail" else f"{share} from the entry"


def _submitted(event: m.OrderSubmitted, _orders: Orders) -> Said:
    order = event.order
    what = f"Sent {numbers.order(order)} {_how(order)}"
    where = f"{_whose(order)} {order.terms.symbol}"
    why = f"{len(event.verdicts)} checks passed" if event.verdicts else ""
    return Said(Weight.PLAIN, what, where, why, "", order.placed_at_ns, order.owner)


def _denied(event: m.OrderDenied, _orders: Orders) -> Said:
    order = event.order
    failed = [verdict for verdict in event.verdicts if not verdict.passed]
    codes = " ".join(each.code for each in failed) or "DENIED"
    why = " ".join(each.text for each in failed) or order.reason
    what = f"Denied {numbers.order(order)} {_how(order)}: {codes}"
    where = f"{_whose(order)} {order.terms.symbol}"
    return Said(Weight.BAD, what, where, why, "", event.at_ns, order.owner)


def _rejected(event: m.OrderRejected, orders: Orders) -> Said:
    about, where, owner = _about(event.order, orders)
    what = f"Venue rejected {about}: {event.code}"
    following = NEXT.get(event.code, OTHERWISE)
    return Said(Weight.BAD, what, where, event.text, following, event.at_ns, owner)


def _filled(event: m.OrderFilled, orders: Orders) -> Said:
    base = event.symbol.partition("/")[0]
    done = "Bought" if event.side == Side.BUY else "Sold"
    part = "" if event.is_last else " (part)"
    what = f"{done} {words(event.quantity)} {base} at {numbers.amount(event.price)}{part}"
    _, where, owner = _about(event.order, orders)
    place = where if event.order in orders else f"{event.owner} {event.symbol}"
    reason = event.reason.replace("_", " ")
    if owner == HAND and event.owner not in {HAND, UNKNOWN}:
        reason = f"by hand, of what {event.owner} held"
    why = f"{reason}, fee {fee(event)}, {event.liquidity}"
    weight = Weight.BAD if event.reason in {"liquidation", "adl"} else Weight.GOOD
    return Said(weight, what, place, why, "", event.at_ns, event.owner)


def _cancel_requested(event: m.OrderCancelRequested, orders: Orders) -> Said:
    about, where, owner = _about(event.order, orders)
    what = f"Cancel asked for {about}"
    return Said(Weight.PLAIN, what, where, f"by {event.by}", "", event.at_ns, owner)


def _canceled(event: m.OrderCanceled, orders: Orders) -> Said:
    about, where, owner = _about(event.order, orders)
    word = "Expired" if event.is_expired else "Canceled"
    return Said(Weight.PLAIN, f"{word} {about}", where, event.reason, "", event.at_ns, owner)


def _unconfirmed(event: m.OrderUnconfirmed, orders: Orders) -> Said:
    about, where, owner = _about(event.order, orders)
    follow = "never sent again; the venue is asked by its id"
    what = f"Unconfirmed {about}"
    return Said(Weight.WARN, what, where, event.text, follow, event.at_ns, owner)


def _exit_placed(event: m.ExitPlaced, _orders: Orders) -> Said:
    order, verb = event.order, "Venue holds" if event.order.trigger is None else "Asked for"
    what = f"{verb} {order.leg.replace('_', ' ')} {numbers.order(order)} {_how(order)}"
    where = f"{_whose(order)} {order.terms.symbol}"
    return Said(Weight.PLAIN, what, where, "", "", event.at_ns, order.owner)


def _dead_handled(event: m.DeadHandled, _orders: Orders) -> Said:
    done = "is tried again" if event.is_again else "was dropped"
    what = f"Dead letter {event.letter} {done}"
    return Said(Weight.PLAIN, what, "engine", f"by {event.by}", "", event.at_ns)


WORDINGS: Final[dict[type[m.Event], Wording]] = {
    **OF_WAITS,
    **OF_DOUBTS,
    **OF_GAMES,
    **OF_MONEY,
    **OF_PROTECTION,
    **OF_HAND,
    **OF_KILLS,
    **OF_UPDATES,
    m.AccountOpened: _account_opened,
    m.LimitsSet: _limits_set,
    m.LimitsChanged: _limits_changed,
    m.LimitBreached: _limit_breached,
    m.CalendarSet: _calendar_set,
    m.InstrumentsListed: _silent,
    m.OffersListed: _silent,
    m.ScriptSaved: _silent,
    m.EngineStarted: _engine_started,
    m.TradingStateChanged: _trading_state,
    m.AccountStateChanged: _account_state,
    **OF_LIVE,
    m.CommandRefused: _command_refused,
    m.BotStarted: _bot_started,
    m.BotRefused: _bot_refused,
    m.BotStopping: _bot_stopping,
    m.CloseOnStopAsked: _close_on_stop,
    m.CloseGivenUp: _close_given_up,
    m.BotStopped: _bot_stopped,
    m.BotFaulted: _bot_faulted,
    m.SettingsChanged: _settings_changed,
    m.BotPaused: _bot_paused,
    m.BotResumed: _bot_resumed,
    m.WindowOpened: _window_opened,
    m.CommandGiven: _command_given,
    m.EventTaken: _event_taken,
    m.NoteWritten: _note,
    m.IntentRefused: _intent_refused,
    m.OrderSubmitted: _submitted,
    m.OrderDenied: _denied,
    m.OrderTimed: _silent,
    m.OrderRejected: _rejected,
    m.OrderFilled: _filled,
    m.OrderCancelRequested: _cancel_requested,
    m.OrderCanceled: _canceled,
    m.OrderUnconfirmed: _unconfirmed,
    m.ExitPlaced: _exit_placed,
    m.TapeSealed: _silent,
    m.EquitySampled: _silent,
    m.KillRead: _silent,
    m.DeadHandled: _dead_handled,
}
# The names of events that have words: the others are not read again for a screen.
VOICED: Final = tuple(kind.__name__ for kind, words in WORDINGS.items() if words is not _silent)
