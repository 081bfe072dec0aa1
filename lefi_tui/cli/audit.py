"""`lefi audit`: who did what, why, what it was before; and the proof that all is as written."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.cli.progress import progress
from lefi_tui.cli.times import asked_ns
from lefi_tui.errors import REFUSED
from lefi_tui.settings import Settings

if TYPE_CHECKING:
    from lefi_tui.engine.audit import Verified
    from lefi_tui.views.trail_rows import Wanted


def run(arguments: Namespace, output: Output) -> int:
    settings = loaded(output).settings
    return _ACTIONS[arguments.action](arguments, output, settings)


def _wanted(arguments: Namespace, settings: Settings) -> Wanted:
    from lefi_tui.views.trail_rows import Wanted
    from lefi_tui.wiring import past

    since, until = (asked_ns(each) for each in (arguments.since, arguments.until))
    story = past.story_of(settings, arguments.of, arguments.run.removeprefix("#"))
    return Wanted(since, until, arguments.bot, story)


# ---- show


def _show(arguments: Namespace, output: Output, settings: Settings) -> int:
    from lefi_tui.views.trail_rows import data, lines
    from lefi_tui.wiring import past

    wanted = _wanted(arguments, settings)
    with progress(output, "rows") as told:
        found = past.newest(settings, arguments.of, wanted, arguments.limit, told)
    if arguments.json:
        output.value([data(each) for each in found])
        return 0
    for entry in found:
        output.line(lines(entry))
    if not found:
        output.line("No entry. `lefi audit export` has every row, also those without words.")
    return 0


# ---- export


def _export(arguments: Namespace, output: Output, settings: Settings) -> int:
    from lefi_tui.adapters.script_files import write
    from lefi_tui.wiring import past

    wanted = _wanted(arguments, settings)
    with progress(output, "rows") as shown:
        lines = _formatted(past.whole(settings, arguments.of, wanted, shown), arguments.format)
        if arguments.out is None:
            for line in lines:
                output.raw(line)
            return 0
        write(Path(arguments.out), "".join(lines))
    output.say(f"Written: {arguments.out}")
    return 0


def _formatted(found: Any, form: str) -> Iterator[str]:
    from lefi_tui.views.trail_rows import csv_lines, data

    if form == "csv":
        yield from csv_lines(found)
        return
    for entry in found:
        yield f"{json.dumps(data(entry), ensure_ascii=False)}\n"


# ---- verify


def _verify(arguments: Namespace, output: Output, settings: Settings) -> int:
    from lefi_tui.wiring import past

    with progress(output, "rows") as shown:
        found = past.verified(settings, arguments.of, shown)
    wrong = found.wrong
    if arguments.json:
        output.value(_as_data(found))
        return 0 if wrong is None else REFUSED
    if wrong is not None:
        from lefi_tui.ports.journal import JournalChangedError

        error = JournalChangedError(wrong.why, where=wrong.where, next_step=wrong.next)
        error.what = wrong.what
        raise error
    for line in _told(found):
        output.line(line)
    return 0


def _told(found: Verified) -> Iterator[str]:
    from lefi_tui.views.numbers import moment

    span = f"{moment(found.first_ns)} to {moment(found.last_ns)} UTC" if found.rows else "empty"
    yield f"The journal is what was written: {found.rows:,} rows fit the chain ({span})."
    yield f"  its end: row {found.head.seq}, hash {found.head.hash}"
    dropped = f", {found.dropped:,} older ones dropped" if found.dropped else ""
    unsealed = f"; {found.unsealed:,} newer rows are not sealed yet" if found.unsealed else ""
    yield f"The tape is whole: {found.segments:,} sealed segments{dropped}{unsealed}."
    if found.untold:
        yield f"The tables were not compared: {found.untold}."
    else:
        yield f"The tables say what the journal says: {found.tables:,} rows."


def _as_data(found: Verified) -> dict[str, Any]:
    wrong = found.wrong
    told = {
        "ok": wrong is None,
        "rows": found.rows,
        "hash": found.head.hash,
        "first_ns": found.first_ns,
        "last_ns": found.last_ns,
        "segments": found.segments,
        "segments_dropped": found.dropped,
        "tape_unsealed": found.unsealed,
        "table_rows": found.tables,
        "tables_not_compared": found.untold or None,
        "problem": None,
    }
    if wrong is not None:
        told["problem"] = {
            "row": wrong.seq or None,
            "message": wrong.n or None,
            "since_ns": wrong.since_ns or None,
            "what": wrong.what,
            "where": wrong.where,
            "why": wrong.why,
            "next": wrong.next,
        }
    return told


_ACTIONS: Final[dict[str, Callable[[Namespace, Output, Settings], int]]] = {
    "show": _show,
    "verify": _verify,
    "export": _export,
}
