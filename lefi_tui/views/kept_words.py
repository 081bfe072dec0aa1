"""What became of a script that was saved: its version or why there is none, and what its bots do.

The rule it keeps: a save changes no bot that runs, so each of them is named with what it goes on
with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lefi_tui.core.desk.live import version_of
from lefi_tui.core.record import Record
from lefi_tui.core.script_version import Versions
from lefi_tui.views.desk_view import BotRow
from lefi_tui.views.scripts import OpenScript
from lefi_tui.views.shelf import free_id


class Kept(Record):
    """A script as it stands in its file."""

    script: OpenScript
    versions: Versions = Versions()
    errors: int = 0

    @property
    def version(self) -> int:
        """The newest that has its text; 0: none has."""
        return self.number_of(version_of(self.script.text))

    def number_of(self, digest: str) -> int:
        """By the first letters of a text's hash."""
        rows = reversed(self.versions.rows)
        return next((each.number for each in rows if digest and each.sha256.startswith(digest)), 0)


def saved(of: Kept) -> str:
    """Saved, 2 errors, no version made"""
    if of.version:
        return f"saved as version {of.version}"
    if not of.errors:
        return "saved, no version made"
    return f"saved, {of.errors} error{'s' * (of.errors > 1)}, no version made"


def running(of: Kept, bots: Iterable[BotRow]) -> str:
    """cross goes on with version 5; empty where no bot is of this script."""
    told = [*_running(of, bots)]
    more = f" and {len(told) - 1} more bots" if len(told) > 2 else ""
    return f"{told[0]}{more}" if more else ", ".join(told)


def _running(of: Kept, bots: Iterable[BotRow]) -> Iterator[str]:
    base = free_id(of.script.row.name, ())
    for each in bots:
        number = of.number_of(each.version)
        if not each.is_alive or not (number or _is_of(each.id, base)):
            continue
        if number and number == of.version:
            yield f"{each.id} runs it"
        else:
            yield f"{each.id} goes on with {f'version {number}' if number else 'its own text'}"


def _is_of(bot: str, base: str) -> bool:
    """ema-cross, or ema-cross-2."""
    return bot == base or (bot.startswith(f"{base}-") and bot[len(base) + 1 :].isdigit())
