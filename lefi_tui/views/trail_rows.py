"""The audit trail for other programs and for people: JSON lines, CSV, lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import to_builtins

from lefi_tui.core.record import Record
from lefi_tui.ports.journal import Row
from lefi_tui.views import numbers
from lefi_tui.views.trail import AuditEntry, Trail

COLUMNS: Final = (
    "seq", "at", "who", "bot", "where", "what", "why", "before", "after", "correlation_id",
    "cause_id", "order", "verdicts", "type", "kind", "n", "at_ns", "hash",
)  # fmt: skip
NS_PER_MS: Final = 1_000_000
# A spreadsheet would carry these out.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Wanted(Record):
    """Which rows; what is empty asks for all. `story` is a correlation id."""

    since_ns: int = 0
    until_ns: int = 0
    bot: str = ""
    story: int = 0


def entries(rows: Iterable[Row], wanted: Wanted, trail: Trail) -> Iterator[AuditEntry]:
    """Those of the rows that are asked for, in their order."""
    for row in rows:
        if row.at_ns < wanted.since_ns:
            trail.remember(row)
            continue
        if wanted.until_ns and row.at_ns > wanted.until_ns:
            return
        entry = trail.entry(row)
        if wanted.bot not in {"", entry.bot, entry.who}:
            continue
        if wanted.story in {0, entry.story, entry.n}:
            yield entry


def data(entry: AuditEntry) -> dict[str, Any]:
    """One JSON value, its keys in the order of the columns."""
    values = {
        "seq": entry.seq,
        "at": _moment(entry.at_ns),
        "who": entry.who,
        "bot": entry.bot,
        "where": entry.where,
        "what": entry.what,
        "why": entry.why,
        "before": dict(entry.before),
        "after": dict(entry.after),
        "correlation_id": entry.story,
        "cause_id": entry.cause or None,
        "order": entry.order,
        "verdicts": [to_builtins(each) for each in entry.verdicts],
        "type": entry.type,
        "kind": entry.kind,
        "n": entry.n,
        "at_ns": entry.at_ns,
        "hash": entry.hash,
    }
    return {name: values[name] for name in COLUMNS}


def csv_lines(found: Iterable[AuditEntry]) -> Iterator[str]:
    """The names of the columns, then a line an entry; each ends in a newline."""
    yield _line(COLUMNS)
    for entry in found:
        yield _line(_cell(value) for value in data(entry).values())


def lines(entry: AuditEntry) -> str:
    """For a person: when, who, what, why, and what it changed."""
    when = f"{numbers.moment(entry.at_ns)}:{numbers.clock(entry.at_ns)[6:]}"
    what = entry.what.rstrip(".")  # a sentence of its own, and goes on here
    words = [each for each in (what, entry.why) if each]
    changed = _in_words(entry)
    if changed:
        words.append(changed)
    return f"{when}  #{entry.story:<7} {entry.who:<14} {': '.join(words)}"


def _in_words(entry: AuditEntry) -> str:
    before, after = dict(entry.before), dict(entry.after)
    names = dict.fromkeys((*before, *after))
    return ", ".join(
        f"{name} {before[name]} → {after.get(name, 'gone')}" for name in names if name in before
    )


def _line(values: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(list(values))
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        value = "; ".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, list):
        value = "; ".join(_verdict(each) for each in value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _verdict(verdict: dict[str, Any]) -> str:
    outcome = "passed" if verdict["passed"] else verdict["code"]
    return f"{verdict['name']}: {verdict['value']}, bound {verdict['bound']}, {outcome}"


def _moment(at_ns: int) -> str:
    """ISO 8601 to the millisecond, in integers: a double would lose it."""
    seconds, ns = divmod(at_ns, 10**9)
    whole = datetime.fromtimestamp(seconds, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{ns // NS_PER_MS:03}Z"
