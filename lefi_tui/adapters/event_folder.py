"""A watched folder: each complete JSON file in it is one event, heard once, then moved away.

The rules it keeps: a file is taken when it did not change between two looks, and a name that begins
with a dot is never taken (write there, then rename); it goes to `done`, or to `refused` with the
reason in a file beside it. A crash in between tells it again under the same id, and the desk hears
that once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import stat
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from lefi_tui.core.messages import EmitEvent
from lefi_tui.core.record import Record
from lefi_tui.event_text import BYTES_MAX, EventTextError, event_of
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.event_source import Answer, Ear

LOOK_S: Final = 1.0
FILES_A_LOOK: Final = 5  # so many events a second at most; the others wait in the folder
SCANNED_MAX: Final = 10_000  # names looked at; a folder with more is looked at in parts
KEPT_MAX: Final = 1_000  # files that stay in `done`, and in `refused`; the oldest are deleted
STEM_BYTES_MAX: Final = 200  # of its name, where time and reason are added to it
SUFFIX: Final = ".json"
REASON: Final = ".reason.txt"
DONE: Final = "done"
REFUSED: Final = "refused"

_log: Final = logging.getLogger(__name__)


class Found(Record):
    """A file as it stands: changed in any of these, it is another, and not complete yet."""

    name: str
    inode: int
    changed_ns: int
    size: int


class Outcome(Record):
    """Where a file goes, and why."""

    place: str
    reason: str = ""


class EventFolder:
    """Implements ports.event_source."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._seen: frozenset[Found] = frozenset()
        self._moving: dict[Found, Outcome] = {}  # answered; the move did not succeed yet

    def where(self) -> str:
        return str(self._folder)

    async def run(self, ear: Ear) -> None:
        await asyncio.to_thread(self._prepare)
        while True:
            await self.look(ear)
            await self._clock.sleep(LOOK_S)

    async def look(self, ear: Ear) -> None:
        """What is complete now, oldest first."""
        found = await asyncio.to_thread(self._found)
        ready = sorted(self._seen.intersection(found), key=lambda each: each.changed_ns)
        self._seen = frozenset(found)
        self._moving = {each: why for each, why in self._moving.items() if each in self._seen}
        for each in ready[:FILES_A_LOOK]:
            outcome = self._moving.get(each) or await self._told(each, ear)
            if outcome is not None:
                self._moving[each] = outcome
                await asyncio.to_thread(self._move, each, outcome)

    # ---- one file

    async def _told(self, found: Found, ear: Ear) -> Outcome | None:
        """None where the desk never saw it, or the file is gone: nothing happened."""
        try:
            content = await asyncio.to_thread(self._content, found)
            event = _event(found, content)
        except FileNotFoundError:
            return None
        except (OSError, EventTextError) as error:
            return Outcome(REFUSED, str(error))
        answer: Answer = await ear.emit(event)
        if not answer.n:
            _log.warning("%s waits: %s", found.name, answer.text)
            return None
        return Outcome(DONE) if answer.is_accepted else Outcome(REFUSED, answer.text)

    def _content(self, found: Found) -> bytes:
        if found.size > BYTES_MAX:
            raise EventTextError(f"{found.size} bytes; an event has {BYTES_MAX} at most")
        opened = os.open(self._folder / found.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(opened, "rb") as file:
            return file.read(BYTES_MAX + 1)

    def _move(self, found: Found, outcome: Outcome) -> None:
        source, place = self._folder / found.name, self._folder / outcome.place
        stem = os.fsdecode(os.fsencode(source.stem)[:STEM_BYTES_MAX])
        target = place / f"{stem}.{found.changed_ns}{SUFFIX}"
        if outcome.reason:
            target.with_name(target.name + REASON).write_text(f"{outcome.reason}\n")
        source.replace(target)
        self._moving.pop(found, None)
        self._seen -= {found}
        _purge(place)

    # ---- the folder

    def _prepare(self) -> None:
        for place in (self._folder, self._folder / DONE, self._folder / REFUSED):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _found(self) -> list[Found]:
        with os.scandir(self._folder) as entries:
            return [each for entry in islice(entries, SCANNED_MAX) for each in _plain(entry)]


def _plain(entry: os.DirEntry[str]) -> Iterable[Found]:
    """A plain file of the folder itself: no link leads out of it."""
    if entry.name.startswith(".") or not entry.name.endswith(SUFFIX):
        return
    try:
        about = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISREG(about.st_mode):
        yield Found(entry.name, about.st_ino, about.st_mtime_ns, about.st_size)


def _event(found: Found, content: bytes) -> EmitEvent:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise EventTextError(f"not UTF-8: {error.reason}") from error
    raw = os.fsencode(found.name)  # a name on disk is bytes, and need not be UTF-8
    file = raw.decode("utf-8", "replace")
    name, fields, given = event_of(text, file.removesuffix(SUFFIX))
    same = raw + f"\0{found.inode}\0{found.changed_ns}\0".encode() + content
    own = f"folder:{given}" if given else f"file:{hashlib.sha256(same).hexdigest()[:32]}"
    return EmitEvent(name, fields, own, by=f"file {file}")


def _purge(place: Path) -> None:
    names = [each for each in place.iterdir() if each.suffix == SUFFIX]
    for old in sorted(names, key=lambda each: each.name.split(".")[-2])[: len(names) - KEPT_MAX]:
        old.unlink(missing_ok=True)
        old.with_name(old.name + REASON).unlink(missing_ok=True)
