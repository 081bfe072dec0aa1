"""How often something happened that a person who was away wants to know of: four counts.

Which event counts as what stands in one table; what is not in it is counted nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import fields

from lefi_tui.core import messages as m
from lefi_tui.core.record import Record


class Tally(Record):
    fills: int = 0
    decisions: int = 0
    refusals: int = 0
    errors: int = 0
    starts: int = 0  # of the engine

    def and_one(self, name: str) -> Tally:
        counts = {each.name: getattr(self, each.name) for each in fields(self)}
        return Tally(**{**counts, name: counts[name] + 1})

    def less(self, before: Tally) -> Tally:
        """What came since."""
        names = [each.name for each in fields(self)]
        return Tally(**{name: getattr(self, name) - getattr(before, name) for name in names})

    @property
    def is_any(self) -> bool:
        return bool(self.fills or self.decisions or self.refusals or self.errors)


def _named(name: str) -> Callable[[m.Event], str]:
    return lambda _event: name


def _note(event: m.Event) -> str:
    """A signal is what an indicator decides; a print is talk."""
    return "decisions" if isinstance(event, m.NoteWritten) and event.kind == "signal" else ""


def _state(event: m.Event) -> str:
    is_halt = isinstance(event, m.TradingStateChanged) and event.state is m.TradingState.HALTED
    return "errors" if is_halt else ""


COUNTED: Final[Mapping[type[m.Event], Callable[[m.Event], str]]] = {
    m.OrderFilled: _named("fills"),
    m.OrderSubmitted: _named("decisions"),
    m.OrderCancelRequested: _named("decisions"),
    m.NoteWritten: _note,
    m.IntentRefused: _named("refusals"),
    m.OrderDenied: _named("refusals"),
    m.OrderRejected: _named("refusals"),
    m.BotRefused: _named("refusals"),
    m.CommandRefused: _named("refusals"),
    m.BotFaulted: _named("errors"),
    m.OrderUnconfirmed: _named("errors"),
    m.TradingStateChanged: _state,
    m.EngineStarted: _named("starts"),
}


def tallied(tally: Tally, event: m.Event) -> Tally:
    count = COUNTED.get(type(event))
    name = "" if count is None else count(event)
    return tally.and_one(name) if name else tally
