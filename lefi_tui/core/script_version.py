"""A version of a script file, as a list shows it: its number, when, by whom, and why."""

from __future__ import annotations

from lefi_tui.core.record import Record


class Version(Record):
    """Its text never changes; the same text kept twice has the same `sha256`."""

    number: int  # of its file, from 1
    at_ms: int
    sha256: str  # of the text, lines ended by \n
    by: str
    how: str  # saved · back to 3 · as it was found · as it was shipped


class Versions(Record):
    """Of one file, the oldest first. `problem`: what can't be trusted of the list, in words."""

    rows: tuple[Version, ...] = ()
    problem: str = ""
    gone: int = 0  # older ones that had to make room

    @property
    def newest(self) -> Version | None:
        return self.rows[-1] if self.rows else None
