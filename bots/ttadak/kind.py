"""The game as a kind of bot: keys and fills in, orders out. All functions are pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from bots.ttadak import state as states
from bots.ttadak.hearing import hear
from bots.ttadak.ordering import follow
from bots.ttadak.playing import call_off, play
from bots.ttadak.settings import refusal, settings_of
from bots.ttadak.state import GameState
from bots.ttadak.turn import Turn
from lefi_tui.core.bot import Awaited, Decision, Needs, Occasion, Snapshot
from lefi_tui.core.money import ZERO

SOURCE: Final = ""  # a game has no text: it is of the program


class Ttadak:
    name: Final = "ttadak"

    def refused(self, source: str, settings: Mapping[str, str]) -> str:
        if source != SOURCE:
            return "A game has no script: start it with settings alone."
        return refusal(settings)

    def needs(self, _source: str, settings: Mapping[str, str]) -> Needs:
        symbol = settings_of(settings).symbol
        return Needs((symbol,), quotes=(symbol,), is_played=True)

    def begin(self, _source: str, settings: Mapping[str, str]) -> GameState:
        return states.first(settings_of(settings))

    def rebind(self, state: GameState, _source: str, settings: Mapping[str, str]) -> GameState:
        """A game under way goes on by its own rules; keys are disarmed."""
        changed = settings_of(settings)
        if changed.symbol != state.settings.symbol:  # another market's price is none here
            state = replace(state, bid=ZERO, ask=ZERO, quote_ms=0)
        return self.disarmed(replace(state, settings=changed), "its settings were changed")

    def disarmed(self, state: GameState, why: str) -> GameState:
        """Its exits are played where its settings put them again."""
        target, stop = state.settings.target, state.settings.stop
        said = f"disarmed: {why}"
        return replace(state, target=target, stop=stop, is_armed=False, why=said)

    def decide(self, state: GameState, occasion: Occasion, snapshot: Snapshot) -> Decision:
        at_ms = max(occasion.at_ms, state.quote_ms)
        turn = Turn(state, at_ms, snapshot.ground(state.settings.symbol))
        hear(turn, occasion)
        if occasion.stopping:
            turn.change(is_ending=True)
            turn.disarm("its bot is stopped")
        for each in occasion.plays:
            play(turn, each)
        _watch(turn)
        follow(turn)
        return Decision(
            turn.state,
            tuple(turn.intents),
            notes=tuple(turn.notes),
            runs=tuple(turn.runs),
            awaited=_awaited(turn.state, at_ms),
            rounds=tuple(turn.rounds),
        )

    def why(self, state: GameState) -> str:
        return f"{states.stage_of(state)}: {state.why}"

    def encode(self, state: GameState) -> Any:
        return states.encode(state)

    def decode(self, _source: str, settings: Mapping[str, str], data: Any) -> GameState:
        return states.decode(data, settings_of(settings))


def _watch(turn: Turn) -> None:
    """What time alone brings about."""
    state = turn.state
    if state.is_armed and turn.at_ms >= state.active_ms + state.settings.idle_ms:
        turn.disarm(f"no key for {state.settings.idle_ms // 1_000} s")
    if not turn.state.is_armed:
        call_off(turn)
    game, limit_ms = turn.state.game, state.settings.game_ms
    if game is None or game.is_flattening or not limit_ms or not game.open:
        return
    if turn.at_ms >= game.began_ms + limit_ms:
        turn.say(f"Game {game.number} has lasted {limit_ms // 1_000} s: it is closed at market.")
        turn.change_game(is_flattening=True)


def _awaited(state: GameState, at_ms: int) -> tuple[Awaited, ...]:
    """Orders whose end it must hear, and the moments at which it must look; of a bot that is
    stopped there are none of these, and its close need not wait for them."""
    game = state.game
    orders: tuple[Awaited, ...] = ()
    if game is not None:
        what = f"an order of game {game.number}"
        orders = tuple(Awaited(each.ticket, "order", what) for each in game.working)
    return orders if state.is_ending else (*orders, *_moments(state, at_ms))


def _moments(state: GameState, at_ms: int) -> Iterator[Awaited]:
    game, settings = state.game, state.settings
    if game is not None:
        name = f"game {game.number}"
        if settings.game_ms and game.open and not game.is_flattening:
            yield Awaited(0, "time", name, until_ms=game.began_ms + settings.game_ms)
        if game.open and not game.working:
            yield Awaited(0, "order", f"the end of {name}")
        if game.again_ms > at_ms:
            yield Awaited(0, "time", f"{name} again", until_ms=game.again_ms)
    if state.is_armed:
        yield Awaited(0, "time", "a key", until_ms=state.active_ms + settings.idle_ms)
