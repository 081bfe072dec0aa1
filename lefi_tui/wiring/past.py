"""What was: the journal's trail and its proof, read beside an engine that runs or has ended.

Nothing here writes, takes a lock or asks the engine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lefi_tui.adapters.sqlite_reading import FILE_NAME, SqliteReading
from lefi_tui.adapters.sqlite_schema import known_revisions, revision_of
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.engine.audit import Verified
from lefi_tui.errors import RefusedError
from lefi_tui.ports.journal import JournalNewerError, Row
from lefi_tui.requests import Progress
from lefi_tui.settings import Settings
from lefi_tui.views.queries import StoryQuery
from lefi_tui.views.story_view import StoryView
from lefi_tui.views.trail import AuditEntry, Trail
from lefi_tui.views.trail_rows import Wanted, entries
from lefi_tui.views.trail_table import REMEMBERED

NEWEST_ROWS: Final = 2_000  # that are looked through for the newest entries
SHOW_EVERY: Final = 500
CLOCK_SET_NS: Final = 3_600_000_000_000  # a clock that was set back leaves times out of order


def folder_of(settings: Settings, run: str = "") -> Path:
    """Of the desk's journal, or of that of a run by `lefi run`."""
    folder = settings.data_dir / "runs" / run if run else settings.data_dir
    path = folder / FILE_NAME
    if not path.exists():
        why = f"there is no run {run!r}" if run else "nothing was ever kept in this profile"
        raise RefusedError(why, where=str(path), next_step="Start a bot: `lefi` and n")
    revision = revision_of(path)
    if revision not in known_revisions():
        raise JournalNewerError(f"its schema is {revision or 'not named'}", where=str(path))
    return folder


def story_of(settings: Settings, run: str, name: str) -> int:
    """The number of a story: as it is, or that of an order, an approval or a bot's run."""
    if name.isdecimal() or not name:
        return int(name or 0)
    trail = Trail()
    for row in SqliteReading(folder_of(settings, run)).rows(types=REMEMBERED):
        trail.remember(row)
    found = trail.story_of(name)
    if not found:
        why = f"no order, approval or run {name} is in the journal"
        raise RefusedError(why, where="--run", next_step="`lefi audit` shows each story's number")
    return found


def newest(
    settings: Settings, run: str, wanted: Wanted, limit: int, progress: Progress
) -> list[AuditEntry]:
    """The newest that have words, oldest first."""
    reading = SqliteReading(folder_of(settings, run))
    few = max(NEWEST_ROWS, 4 * limit) if wanted == Wanted() else 0
    found: deque[AuditEntry] = deque(maxlen=limit)
    for entry in _told(reading, wanted, progress, few):
        if entry.is_told:
            found.append(entry)
    return list(found)


def whole(settings: Settings, run: str, wanted: Wanted, progress: Progress) -> Iterator[AuditEntry]:
    """All that is asked for, one after the other."""
    return _told(SqliteReading(folder_of(settings, run)), wanted, progress)


def _told(
    reading: SqliteReading, wanted: Wanted, progress: Progress, few: int = 0
) -> Iterator[AuditEntry]:
    """Rows before the first that may be asked for are read only for what they changed."""
    total = reading.head().seq
    begin = max(0, total - few) if few else _before(reading, wanted)
    trail = Trail()
    for row in reading.rows(types=REMEMBERED) if begin else ():
        if row.seq > begin:
            break
        trail.remember(row)

    def counted() -> Iterator[Row]:
        for row in reading.rows(begin):
            if row.seq % SHOW_EVERY == 0:
                progress(row.seq, total)
            yield row

    return entries(counted(), wanted, trail)


def _before(reading: SqliteReading, wanted: Wanted) -> int:
    """The last row that can't be asked for."""
    since = reading.reached(wanted.since_ns - CLOCK_SET_NS).seq if wanted.since_ns else 0
    rows = reading.about(wanted.story, ()) if wanted.story else ()
    return max(since, rows[0].seq - 1 if rows else 0)


def verified(settings: Settings, run: str, progress: Progress) -> Verified:
    """Chain, tape and tables."""
    from lefi_tui.adapters.sqlite_tables_check import SqliteTables
    from lefi_tui.engine.audit import Asked, verify
    from lefi_tui.wiring.demo import empty_desk

    folder = folder_of(settings, run)
    now_ns = SystemClock().now_ns()
    asked = Asked(
        SqliteReading(folder), SqliteTables(folder), empty_desk(), now_ns, settings.tape_days
    )
    return verify(asked, progress)


def story(settings: Settings, run: str, query: StoryQuery, progress: Progress) -> StoryView:
    """A moment of the past, carried out again in this process."""
    from lefi_tui.engine.retelling import Retelling
    from lefi_tui.wiring.demo import empty_desk

    reading = SqliteReading(folder_of(settings, run))
    retelling = Retelling(reading, empty_desk(), query)
    for number, (done, total) in enumerate(retelling.steps()):
        if number % SHOW_EVERY == 0:
            progress(done, total)
    return retelling.view
