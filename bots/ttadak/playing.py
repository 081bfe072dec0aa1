"""What each key does to a game.

The rules it keeps: one press is one play; a game begins only armed, at a fresh price, with no other
under way; keys that make a position smaller are never ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from bots.ttadak.arithmetic import Liquidity, Rules, levels, stop_refusal
from bots.ttadak.ordering import CLOSE, ENTRY, exit_of, exit_order, leave, session_over, stop_of
from bots.ttadak.state import PRESSES_KEPT, Game, GameState, Leg, plan_of, rules_of
from bots.ttadak.turn import Turn
from lefi_tui.core.bot import Intent
from lefi_tui.core.game import Do, Ground, Plan, Play
from lefi_tui.core.instrument import ASKED_MAX
from lefi_tui.core.money import MONEY, floor_to, words
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Side, Size, SizeKind, TimeInForce

NS_PER_MS: Final = 1_000_000
GAMES: Final = frozenset({Do.BUY, Do.SELL})
ONCE: Final = GAMES | {Do.ARM}  # judged by their time too; the others do no harm twice
TENTH: Final = Decimal("0.001")  # of margin: one step of target and stop
TARGET_MAX, STOP_MAX = Decimal(1), Decimal(1)


def play(turn: Turn, pressed: Play) -> None:
    if _is_repeat(turn, pressed):
        turn.change(keys=replace(turn.state.keys, ignored=turn.state.keys.ignored + 1))
        return
    if pressed.do is not Do.DISARM:
        turn.change(active_ms=turn.at_ms)
    _PLAYS[pressed.do](turn, pressed)
    turn.ran(f"key {pressed.do}")


def _is_repeat(turn: Turn, pressed: Play) -> bool:
    """The same press again, or a key that bounces or is held down. It is remembered either way, so
    that a held key stays one press."""
    keys = turn.state.keys
    if pressed.press and pressed.press in keys.presses:
        return True
    do, at_ms = pressed.do, _pressed_ms(turn, pressed)
    known = GAMES if do in GAMES else {do} & ONCE
    times = [each for each in map(keys.at, known) if each is not None]
    is_bounce = any(abs(at_ms - each) < turn.state.settings.repeat_ms for each in times)
    began, told_ms = keys.held
    is_held = do is began and abs(at_ms - told_ms) < turn.state.settings.held_ms
    turn.change(
        keys=replace(
            keys,
            presses=(*keys.presses, *((pressed.press,) if pressed.press else ()))[-PRESSES_KEPT:],
            last_ms=(*(each for each in keys.last_ms if each[0] is not do), (do, at_ms)),
            held=(do, at_ms) if is_held else keys.held,
        )
    )
    return is_bounce or is_held


def _pressed_ms(turn: Turn, pressed: Play) -> int:
    return pressed.pressed_ns // NS_PER_MS or turn.at_ms


# ---- arming


def _arm(turn: Turn, pressed: Play) -> None:
    if turn.state.is_armed:
        turn.disarm("by its key")
        return
    why = _not_armed(turn, pressed)
    if why:
        turn.refuse(f"Not armed: {why}")
        return
    turn.change(is_armed=True, tally=replace(turn.state.tally, losses_row=0))
    turn.say("Armed.")


def _not_armed(turn: Turn, pressed: Play) -> str:
    ground = turn.ground
    if ground is None or not ground.instrument.is_perpetual:
        return f"{turn.state.settings.symbol} is no perpetual market of this account. Take another."
    if turn.state.doubted:
        return "an order has no answer yet. Look at it: Alt+U."
    if ground.is_real and pressed.typed != ground.account:
        return f"real money: type the account's name, {ground.account}."
    if turn.state.settings.leverage > ground.instrument.leverage_max:
        return f"{ground.instrument.symbol} allows {ground.instrument.leverage_max}x at most."
    refused = stop_refusal(rules_of(turn.state, ground, Plan.ON_FILL))
    tally = replace(turn.state.tally, losses_row=0)  # arming again is a new beginning for these
    over = session_over(replace_state(turn, tally=tally))
    return refused or (f"{over}. Start the game again." if over else "") or _stale(turn)


def replace_state(turn: Turn, **changes: object) -> Turn:
    return Turn(replace(turn.state, **changes), turn.at_ms, turn.ground)


def _stale(turn: Turn) -> str:
    """Why the price is none to play at; empty when it is fresh."""
    state = turn.state
    if not state.bid or not state.ask:
        return f"no price of {state.settings.symbol} was seen yet. Wait for the feed."
    age_ms = turn.at_ms - state.quote_ms
    if age_ms <= state.settings.stale_ms:
        return ""
    return f"the price is {age_ms:,} ms old, {state.settings.stale_ms} are allowed. Wait for it."


def _disarm(turn: Turn, pressed: Play) -> None:
    turn.disarm(pressed.typed or f"by {pressed.by}")
    call_off(turn)


def call_off(turn: Turn) -> None:
    """An entry that waits must not open what nobody watches."""
    if turn.state.game is not None and not turn.state.doubted:
        turn.change_game(entry=leave(turn, turn.game.entry))


# ---- games


def _begin(turn: Turn, pressed: Play) -> None:
    side = Side.BUY if pressed.do is Do.BUY else Side.SELL
    refusal = _not_begun(turn) or _late(turn, pressed)
    if refusal:
        turn.refuse(f"No {side} game: {refusal}")
        return
    game = _entered(turn, side, pressed)
    held = (pressed.do, _pressed_ms(turn, pressed))
    turn.change(game=game, number=game.number, keys=replace(turn.state.keys, held=held))
    turn.intents.append(_entry(turn, game))
    if game.plan in {Plan.BATCH, Plan.PARALLEL}:
        leg, intent = exit_order(turn, game.entry.units, exit_of(game))
        turn.intents.append(replace(intent, pair=game.plan.value))
        turn.change_game(exits=(leg,))
    entry = f"{side} {game.entry.units} at {game.entry.price}"
    turn.say(f"Game {game.number}: {entry}, {game.plan.value}.")


def _entered(turn: Turn, side: Side, pressed: Play) -> Game:
    """The next game as it is entered at the prices that were heard last."""
    assert turn.ground is not None, "it was armed on one"
    plan, why = plan_of(turn.state.settings, turn.ground)
    rules = rules_of(turn.state, turn.ground, plan)
    units = turn.state.units
    if units <= ASKED_MAX:  # else the gate says that there is not so much of anything
        units = floor_to(turn.ground.instrument.step, units)
    leg = Leg(turn.ticket(), _entry_price(turn, side, rules), units)
    number = turn.state.number + 1
    return Game(number, side, plan, why, rules, leg, turn.at_ms, pressed.pressed_ns)


def entry_of(state: GameState, ground: Ground, do: Do) -> Intent:
    """What that key would send now, for whoever judges it before it is pressed."""
    turn = Turn(state, state.quote_ms, ground)
    side = Side.BUY if do is Do.BUY else Side.SELL
    return _entry(turn, _entered(turn, side, Play(do)))


def _not_begun(turn: Turn) -> str:
    if not turn.state.is_armed:
        return "the game is disarmed. Arm it first: a."
    if turn.state.game is not None:
        return f"game {turn.game.number} is under way."
    occupied = "" if turn.ground is None else occupied_by(turn.ground)
    if occupied:
        return occupied
    stale = _stale(turn)
    if stale:
        turn.disarm("the price is old")
    return stale


def occupied_by(ground: Ground) -> str:
    """Why a game could not be told apart from what is held there; empty where nothing is."""
    if ground.taken:
        return f"{ground.taken}, and a venue knows one position a market. Close it first."
    if ground.held:
        return f"{words(ground.held)} of an earlier game are still held. Flatten them first: f."
    return ""


def _late(turn: Turn, pressed: Play) -> str:
    """A key that waited: what was seen when it was pressed is not so any more."""
    waited_ms = turn.at_ms - _pressed_ms(turn, pressed)
    if waited_ms <= turn.state.settings.stale_ms:
        return ""
    return f"its key was pressed {waited_ms:,} ms ago. Look, and press again."


def _entry_price(turn: Turn, side: Side, rules: Rules) -> Decimal:
    """Beside one's own best, or across to the other side's."""
    state, is_buy = turn.state, side is Side.BUY
    if rules.entry is Liquidity.MAKER:
        return state.bid if is_buy else state.ask
    with localcontext(MONEY):
        return (state.ask if is_buy else state.bid) + side.sign * state.settings.slip_ticks * (
            rules.tick
        )


def _entry(turn: Turn, game: Game) -> Intent:
    settings = turn.state.settings
    is_maker = game.rules.entry is Liquidity.MAKER
    return Intent(
        game.side.value,
        settings.symbol,
        ENTRY,
        size=Size(SizeKind.UNITS, game.entry.units),
        limit=game.entry.price,
        exits=stop_of(game),
        leverage=settings.leverage,
        is_post_only=is_maker,
        time_in_force=TimeInForce.GTC if is_maker else TimeInForce.IOC,
        ticket=game.entry.ticket,
        deadline_ms=settings.entry_ms,
    )


# ---- moves


def _move_exit(turn: Turn, pressed: Play) -> None:
    if _has_exit(turn):
        _move_to(turn, _away(turn.game, pressed.value, exit_of(turn.game)))


def _move_bracket(turn: Turn, pressed: Play) -> None:
    """Exit and stop, both outward or both inward."""
    if not _has_exit(turn):
        return
    game = turn.game
    stop = game.stop_at or levels(game.side, game.entered.average, game.rules).stop
    moved = _away(game, -pressed.value, stop)
    share = abs(moved - game.entered.average) * game.rules.leverage / game.entered.average
    is_beyond = (game.entered.average - moved) * game.side.sign <= 0
    refused = "" if is_beyond else stop_refusal(replace(game.rules, stop=share))
    market = turn.state.bid if game.side is Side.BUY else turn.state.ask
    if market and (market - moved) * game.side.sign <= 0:
        refused = f"The market is at {market}: a stop at {moved} would act at once. f flattens."
    if refused:
        turn.refuse(refused)
        return
    turn.change_game(stop_at=moved)
    plan = ExitPlan(stop_loss=Level(LevelKind.PRICE, moved))
    turn.intents.append(Intent("protect", turn.state.settings.symbol, ENTRY, exits=plan))
    _move_to(turn, _away(game, pressed.value, exit_of(game)))


def _has_exit(turn: Turn) -> bool:
    game = turn.state.game
    if game is None or not game.open or game.is_flattening:
        turn.refuse("There is no exit to move: no game is open.")
        return False
    if game.plan is Plan.ATTACH:
        turn.refuse("The venue holds this exit; f flattens, other plans move it.")
        return False
    return True


def _away(game: Game, ticks: int, price: Decimal) -> Decimal:
    with localcontext(MONEY):
        return price + game.side.sign * ticks * game.rules.tick


def _move_to(turn: Turn, price: Decimal) -> None:
    if price <= 0:
        turn.refuse("An exit needs a price above 0.")
        return
    turn.change_game(exit_at=price)
    turn.change(why=f"Exit at {price}.")


def _break_even(turn: Turn, _pressed: Play) -> None:
    if _has_exit(turn):
        game = turn.game
        at = levels(game.side, game.entered.average, game.rules)
        _move_to(turn, at.break_even)


# ---- the rest


def _size(turn: Turn, pressed: Play) -> None:
    if 1 <= pressed.value <= len(turn.state.settings.sizes):
        turn.change(size=pressed.value)
        turn.change(why=f"Size {pressed.value}: {turn.state.units}.")
    else:
        turn.refuse(f"There is no size {pressed.value}; sizes holds them, in the settings.")


def _target(turn: Turn, pressed: Play) -> None:
    wanted = turn.state.target + pressed.value * TENTH
    turn.change(target=min(max(wanted, TENTH), TARGET_MAX))
    turn.change(why=f"Target {turn.state.target:.1%} of margin.")


def _stop(turn: Turn, pressed: Play) -> None:
    wanted = min(max(turn.state.stop + pressed.value * TENTH, TENTH), STOP_MAX)
    if turn.ground is not None:
        rules = rules_of(replace_state(turn, stop=wanted).state, turn.ground, Plan.ON_FILL)
        refused = stop_refusal(rules) if wanted > turn.state.stop else ""
        if refused:
            turn.refuse(refused)
            return
    turn.change(stop=wanted)
    turn.change(why=f"Stop {wanted:.1%} of margin.")


def _cancel(turn: Turn, _pressed: Play) -> None:
    if turn.state.game is None or turn.game.entry.is_done:
        turn.refuse("There is no entry to cancel.")
        return
    turn.change_game(entry=leave(turn, turn.game.entry))
    turn.say("The entry is being canceled.")


def _flatten(turn: Turn, _pressed: Play) -> None:
    if turn.state.game is not None:
        turn.change_game(is_flattening=True)
        is_frozen = bool(turn.state.doubted)
        when = "as soon as every order has its answer" if is_frozen else "now"
        turn.say(f"Flattening {when}: orders are canceled, what is held is closed at market.")
    elif turn.ground is not None and turn.ground.held:
        turn.intents.append(Intent("close", turn.state.settings.symbol, CLOSE, deadline_ms=0))
        turn.say("What an earlier game left is closed at market.")
    else:
        turn.refuse("There is nothing to flatten.")


_PLAYS: Final[Mapping[Do, Callable[[Turn, Play], None]]] = MappingProxyType(
    {
        Do.ARM: _arm,
        Do.DISARM: _disarm,
        Do.BUY: _begin,
        Do.SELL: _begin,
        Do.SIZE: _size,
        Do.EXIT: _move_exit,
        Do.BRACKET: _move_bracket,
        Do.TARGET: _target,
        Do.STOP: _stop,
        Do.BREAK_EVEN: _break_even,
        Do.CANCEL: _cancel,
        Do.FLATTEN: _flatten,
    }
)
