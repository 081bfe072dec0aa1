"""What a game remembers: the game under way with its orders, the rounds played, the last keys."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from bots.ttadak.arithmetic import Fees, Liquidity, Rules
from bots.ttadak.settings import Settings
from lefi_tui.core.game import Do, Ground, Plan, Round, Stage, Timing
from lefi_tui.core.money import EXACT, MONEY, ZERO
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

ROUNDS_KEPT: Final = 200
PRESSES_KEPT: Final = 32


class Leg(Record):
    """One order of the game, as far as it was heard of."""

    ticket: int
    price: Decimal  # ZERO: at market
    units: Decimal  # asked
    filled: Decimal = ZERO
    is_done: bool = False
    is_leaving: bool = False  # its cancel was asked
    sent_ns: int = 0  # by our clock, known when it is done; 0: nobody knows
    accepted_ns: int = 0
    filled_ns: int = 0

    @property
    def remaining(self) -> Decimal:
        return ZERO if self.is_done else EXACT.subtract(self.units, self.filled)

    @property
    def is_void(self) -> bool:
        """It came to nothing, and for all that is known the venue never had it."""
        return self.is_done and not self.filled and not self.accepted_ns


class Amount(Record):
    """What one side of a game has traded."""

    units: Decimal = ZERO
    cost: Decimal = ZERO
    fees: Decimal = ZERO

    def plus(self, units: Decimal, price: Decimal, fee: Decimal) -> Amount:
        cost = MONEY.fma(price, units, self.cost)
        return Amount(EXACT.add(self.units, units), cost, MONEY.add(self.fees, fee))

    @property
    def average(self) -> Decimal:
        return MONEY.divide(self.cost, self.units) if self.units else ZERO


class Game(Record):
    """One game under way."""

    number: int
    side: Side
    plan: Plan
    plan_why: str  # why it is not the one that was asked for
    rules: Rules
    entry: Leg
    began_ms: int
    pressed_ns: int = 0
    exits: tuple[Leg, ...] = ()
    close: Leg | None = None
    entered: Amount = Amount()
    exited: Amount = Amount()
    exit_at: Decimal = ZERO  # where a person put the exit; ZERO: where the target is
    stop_at: Decimal = ZERO  # moved by hand; ZERO: where the entry put it
    is_flattening: bool = False
    refusals: int = 0  # of its exits or closes, one after another
    again_ms: int = 0  # before then none is tried again
    odd_ms: int = 0  # since when the desk has booked other units as ours; 0: it has the same
    ended_by: str = ""

    @property
    def open(self) -> Decimal:
        """Units that are held."""
        return EXACT.subtract(self.entered.units, self.exited.units)

    @property
    def covered(self) -> Decimal:
        """Units that working exits still sell."""
        return sum((each.remaining for each in self.exits), ZERO)

    @property
    def working(self) -> tuple[Leg, ...]:
        legs = (self.entry, *self.exits, *(() if self.close is None else (self.close,)))
        return tuple(each for each in legs if not each.is_done)

    @property
    def timing(self) -> Timing:
        """As far as it has come. Of its exits the first one that stood counts, wherever a person
        moved it to later."""
        entry, exit_ = self.entry, next((each for each in self.exits if not each.is_void), None)
        entered = entry.sent_ns, entry.accepted_ns, entry.filled_ns
        left = (exit_.sent_ns, exit_.accepted_ns) if exit_ else (0, 0)
        return Timing(self.pressed_ns, *entered, *left)


class Tally(Record):
    """The session: since the bot was started."""

    games: int = 0
    won: int = 0
    lost: int = 0
    missed: int = 0
    net: Decimal = ZERO
    fees: Decimal = ZERO
    losses_row: int = 0  # since it was armed
    streak: int = 0  # wins above zero, losses below
    best: Decimal | None = None
    worst: Decimal | None = None


class Keys(Record):
    """The last keys, so that one press is one play."""

    presses: tuple[int, ...] = ()
    last_ms: tuple[tuple[Do, int], ...] = ()
    held: tuple[Do, int] = (Do.ARM, 0)  # the key that began a game, and when it was told last
    ignored: int = 0

    def at(self, do: Do) -> int | None:
        return next((at_ms for each, at_ms in self.last_ms if each is do), None)


class GameState(Record):
    settings: Settings
    target: Decimal  # of the next game
    stop: Decimal
    size: int = 1  # which of the sizes
    is_armed: bool = False
    active_ms: int = 0  # of the last key
    why: str = "not armed yet"
    game: Game | None = None
    number: int = 0
    tickets: int = 0
    rounds: tuple[Round, ...] = ()  # the newest last
    tally: Tally = Tally()
    keys: Keys = Keys()
    bid: Decimal = ZERO
    ask: Decimal = ZERO
    quote_ms: int = 0
    doubted: tuple[int, ...] = ()
    is_ending: bool = False

    @property
    def key(self) -> int:
        """Of the size of the next game; there may be fewer sizes than when it was pressed."""
        return min(self.size, len(self.settings.sizes))

    @property
    def units(self) -> Decimal:
        """Of the next game."""
        return self.settings.sizes[self.key - 1]


def first(settings: Settings) -> GameState:
    return GameState(settings, settings.target, settings.stop)


def stage_of(state: GameState) -> Stage:
    game = state.game
    if state.doubted:
        return Stage.FROZEN
    if game is None:
        return Stage.ARMED if state.is_armed else Stage.DISARMED
    if game.is_flattening:
        return Stage.EXITING
    return Stage.OPEN if game.entered.units else Stage.ENTERING


def rules_of(state: GameState, ground: Ground, plan: Plan) -> Rules:
    """What the next game is played for. An attached exit is a trigger, which takes."""
    instrument = ground.instrument
    return Rules(
        leverage=state.settings.leverage,
        target=state.target,
        stop=state.stop,
        fees=Fees(instrument.maker, instrument.taker),
        maintenance=instrument.maintenance,
        tick=instrument.tick,
        entry=state.settings.entry,
        exit=Liquidity.TAKER if plan is Plan.ATTACH else Liquidity.MAKER,
    )


def plan_of(settings: Settings, ground: Ground) -> tuple[Plan, str]:
    """The plan that is played there, and why it is not the one that was asked for."""
    asked = settings.plan
    if asked is Plan.PARALLEL and settings.entry is not Liquidity.TAKER:
        return Plan.ON_FILL, "parallel needs an entry that crosses"
    if asked not in ground.plans:
        return Plan.ON_FILL, f"{ground.account} is not trusted with {asked.value}"
    return asked, ""


def encode(state: GameState) -> Any:
    return msgspec.to_builtins(state)


def decode(data: Any, settings: Settings) -> GameState:
    """Settings come from what they were said in: a newer program may know more of them."""
    return msgspec.convert({**data, "settings": msgspec.to_builtins(settings)}, GameState)
