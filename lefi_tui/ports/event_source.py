"""Where custom events come from outside: a watched folder, a webhook.

The rule it keeps: a source hands each event on under an id of its own, so that the desk hears it
once, whatever the source tells again after a crash.
"""

from __future__ import annotations

from typing import Protocol

from lefi_tui.core.messages import EmitEvent


class Answer(Protocol):
    """The desk's word. `n` is 0 where it never saw the event: then it may be told again."""

    @property
    def is_accepted(self) -> bool: ...

    @property
    def text(self) -> str: ...

    @property
    def n(self) -> int: ...


class Ear(Protocol):
    async def emit(self, event: EmitEvent) -> Answer:
        """Returns when the answer is durable."""
        ...

    def is_taken(self, event_id: str) -> bool:
        """Whether an event of this id was answered before."""
        ...


class EventSource(Protocol):
    def where(self) -> str:
        """For people: the folder, the address."""
        ...

    async def run(self, ear: Ear) -> None:
        """Goes on until it is cancelled; what it raises is told, and it is begun again later."""
        ...
