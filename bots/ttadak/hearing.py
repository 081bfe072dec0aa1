"""What a game hears: prices, fills of its orders, and how each of them ended.

The rule it keeps: only what was filled counts as held; a fill of an order that the game no longer
waits for still belongs to it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from bots.ttadak.state import Amount, Game, Leg, rules_of
from bots.ttadak.turn import Turn
from lefi_tui.core.bot import Answer, FillSeen, Occasion, OrderOutcome
from lefi_tui.core.game import Plan
from lefi_tui.core.money import EXACT, ZERO, from_double, words
from lefi_tui.core.order import Side

AGAIN_MS: Final = 50  # after the first refusal, then twice as long each time
AGAIN_MOST_MS: Final = 5_000
TOLD: Final = frozenset({1, 3})  # refusals of a close that whoever is away hears of; then
TOLD_EVERY: Final = 60  # so many later, some five minutes
TARGET: Final = "take_profit"  # of a plan that attaches it
STOPPED: Final = frozenset({"stop_loss", "trail"})


def hear(turn: Turn, occasion: Occasion) -> None:
    for quote in occasion.quotes:
        if quote.symbol == turn.state.settings.symbol:
            turn.change(
                bid=from_double(quote.bid), ask=from_double(quote.ask), quote_ms=quote.time_ms
            )
    for fill in occasion.fills:
        _filled(turn, fill)
    for answer in occasion.answers:
        _ended(turn, answer)
    if set(occasion.doubted) != set(turn.state.doubted):
        _doubted(turn, occasion.doubted)


def _doubted(turn: Turn, tickets: tuple[int, ...]) -> None:
    turn.change(doubted=tickets)
    if tickets:
        turn.alarm("Frozen: an order has no answer. It is looked up by its id; nothing is sent.")
        turn.change(is_armed=False)
    else:
        turn.say("Every order has its answer again; the game goes on disarmed.")


# ---- fills


def _filled(turn: Turn, fill: FillSeen) -> None:
    if fill.symbol != turn.state.settings.symbol:
        return
    game = turn.state.game
    units, price, fee = (from_double(each) for each in (fill.units, fill.price, fill.fee))
    if game is None:
        held = ZERO if turn.ground is None else turn.ground.held
        if held * fill.side.sign > 0:  # else it closed what an earlier game had left
            _adopt(turn, fill.side, Amount().plus(units, price, fee))
        return
    if fill.side is game.side:
        entered = game.entered.plus(units, price, fee)
        turn.change_game(entered=entered, entry=_leg(game.entry, fill.ticket, units))
        return
    turn.change_game(
        exited=game.exited.plus(units, price, fee),
        exits=tuple(_leg(each, fill.ticket, units) for each in game.exits),
        close=None if game.close is None else _leg(game.close, fill.ticket, units),
        ended_by=_ended_by(game, fill),
    )


def _adopt(turn: Turn, side: Side, held: Amount) -> None:
    """A fill of an order whose game was over: a game again, and nothing but its close."""
    if turn.ground is None:
        return
    rules = rules_of(turn.state, turn.ground, Plan.ON_FILL)
    entry = Leg(0, held.average, held.units, held.units, is_done=True)
    number = turn.state.number
    game = Game(number, side, Plan.ON_FILL, "", rules, entry, turn.at_ms, entered=held)
    turn.change(game=replace(game, is_flattening=True))
    turn.alarm(f"{words(held.units)} were filled behind the end of game {number}: traded back.")


def _leg(leg: Leg, ticket: int, units: Decimal) -> Leg:
    if leg.ticket != ticket:
        return leg
    return replace(leg, filled=EXACT.add(leg.filled, units))


def _ended_by(game: Game, fill: FillSeen) -> str:
    if fill.reason in STOPPED:
        return "stop"
    if fill.reason == "liquidation":
        return "liquidation"
    is_exit = fill.reason == TARGET or any(each.ticket == fill.ticket for each in game.exits)
    return "exit" if is_exit else "flatten"


# ---- ends


def _ended(turn: Turn, answer: Answer) -> None:
    game = turn.state.game
    if game is None or answer.outcome is None:
        return
    reason, is_refused = answer.outcome.reason, answer.outcome.status == "refused"
    if answer.ticket == game.entry.ticket:
        turn.change_game(entry=_done(game.entry, answer.outcome))
        if is_refused:
            turn.say(f"The entry was refused: {reason}")
        elif not game.entered.units:
            turn.say(f"Nothing was filled: {reason or 'the entry ended'}.")
    elif game.close is not None and answer.ticket == game.close.ticket:
        turn.change_game(close=_done(game.close, answer.outcome))
        if is_refused or not game.close.filled:
            _again(turn)
            told = f"The close came to nothing: {reason} It is tried again."
            (
                turn.alarm
                if turn.game.refusals in TOLD or not turn.game.refusals % TOLD_EVERY
                else turn.think
            )(told)
    else:
        _exit_ended(turn, answer.ticket, answer.outcome)


def _done(leg: Leg, outcome: OrderOutcome) -> Leg:
    times = outcome.sent_ns, outcome.accepted_ns, outcome.filled_ns
    sent_ns, accepted_ns, filled_ns = times
    return replace(leg, is_done=True, sent_ns=sent_ns, accepted_ns=accepted_ns, filled_ns=filled_ns)


def _exit_ended(turn: Turn, ticket: int, outcome: OrderOutcome) -> None:
    game = turn.game
    known = [each for each in game.exits if each.ticket == ticket]
    if not known:
        return
    exits = tuple(_done(each, outcome) if each in known else each for each in game.exits)
    turn.change_game(exits=exits)
    if known[0].filled:
        turn.change_game(refusals=0, again_ms=0)
    elif not known[0].is_leaving and game.entered.units:  # before a fill it only came too early
        _again(turn)
        turn.say(f"The exit came to nothing: {outcome.reason}")


def _again(turn: Turn) -> None:
    """Not at once: what refused it a moment ago refuses it now."""
    refusals = turn.game.refusals + 1
    wait_ms = min(AGAIN_MS * 2 ** (refusals - 1), AGAIN_MOST_MS)
    turn.change_game(refusals=refusals, again_ms=turn.at_ms + wait_ms)
