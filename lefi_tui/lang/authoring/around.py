"""What every offer looks at: the place, the text around it, and the symbols of the market."""

from __future__ import annotations

from collections.abc import Sequence

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.lines import Lines
from lefi_tui.lang.authoring.place import Place


class Around(Record):
    place: Place
    lines: Lines
    market: Sequence[str]

    @property
    def event(self) -> str:
        """Of the handler that the place stands in; "" of none."""
        for frame in self.place.frames:
            if frame.word == "on" and len(frame.head) > 1:
                return frame.head[1].text
        return ""

    @property
    def blocks(self) -> tuple[str, ...]:
        return tuple(each.word for each in self.place.frames[1:])

    @property
    def head(self) -> str:
        """The word that leads the statement."""
        return self.place.head[0].text if self.place.head else ""
