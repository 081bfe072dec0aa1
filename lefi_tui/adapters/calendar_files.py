"""A trader's calendar of releases: CSV, JSON or ICS, told apart by the name's end.

CSV has a first line with `at,name,impact`, JSON is a list of objects with these; of ICS each event
counts, with its summary as the name. A time without a zone is UTC; without an impact it is high.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from lefi_tui.core.risk.events import RELEASES_MAX
from lefi_tui.core.risk.release import HIGH, Release
from lefi_tui.errors import FileUnreadableError

BYTES_MAX: Final = 2_000_000
NAME_MAX: Final = 80
IMPACTS: Final = (HIGH, "medium", "low")
_WRONG: Final = (ValueError, LookupError, TypeError, AttributeError, csv.Error)
_START: Final = re.compile(r"DTSTART(?:;[^:]*?TZID=(?P<zone>[^:;]+))?[^:]*:(?P<at>\d{8}T\d{6}Z?)")
HOW: Final = "See `lefi limits --help` for how a calendar is written"


def read(file: Path) -> tuple[Release, ...]:
    """Oldest first. Raises FileUnreadableError where anything in it can't be read."""
    try:
        with file.open("rb") as opened:
            data = opened.read(BYTES_MAX + 1)
        if len(data) > BYTES_MAX:
            raise FileUnreadableError("it is over 2 MB", where=str(file), next_step=HOW)
        rows = sorted(_releases(file.suffix.lower(), data.decode()), key=_when)
    except OSError as error:
        raise FileUnreadableError(error.strerror or str(error), where=str(file)) from error
    except _WRONG as error:
        why = f"it is no calendar: {error}"
        raise FileUnreadableError(why, where=str(file), next_step=HOW) from error
    if len(rows) > RELEASES_MAX:
        why = f"{len(rows)} releases; {RELEASES_MAX} are the most"
        raise FileUnreadableError(why, where=str(file), next_step="Take out what is over")
    return tuple(rows)


def _when(release: Release) -> tuple[int, str]:
    return release.at_ms, release.name


def _releases(suffix: str, text: str) -> Iterator[Release]:
    if suffix == ".ics":
        return _of_ics(text)
    if suffix == ".json":
        return _of_rows(json.loads(text))
    return _of_rows(csv.DictReader(io.StringIO(text)))


def _of_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[Release]:
    for row in rows:
        yield _release(str(row["at"]), str(row["name"]), str(row.get("impact") or HIGH))


def _release(at: str, name: str, impact: str, zone: tzinfo = UTC) -> Release:
    if impact.strip().lower() not in IMPACTS:
        raise ValueError(f"{impact[:20]!r} is no impact; {', '.join(IMPACTS)} are")
    moment = datetime.fromisoformat(at.strip())
    whole = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return Release(int(whole.timestamp()) * 1_000, name.strip()[:NAME_MAX], impact.strip().lower())


def _of_ics(text: str) -> Iterator[Release]:
    """Events of a whole day have no hour, so they lock nothing."""
    lines = re.sub(r"\r?\n[ \t]", "", text)  # long lines are folded
    for event in lines.split("BEGIN:VEVENT")[1:]:
        start = _START.search(event)
        if start is None:
            continue
        zone = ZoneInfo(start["zone"]) if start["zone"] else UTC
        impact = _field(event, "IMPACT") or HIGH
        yield _release(start["at"], _field(event, "SUMMARY"), impact, zone)


def _field(event: str, name: str) -> str:
    found = re.search(rf"^{name}[^:\n]*:(.*)$", event, re.MULTILINE)
    return "" if found is None else found[1].strip()
