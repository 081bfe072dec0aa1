"""A step in the making: each event is applied at once, so that what follows already sees it."""

from __future__ import annotations

from msgspec import Struct, field

from lefi_tui.core.desk.apply import apply
from lefi_tui.core.desk.state import BotRecord, Desk
from lefi_tui.core.messages import CommandRefused, Effect, Event, Transient


class Draft(Struct):
    desk: Desk
    events: list[Event | Transient] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def say(self, *events: Event | Transient) -> None:
        for event in events:
            self.desk = apply(self.desk, event)
            self.events.append(event)

    def ask(self, effect: Effect) -> None:
        self.effects.append(effect)

    def refuse(self, command: str, at_ns: int, text: str) -> None:
        self.say(CommandRefused(command, at_ns, text))

    def bot(self, bot_id: str) -> BotRecord:
        return self.desk.bots[bot_id]
