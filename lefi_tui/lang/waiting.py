"""A run that waits, as data: from it the run is carried out again to the place where it stands.

Nothing of a waiting run lives outside this data, so it outlives a restart and can be replayed.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from lefi_tui.core.bot import Intent, OrderOutcome, Refusal
from lefi_tui.core.record import Record


class OrderAwaited(NamedTuple):
    """The run waits until this order is final; a refusal is final at once."""

    order: Intent | Refusal


class ApprovalAwaited(NamedTuple):
    """The run waits for a person of this role; `number` is the block's."""

    number: int
    role: str
    within_ms: float


class TransactionBegins(NamedTuple):
    """The funds for all steps of an `execute` are checked before its first."""

    number: int


class TransactionFailed(NamedTuple):
    """The steps done since it began are undone, in reverse order."""

    number: int


Wait = OrderAwaited | ApprovalAwaited | TransactionBegins | TransactionFailed


class BlockEnds(NamedTuple):
    """Among the effects of a run: here an `authorize` or `execute` is complete."""

    number: int


class Finalized(NamedTuple):
    """Among the effects of a run: the script is done."""


FINALIZED: Final = Finalized()


class Leg(NamedTuple):
    """What a waiting run went on with: slots and reads as they stood then, and the answer."""

    slots: list[Any]
    reads: tuple[float, ...]
    answer: OrderOutcome | bool


class Begun(Record):
    """A run from its beginning to where it stands."""

    handler: int
    slots: list[Any]  # before it
    event: tuple[float | str, ...]
    reads: tuple[float, ...]
    legs: tuple[Leg, ...] = ()


class Played(NamedTuple):
    """How far a run has come."""

    slots: list[Any]
    effects: list[Any]  # since the last answer
    last: Wait | bool  # what it waits for; True: it has ended, False: it was not carried out
    whole: tuple[Any, ...]  # all its effects and waits from its beginning


def played(run: Any, begun: Begun, trace: list[Any] | None = None, *, carry: bool = True) -> Played:
    """A generated run from its beginning through its legs."""
    going = run(begun.slots, begun.event, begun.reads, carry, trace)
    whole: list[Any] = []
    try:
        slots, effects, wait = next(going)
        for leg in begun.legs:
            whole += [*effects, wait]
            slots, effects, wait = going.send((leg.slots[:], leg.reads, leg.answer))
    except StopIteration as end:
        slots, effects, carried = end.value
        return Played(slots, effects, bool(carried), (*whole, *effects))
    return Played(slots, effects, wait, (*whole, *effects, wait))
