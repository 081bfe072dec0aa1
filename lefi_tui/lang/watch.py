"""What the checker found each piece of a script to be, for whoever asks: hovers, live values.

The rule it keeps: the checker itself says it as it checks, and says nothing where nobody asks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import HERE, Clock, X
from lefi_tui.lang.types import Bindings, Type


class Seen(NamedTuple):
    """A value at its place, as one look at it found it."""

    type: Type
    is_series: bool
    warm: int  # events until it is there
    constant: Any  # its value where that is known when a bot is bound, else None
    settled: int = 0  # events until it hangs no more on where history began
    clock: Clock | None = HERE  # the candles whose events these are


class Watch:
    """By place, in the order of looking; a function is looked at anew at each of its calls."""

    def __init__(self) -> None:
        self.begin(Bindings())

    def begin(self, bindings: Bindings) -> None:
        """A pass over the script: what an earlier one found is forgotten."""
        self.seen: dict[Span, list[Seen]] = {}
        self.fields: dict[Span, dict[str, Type]] = {}  # of names, what can be read of each
        self._bindings = bindings

    def see(self, span: Span, value: X) -> None:
        constant = value.value if value.is_const else None
        found = Seen(value.type, value.is_series, value.warm, constant, value.settled, value.clock)
        known = self.seen.setdefault(span, [])
        if found not in known:
            known.append(found)

    def behind(self, span: Span) -> dict[str, Type]:
        """What may be read behind the name at this place, field by field."""
        found = self.fields.get(span, {})
        return {each: self._bindings.seen(kind)._replace(name="") for each, kind in found.items()}

    def units(self, span: Span) -> tuple[Type, ...]:
        """What stands at this place: more than one for a function's part that is called with
        several units; none where nothing was found."""
        types = [self._bindings.seen(each.type) for each in self.seen.get(span, ())]
        return tuple(dict.fromkeys(each._replace(name="") for each in types))
