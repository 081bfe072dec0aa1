"""A bot that goes on with another text: what its kind can say of that, as plain values.

The rule it keeps: all words are for people; what decides is told in numbers and names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

from lefi_tui.core.record import Record


class Text(Record):
    """What a bot runs: a source, and what was chosen of its settings."""

    source: str
    settings: tuple[tuple[str, str], ...] = ()


class GoneState(Record):
    """A state that a text no longer has. `now` is the only one of its type that came: it may be
    the same under another name, but nobody can say so; it begins at `first`."""

    name: str
    now: str = ""
    first: str = ""


class Kin(Record):
    """A place of one of two texts, by its number there. Those of the two that have the same
    `handler` stand in handlers that go on as each other; the same `key`: the same transaction;
    the same `alike`: one that trades the same, of another size or price."""

    number: int
    handler: int
    key: int
    alike: tuple[str, ...]


Family: TypeAlias = tuple[tuple[Kin, ...], tuple[Kin, ...]]


class Handover(Record):
    """What becomes of a bot when it takes another text. All words are for people."""

    refusal: str = ""  # why it can't
    settings: tuple[tuple[str, str], ...] = ()  # that it would run with
    kept: tuple[str, ...] = ()  # states that stay, by name
    lost: tuple[str, ...] = ()  # settings that do not, in words
    gone: tuple[GoneState, ...] = ()  # states that do not
    cold: tuple[str, ...] = ()  # what no past candle can warm, and how long it takes
    more: tuple[str, ...] = ()  # why it may spend more than before
    worth: tuple[float, float] = (0.0, 0.0)  # in quote, the largest known order: before, after


def no_text(kind: str) -> str:
    return f"A bot of kind {kind} has no text of its own, so it takes no other."


@runtime_checkable
class Rewritable(Protocol):
    """A kind of bot that goes on with another text: `rebind` then carries its state over."""

    def handover(self, before: Text, after: Text, *, is_whole: bool) -> Handover: ...

    def held(self, state: Any) -> Mapping[str, str]:
        """What its states hold, in words, by their names."""
        ...

    def family(self, before: Text, after: Text) -> Family:
        """All places of the one text and of the other, as they run. None of either where the kind
        has no text, or no longer reads the one."""
        ...
