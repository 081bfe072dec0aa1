"""What a game asks of its venue now: exits for what is held, cancels, a close; and when it is over.

The rules it keeps: exits never ask for more than is held and not yet offered; while an order has no
answer nothing is sent; a position whose exit is refused again and again is closed at market, aloud.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Final

from msgspec.structs import replace

from bots.ttadak.arithmetic import levels
from bots.ttadak.counting import count_again
from bots.ttadak.state import ROUNDS_KEPT, Game, Leg, Tally
from bots.ttadak.turn import Turn
from lefi_tui.core.bot import Intent
from lefi_tui.core.game import Plan, Round
from lefi_tui.core.money import EXACT, MONEY, ZERO, words
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Side, Size, SizeKind

ENTRY, EXIT, CLOSE = 0, 1, 2  # places of its orders
REFUSALS_MAX: Final = 3  # of an exit, one after another; then what is held is closed
NS_PER_MS: Final = 1_000_000


def follow(turn: Turn) -> None:
    """Whatever was heard or played, the orders follow. Of a bot that is stopped the desk closes
    what is to be closed; the game only counts it."""
    if turn.state.game is None or turn.state.doubted:
        return
    count_again(turn)
    if not turn.state.is_ending:
        _keep_orders(turn)
    _end_if_over(turn)


def _keep_orders(turn: Turn) -> None:
    game = turn.game
    if game.refusals >= REFUSALS_MAX and not game.is_flattening:
        turn.alarm("The exit was refused again and again: what is held is closed at market.")
        turn.change_game(is_flattening=True)
    elif game.open < 0 and not game.working and not game.is_flattening:
        turn.alarm(f"{words(-game.open)} are held on the other side: closed at market.")
        turn.change_game(is_flattening=True)
    if turn.game.is_flattening:
        _flatten(turn)
    else:
        _keep_exits(turn)


def _intent(turn: Turn, action: str, site: int, ticket: int) -> Intent:
    return Intent(action, turn.state.settings.symbol, site, ticket=ticket, deadline_ms=0)


def leave(turn: Turn, leg: Leg) -> Leg:
    """Ask once that it be canceled."""
    if leg.is_done or leg.is_leaving:
        return leg
    turn.intents.append(replace(_intent(turn, "cancel", ENTRY, 0), of=leg.ticket))
    return replace(leg, is_leaving=True)


# ---- the way out at market


def _flatten(turn: Turn) -> None:
    """First nothing may be left that could trade beside the close, then the close, once."""
    game = turn.game
    turn.change_game(
        entry=leave(turn, game.entry), exits=tuple(leave(turn, each) for each in game.exits)
    )
    game = turn.game
    is_closing = game.close is not None and not game.close.is_done
    is_free = not is_closing and all(each.is_done for each in game.exits)
    if game.open and is_free and turn.at_ms >= game.again_ms:
        ticket = turn.ticket()
        turn.intents.append(_intent(turn, "close", CLOSE, ticket))
        turn.change_game(close=Leg(ticket, ZERO, abs(game.open)))


# ---- the exit


def _keep_exits(turn: Turn) -> None:
    game = turn.game
    if not game.entered.units:
        return _without_fill(turn)
    if game.plan is Plan.ATTACH:
        return None  # the venue holds it
    if game.open <= 0:
        turn.change_game(exits=tuple(leave(turn, each) for each in game.exits))
        return None
    _recall(turn)
    game = turn.game
    bare = EXACT.subtract(game.open, game.covered)
    is_closing = turn.ground is not None and turn.ground.is_closing  # somebody else's close
    if bare > 0 and not is_closing and turn.at_ms >= game.again_ms:
        leg, intent = exit_order(turn, bare, exit_of(game))
        turn.intents.append(intent)
        turn.change_game(exits=(*_unforgotten(game.exits), leg))
    return None


def _without_fill(turn: Turn) -> None:
    """An exit that left beside an entry which ended empty has no reason any more."""
    game = turn.game
    if game.entry.is_done and any(not each.is_done for each in game.exits):
        turn.change_game(exits=tuple(leave(turn, each) for each in game.exits))


def exit_of(game: Game) -> Decimal:
    """Where the next exit goes: where a person put it, else where the target is."""
    entry = game.entered.average or game.entry.price
    return game.exit_at or levels(game.side, entry, game.rules).exit


def _recall(turn: Turn) -> None:
    """Exits that a person wants elsewhere, or for more than is held once the entry is done."""
    game = turn.game
    is_over = game.entry.is_done and game.covered > game.open
    turn.change_game(
        exits=tuple(
            leave(turn, each) if is_over or game.exit_at not in {ZERO, each.price} else each
            for each in game.exits
        )
    )


def _unforgotten(exits: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """What still counts: all that work or were filled, and the first that stood, for its times."""
    first = next((each for each in exits if not each.is_void), None)
    return tuple(each for each in exits if each is first or not each.is_done or each.filled)


def exit_order(turn: Turn, units: Decimal, price: Decimal) -> tuple[Leg, Intent]:
    game = turn.game
    ticket = turn.ticket()
    action = "sell" if game.side is Side.BUY else "buy"
    intent = replace(
        _intent(turn, action, EXIT, ticket),
        size=Size(SizeKind.UNITS, units),
        limit=price,
        is_reduce_only=True,
    )
    return Leg(ticket, price, units), intent


def stop_of(game: Game) -> ExitPlan:
    with localcontext(MONEY):
        away = game.rules.stop / game.rules.leverage
    stop = Level(LevelKind.PERCENT, away)
    if game.plan is not Plan.ATTACH:
        return ExitPlan(stop_loss=stop)
    return ExitPlan(stop_loss=stop, take_profit=Level(LevelKind.PRICE, exit_of(game)))


# ---- the end


def _end_if_over(turn: Turn) -> None:
    game = turn.game
    if game.working or game.open != 0:
        return
    played = _round(turn, game)
    turn.rounds.append(played)
    turn.change(
        game=None,
        rounds=(*turn.state.rounds, played)[-ROUNDS_KEPT:],
        tally=_tally(turn.state.tally, played),
    )
    if played.result == "missed":
        turn.change(why=f"Game {played.game} missed. {turn.state.why}")
    else:
        share = f"{played.net_share:+.2%} of margin"
        turn.change(why=f"Game {played.game} {played.result}: {words(played.net)} net, {share}.")
    _keep_limits(turn)


def _round(turn: Turn, game: Game) -> Round:
    if not game.entered.units:
        return _missed(turn, game)
    with localcontext(MONEY):
        moved = (game.exited.cost - game.entered.cost) * game.side.sign
        fees = game.entered.fees + game.exited.fees
        rates = game.rules.fees
        planned = game.entered.cost * rates.of(game.rules.entry)
        planned += game.exited.cost * rates.of(game.rules.exit)
        net = moved - fees
        margin = game.entered.cost / game.rules.leverage
    return Round(
        game=game.number,
        side=game.side.value,
        result="won" if net > 0 else "lost" if net else "even",
        plan=game.plan,
        units=game.entered.units,
        entry=game.entered.average,
        exit=game.exited.average,
        net=net,
        fees=fees,
        planned_fees=planned,
        margin=margin,
        began_ns=game.began_ms * NS_PER_MS,
        ended_ns=turn.at_ms * NS_PER_MS,
        ended_by=game.ended_by or "exit",
        timing=game.timing,
    )


def _missed(turn: Turn, game: Game) -> Round:
    return Round(
        game=game.number,
        side=game.side.value,
        result="missed",
        plan=game.plan,
        units=ZERO,
        entry=ZERO,
        exit=ZERO,
        net=ZERO,
        fees=ZERO,
        planned_fees=ZERO,
        margin=ZERO,
        began_ns=game.began_ms * NS_PER_MS,
        ended_ns=turn.at_ms * NS_PER_MS,
        ended_by="entry",
        timing=game.timing,
    )


def _tally(before: Tally, played: Round) -> Tally:
    won, lost = played.result == "won", played.result == "lost"
    if played.result == "missed":
        return replace(before, games=before.games + 1, missed=before.missed + 1)
    streak = before.streak
    if won:
        streak = max(streak, 0) + 1
    elif lost:
        streak = min(streak, 0) - 1
    return Tally(
        before.games + 1,
        before.won + won,
        before.lost + lost,
        before.missed,
        MONEY.add(before.net, played.net),
        MONEY.add(before.fees, played.fees),
        before.losses_row + 1 if lost else 0 if won else before.losses_row,
        streak,
        played.net if before.best is None else max(before.best, played.net),
        played.net if before.worst is None else min(before.worst, played.net),
    )


def _keep_limits(turn: Turn) -> None:
    over = session_over(turn)
    if over:
        turn.disarm(over)


def session_over(turn: Turn) -> str:
    """Which limit of the session is reached, in words; empty when none is."""
    settings, tally = turn.state.settings, turn.state.tally
    if tally.losses_row >= settings.losses_max:
        return f"{tally.losses_row} games were lost one after another"
    if settings.loss_max and -tally.net >= settings.loss_max:
        return f"the session has lost {words(-tally.net)}, its limit is {words(settings.loss_max)}"
    if settings.games_max and tally.games - tally.missed >= settings.games_max:
        return f"{settings.games_max} games were played, the session's limit"
    return ""
