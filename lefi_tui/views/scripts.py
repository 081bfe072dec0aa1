"""What the scripts screen may know: the scripts there are, one of them open, what its tests said.

The screen reaches files and tests by `ScriptStore` alone; whatever it calls may take its time, so
it calls from a thread. What the world refuses comes as a LefiError, told in four parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from lefi_tui.core.record import Record
from lefi_tui.core.script_version import Version, Versions
from lefi_tui.errors import LefiError

SHIPPED: Final = "*"  # behind a name: it came with the program


class ScriptRow(Record):
    """A script in the list. A shipped one is never written; saving it makes an own copy."""

    name: str  # without .lefi
    is_shipped: bool = False

    @property
    def about(self) -> str:
        """What another screen is opened for."""
        return f"{self.name}{SHIPPED if self.is_shipped else ''}"

    @classmethod
    def of(cls, about: str) -> ScriptRow:
        return cls(about.removesuffix(SHIPPED), is_shipped=about.endswith(SHIPPED))


class Listing(Record):
    """Own scripts first, then the shipped ones; `problem` where the own ones can't be listed."""

    rows: tuple[ScriptRow, ...]
    problem: LefiError | None = None
    drafts: frozenset[ScriptRow] = frozenset()  # with text that was not saved


class OpenScript(Record):
    """A script as it was read or saved last."""

    row: ScriptRow
    text: str
    place: str  # of the file, for people
    digest: str = ""  # of the file: it tells whether somebody else has written since
    line_end: str = "\n"  # of the file; the text has \n
    version: int = 0  # that the last save made, or found; 0: none
    unkept: str = ""  # why that is none, in words


class Found(Record):
    """A text, found among the versions of a script."""

    row: ScriptRow
    version: Version
    newest: Version

    @property
    def told(self) -> str:
        return f"version {self.version.number} of {self.row.name}"


class Draft(Record):
    """Text that was not saved when the program ended."""

    text: str
    kept_at: str  # in words, UTC


class UnmetLine(Record):
    """What a test expected in a line, and what happened."""

    line: int
    expected: str
    happened: str


class Untested(Record):
    """A way of a script that no test has gone, by letters from the text's beginning."""

    line: int
    start: int
    end: int
    words: str


class RanTest(Record):
    """One test of a script, and how many there are."""

    name: str
    line: int
    unmet: tuple[UnmetLine, ...]
    count: int
    expects: tuple[int, ...] = ()  # its lines that expect something
    hollow: tuple[UnmetLine, ...] = ()  # met, by what did nothing
    untested: tuple[Untested, ...] = ()  # ways that neither it nor a test before it has gone

    @property
    def has_passed(self) -> bool:
        return not self.unmet


class ScriptStore(Protocol):
    def scripts(self) -> Listing: ...

    def read(self, row: ScriptRow) -> OpenScript: ...

    def draft(self, script: OpenScript) -> Draft | None:
        """What was typed and not saved, if it differs from the script."""
        ...

    def keep_draft(self, script: OpenScript, text: str) -> None:
        """On the disk when this returns."""
        ...

    def drop_draft(self, script: OpenScript) -> None: ...

    def create(self, name: str) -> OpenScript:
        """A new script with a few lines to begin with; refused if the name is taken."""
        ...

    def save(self, script: OpenScript, text: str, *, may_replace: bool = False) -> OpenScript:
        """Its draft goes. Raises ScriptChangedError if the file is another one than was read,
        unless that `may_replace`."""
        ...

    def versions(self, row: ScriptRow) -> Versions:
        """Of an own script; a shipped one has none. Raises FileUnreadableError."""
        ...

    def version_text(self, row: ScriptRow, version: Version) -> str:
        """Raises VersionLostError where it was changed or is gone."""
        ...

    def roll_back(self, script: OpenScript, version: Version) -> OpenScript:
        """That text is the script's again, as a new version: nothing is taken out of the list.
        Raises what `save` and `version_text` raise."""
        ...

    def found(self, source: str) -> Found | None:
        """The own script that has this text among its versions: what a bot runs, for one."""
        ...

    def refusal(self, text: str, settings: Mapping[str, str]) -> str:
        """Why the engine would not run it with these settings; empty when it would."""
        ...

    def tests(self, text: str, row: ScriptRow) -> Iterator[RanTest]:
        """Runs the script's tests, one at each step; behind them, what its lesson asks for."""
        ...
