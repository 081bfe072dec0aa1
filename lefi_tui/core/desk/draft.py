"""A step in the making: each event is applied at once, so that what follows already sees it."""

from __future__ import annotations

from typing import TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core.desk.apply import apply
from lefi_tui.core.desk.state import BotRecord, Desk
from lefi_tui.core.messages import (
    BotUpdated,
    CommandRefused,
    Effect,
    Event,
    SettingsChanged,
    SubmitOrders,
    Transient,
    UpdateBegun,
)
from lefi_tui.core.order import Order

Placing: TypeAlias = UpdateBegun | BotUpdated | SettingsChanged
P = TypeVar("P", bound=Placing)


class Draft(Struct):
    desk: Desk
    events: list[Event | Transient] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    # Of a message that is carried out again: which line an order is of was read out of two texts,
    # which a later program reads otherwise; what was decided stands.
    placing: tuple[Placing, ...] = ()

    def say(self, *events: Event | Transient) -> None:
        for event in events:
            self.desk = apply(self.desk, event)
            self.events.append(event)

    def ask(self, effect: Effect) -> None:
        self.effects.append(effect)

    def ask_beside(self, order: Order) -> None:
        """It leaves in one request with the order it goes beside, behind that."""
        for at, effect in enumerate(self.effects):
            if isinstance(effect, SubmitOrders) and order.beside in {e.id for e in effect.orders}:
                self.effects[at] = replace(effect, orders=(*effect.orders, order))
                return
        raise AssertionError(f"{order.id} has nothing to leave beside: {order.beside}")

    def refuse(self, command: str, at_ns: int, text: str) -> None:
        self.say(CommandRefused(command, at_ns, text))

    def decided(self, kind: type[P]) -> P | None:
        return next((each for each in self.placing if isinstance(each, kind)), None)

    def bot(self, bot_id: str) -> BotRecord:
        return self.desk.bots[bot_id]
